//! A client of automerge-repo in Node, told what to do a line at a time (`tests/interop/peer.mjs`).

use std::io::BufRead;
use std::io::BufReader;
use std::io::Write;
use std::path::Path;
use std::process::Child;
use std::process::ChildStdin;
use std::process::ChildStdout;
use std::process::Command;
use std::process::Stdio;

use serde_json::Value;
use serde_json::json;

use super::probe::Probe;

/// A client with a device's memory, connected as one of the probe's accounts.
pub struct Peer {
    name: String,
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Peer {
    pub fn connect(probe: &Probe, account: usize, name: &str) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop/peer.mjs");
        assert!(
            script.with_file_name("node_modules").is_dir(),
            "run tests/run once: it installs the clients"
        );
        let mut child = Command::new("node")
            .arg(script)
            .args([&probe.url(), probe.token(account), name])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Node runs: tests/run installs it");
        let (input, output) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        let mut peer = Self { name: name.to_owned(), child, input, output };
        peer.tell(json!({"do": "connected"}));
        peer
    }

    /// Has it do something, and waits until it is done.
    pub fn tell(&mut self, command: Value) -> Value {
        writeln!(self.input, "{command}").unwrap();
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        let answer: Value = serde_json::from_str(&line).unwrap_or_default();
        assert_eq!(answer["ok"], true, "{}: {command}: {answer}", self.name);
        answer
    }

    /// Begins a document and waits until the server has it.
    pub fn create(&mut self, value: Value) -> String {
        let id = self.tell(json!({"do": "create", "value": value}))["id"].as_str().unwrap().to_owned();
        self.acknowledged(&id);
        id
    }

    /// Says whether the server gave it that document.
    pub fn find(&mut self, id: &str) -> bool {
        self.tell(json!({"do": "find", "id": id}))["found"].as_bool().unwrap()
    }

    pub fn put(&mut self, id: &str, key: &str, value: Value) {
        self.tell(json!({"do": "put", "id": id, "key": key, "value": value}));
    }

    /// Waits until these fields have these values.
    pub fn until(&mut self, id: &str, has: Value) {
        self.tell(json!({"do": "until", "id": id, "has": has}));
    }

    /// Waits until `getSyncInfo(storageId).lastHeads` is what the client has.
    pub fn acknowledged(&mut self, id: &str) {
        self.tell(json!({"do": "acknowledged", "id": id}));
    }

    pub fn doc(&mut self, id: &str) -> Value {
        self.tell(json!({"do": "doc", "id": id}))["doc"].take()
    }

    pub fn heads(&mut self, id: &str) -> Vec<String> {
        let heads = self.tell(json!({"do": "doc", "id": id}))["heads"].take();
        let mut heads: Vec<String> = serde_json::from_value(heads).unwrap();
        heads.sort();
        heads
    }

    pub fn go_offline(&mut self) {
        self.tell(json!({"do": "offline"}));
    }

    pub fn go_online(&mut self) {
        self.tell(json!({"do": "online"}));
        self.tell(json!({"do": "connected"}));
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
