//! The server in a process of its own, on a store that outlives it.

use std::io::BufRead;
use std::io::BufReader;
use std::process::Child;
use std::process::ChildStdout;
use std::process::Command;
use std::process::Stdio;

use tempfile::TempDir;

/// A running server.
pub struct Probe {
    folder: TempDir,
    child: Child,
    out: BufReader<ChildStdout>,
    address: String,
    tokens: Vec<String>,
}

impl Probe {
    /// A server with an empty store and the accounts `probe-1`, `probe-2`, …
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (child, out, address, tokens) = spawn(&folder, "127.0.0.1:0");
        Self { folder, child, out, address, tokens }
    }

    /// Where clients connect.
    pub fn url(&self) -> String {
        format!("ws://{}/sync", self.address)
    }

    /// The token of the account `probe-1`, `probe-2`, …
    pub fn token(&self, account: usize) -> &str {
        &self.tokens[account - 1]
    }

    /// Stops it as an administrator would. It says that everything was kept.
    pub fn stop(&mut self) {
        drop(self.child.stdin.take());
        let mut last = String::new();
        while self.out.read_line(&mut last).unwrap() > 0 {}
        assert_eq!(last.lines().last(), Some("stopped true"));
        assert!(self.child.wait().unwrap().success());
    }

    /// Stops it as the end of the power supply would.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Starts it again at the same place; clients keep their tokens.
    pub fn start_again(&mut self) {
        let (child, out, address, _) = spawn(&self.folder, &self.address);
        (self.child, self.out) = (child, out);
        assert_eq!(self.address, address);
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn spawn(folder: &TempDir, listen: &str) -> (Child, BufReader<ChildStdout>, String, Vec<String>) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_sync-probe"))
        .arg("serve")
        .arg(folder.path().join("store.sqlite"))
        .args(["4", listen])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut tokens = Vec::new();
    let mut line = String::new();
    while out.read_line(&mut line).unwrap() > 0 {
        if let Some(address) = line.trim_end().strip_prefix("listening ") {
            let address = address.to_owned();
            return (child, out, address, tokens);
        }
        if line.starts_with("account ") {
            tokens.extend(line.split_whitespace().last().map(str::to_owned));
        }
        line.clear();
    }
    let ended = child.wait().unwrap();
    panic!("the server ended before it listened: {ended}");
}
