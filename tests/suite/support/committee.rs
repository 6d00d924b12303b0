//! A committee: a server with its data, and offices of its bodies, each with a folder and a token of its own.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use super::cli::Office;
use super::cli::Running;

/// Machine output, one object a line.
pub fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// A server of the data set of 2021, and a token for each body that a test asks for.
pub struct Server {
    /// Its folder.
    pub office: Office,
    /// The program.
    pub running: Running,
    /// Where it is.
    pub url: String,
}

impl Server {
    /// Starts one.
    pub fn start() -> Self {
        let office = Office::ready();
        office.ok(&["build"]);
        let mut running = office.start(&["serve", "--listen", "127.0.0.1:0"]);
        let url = running.url();
        Self { office, running, url }
    }

    /// Starts it again at the same address.
    pub fn restart(&mut self) {
        let address = self.url.strip_prefix("http://").unwrap().to_owned();
        self.running = self.office.start(&["serve", "--listen", &address]);
        self.running.url();
    }

    /// A district's office with a token for its body, and nothing else yet.
    pub fn district(&self, login: &str, body: &str) -> Office {
        if !self.office.ok(&["account", "list"]).contains(login) {
            self.office.ok(&["account", "add", login, "--body", body]);
        }
        let device = format!("máy {}", self.office.ok(&["account", "devices", login]).lines().count());
        let made = self.office.ok(&["--json", "account", "token", login, "--device", &device]);
        let token = lines(&made).pop().unwrap()["token"].as_str().unwrap().to_owned();
        let office = Office::new();
        let file = office.path("token");
        fs::write(&file, token + "\n").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        office
    }

    /// Syncs an office; what is told of each document.
    pub fn sync(&self, office: &Office) -> Vec<Value> {
        lines(&office.ok(&["--json", "sync", &self.url, "--token-file", "token"]))
    }
}
