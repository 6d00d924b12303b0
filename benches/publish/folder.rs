//! A working folder with many pages, served by the real program.

use std::fmt::Write;
use std::fs;
use std::io::BufRead;
use std::io::BufReader;
use std::net::SocketAddr;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;

use automerge::ActorId;
use niemyet::document::Key;
use niemyet::document::Kind;
use niemyet::document::publication;
use niemyet::document::publication::Rule;
use niemyet::replica::documents::DocumentStore;
use tempfile::TempDir;

use crate::Result;

/// Pages of one section.
const SECTION: usize = 500;

/// The folder.
pub struct Folder {
    pub at: TempDir,
}

impl Folder {
    /// The election of 2021, shown by rule, and so many pages written by hand.
    pub fn new(pages: usize) -> Result<Self> {
        let folder = Self { at: tempfile::tempdir()? };
        folder.run(&["init", "--from", "data/sonla-2021"])?;
        let content = folder.at.path().join("niemyet/site/content");
        for page in 0..pages {
            let section = content.join(format!("bai-{}", page / SECTION));
            if page % SECTION == 0 {
                fs::create_dir_all(&section)?;
                let weight = 1_000 + page / SECTION;
                fs::write(
                    section.join("_index.md"),
                    format!("+++\ntitle = \"Phần {weight}\"\nweight = {weight}\nrender = false\n+++\n"),
                )?;
            }
            let mut text = format!("+++\ntitle = \"Bài {page}\"\n+++\n");
            for line in 0..12 {
                write!(
                    text,
                    "\nĐoạn {line} của bài {page}: cử tri, danh sách, niêm yết, khu vực bỏ phiếu.\n"
                )?;
            }
            fs::write(section.join(format!("bai-{page}.md")), text)?;
        }
        folder.show_by_rule()?;
        folder.run(&["build"])?;
        Ok(folder)
    }

    fn show_by_rule(&self) -> Result<()> {
        let documents = DocumentStore::open(&self.at.path().join("niemyet"), None)?;
        let mut document = documents.load()?.remove(&Key::Publication).ok_or("no publication")?;
        document.set_actor(ActorId::random());
        let rule =
            Rule { by: "team_comms".into(), at: "2021-03-05T09:00:00+07:00".into(), basis: "bench".into() };
        publication::set_rule(&mut document, Kind::Election, &rule)?;
        document.commit("by rule", 1);
        Ok(documents.save(&mut document)?)
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_niemyet"));
        command.current_dir(self.at.path()).args(arguments).stdin(Stdio::null());
        command.env("NIEMYET_AS_OF", "2021-03-05").env_remove("NIEMYET_DIR");
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Result<String> {
        let done = self.command(arguments).output()?;
        if done.status.success() {
            return Ok(String::from_utf8(done.stdout)?);
        }
        Err(format!("{arguments:?}: {}", String::from_utf8_lossy(&done.stderr)).into())
    }

    /// The one-time code of a new account of a body.
    pub fn account(&self, login: &str, body: &str) -> Result<String> {
        let added = self.run(&["--json", "account", "add", login, "--body", body])?;
        let added: serde_json::Value = serde_json::from_str(added.trim())?;
        Ok(added["code"].as_str().ok_or("no code")?.to_owned())
    }

    /// The token of a new account of a body.
    pub fn token(&self, login: &str, body: &str) -> Result<String> {
        self.account(login, body)?;
        let made = self.run(&["--json", "account", "token", login, "--device", "bench"])?;
        let made: serde_json::Value = serde_json::from_str(made.lines().last().unwrap_or_default())?;
        Ok(made["token"].as_str().ok_or("no token")?.to_owned())
    }

    pub fn serve(&self) -> Result<Serving> {
        let mut child = self.command(&["serve", "--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).spawn()?;
        let out = child.stdout.take().ok_or("no stdout")?;
        let mut serving = Serving { child, address: SocketAddr::from(([127, 0, 0, 1], 0)) };
        for line in BufReader::new(out).lines() {
            if let Some((_, url)) = line?.split_once("serving http://") {
                serving.address = url.trim_end_matches('/').parse()?;
                return Ok(serving);
            }
        }
        Err("the server ended before it served".into())
    }
}

/// The program, serving; ended with the value.
pub struct Serving {
    child: Child,
    pub address: SocketAddr,
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
