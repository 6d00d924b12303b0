//! A serving office with an account of the communications team, and hands to edit its documents beside the server.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;
use std::time::Instant;

use automerge::ActorId;
use niemyet::document::Content;
use niemyet::document::Document;
use niemyet::document::Key;
use niemyet::document::Kind;
use niemyet::document::election::Election;
use niemyet::document::format_heads;
use niemyet::document::publication;
use niemyet::document::publication::Approval;
use niemyet::document::publication::Rule;
use niemyet::document::write_election;
use niemyet::replica::documents::DocumentStore;
use serde_json::Value;

use crate::support::cli::Office;
use crate::support::cli::Running;
use crate::support::http::Answer;
use crate::support::http::ask;
use crate::support::http::send;

/// Generous: it bounds a failure, not the work.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// A working folder with a release, and who may publish it.
pub struct Desk {
    pub office: Office,
    pub serving: Running,
    pub address: SocketAddr,
    /// Of the communications team.
    pub token: String,
}

impl Desk {
    /// Served, with one release.
    pub fn open() -> Self {
        let office = Office::ready();
        office.ok(&["build"]);
        Self::serve(office)
    }

    pub fn serve(office: Office) -> Self {
        let token = token(&office, "truyen.thong", "team_comms");
        let mut serving = office.start(&["serve", "--listen", "127.0.0.1:0"]);
        let address = serving.address();
        Self { office, serving, address, token }
    }

    pub fn get(&self, path: &str) -> Answer {
        ask(self.address, &format!("GET {path}"), &[("authorization", &self.token)])
    }

    pub fn post(&self, path: &str, body: &Value) -> Answer {
        let headers = [("authorization", self.token.as_str()), ("content-type", "application/json")];
        send(self.address, &format!("POST {path}"), &headers, &body.to_string())
    }

    /// What the public reads.
    pub fn public(&self, path: &str) -> String {
        String::from_utf8(ask(self.address, &format!("GET {path}"), &[]).body).unwrap()
    }

    /// Waits until a build of at least this number is over, and gives the state.
    pub fn built(&self, build: u64) -> Value {
        self.until("/api/rebuild", |state| {
            let over = state["phase"] == "done" || state["phase"] == "failed";
            over && state["build"].as_u64().unwrap() >= build
        })
    }

    /// Waits until an answer is so.
    pub fn until(&self, path: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        let started = Instant::now();
        loop {
            let answer = self.get(path).json();
            if is_so(&answer) {
                return answer;
            }
            assert!(started.elapsed() < PATIENCE, "{path} stays {answer}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits until the public reads this.
    pub fn until_public(&self, path: &str, words: &str) {
        let started = Instant::now();
        while !self.public(path).contains(words) {
            assert!(started.elapsed() < PATIENCE, "{path} never says `{words}`");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// A figure of the builder in `/metrics`, by its name and labels.
    pub fn figure(&self, name: &str) -> f64 {
        let page = String::from_utf8(self.get("/metrics").body).unwrap();
        let name = format!("niemyet_builder_{name} ");
        let value = page.lines().find_map(|line| line.strip_prefix(&name));
        value.unwrap_or_else(|| panic!("no `{name}` in {page}")).parse().unwrap()
    }

    /// Waits until a figure is so.
    pub fn until_figure(&self, name: &str, is_so: impl Fn(f64) -> bool) {
        let started = Instant::now();
        while !is_so(self.figure(name)) {
            assert!(started.elapsed() < PATIENCE, "{name} stays {}", self.figure(name));
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Presses the button and waits.
    pub fn rebuild(&self) -> Value {
        let asked = self.post("/api/rebuild", &serde_json::json!({}));
        assert_eq!(asked.status, 202, "{}", String::from_utf8_lossy(&asked.body));
        self.built(asked.json()["build"].as_u64().unwrap())
    }

    pub fn releases(&self) -> Vec<Value> {
        self.get("/api/releases").json().as_array().unwrap().clone()
    }

    /// Of each release that is kept.
    pub fn release_ids(&self) -> BTreeSet<String> {
        self.releases().iter().map(|release| release["id"].as_str().unwrap().to_owned()).collect()
    }

    pub fn current(&self) -> String {
        let current = self.releases().into_iter().find(|release| release["current"] == true).unwrap();
        current["id"].as_str().unwrap().to_owned()
    }
}

/// The token of a new account of this body.
pub fn token(office: &Office, login: &str, body: &str) -> String {
    office.ok(&["account", "add", login, "--body", body]);
    let made = office.ok(&["--json", "account", "token", login, "--device", "máy 1"]);
    let made: Value = serde_json::from_str(made.lines().last().unwrap()).unwrap();
    format!("Bearer {}", made["token"].as_str().unwrap())
}

/// Edits a document of the folder, as another process does.
pub fn edit(office: &Office, key: &Key, change: impl FnOnce(&mut Document)) {
    let documents = DocumentStore::open(&office.path("niemyet"), None).unwrap();
    let mut document = documents.load().unwrap().remove(key).unwrap();
    document.set_actor(ActorId::random());
    change(&mut document);
    document.commit("an edit", 1).unwrap();
    documents.save(&mut document).unwrap();
}

pub fn edit_election(office: &Office, change: impl FnOnce(&mut Election)) {
    edit(office, &Key::Election, |document| {
        let Content::Election(mut election) = document.content().unwrap() else { panic!("no election") };
        change(&mut election);
        write_election(document, &election).unwrap();
    });
}

pub fn edit_publication(office: &Office, change: impl FnOnce(&mut Document)) {
    edit(office, &Key::Publication, change);
}

/// The heads that a document of the folder has.
pub fn heads(office: &Office, key: &Key) -> Vec<String> {
    let documents = DocumentStore::open(&office.path("niemyet"), None).unwrap();
    format_heads(&documents.load().unwrap().get_mut(key).unwrap().heads())
}

pub fn approve(office: &Office, key: &Key) {
    let approval = Approval {
        heads: heads(office, key),
        by: "team_comms".into(),
        at: "2021-03-05T09:00:00+07:00".into(),
        basis: "test".into(),
        contested: false,
    };
    edit_publication(office, |document| publication::approve(document, key, &approval).unwrap());
}

pub fn rule() -> Rule {
    Rule {
        by: "team_comms".into(), at: "2021-03-05T09:00:00+07:00".into(), basis: "85/2015, điều 10".into()
    }
}

pub fn show_by_rule(office: &Office) {
    edit_publication(office, |document| publication::set_rule(document, Kind::Election, &rule()).unwrap());
}
