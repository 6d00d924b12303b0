//! The servers, each in a process and a folder of its own, on 127.0.0.1 only.

use std::fs;
use std::io::BufRead;
use std::io::BufReader;
use std::net::TcpListener;
use std::net::TcpStream;
use std::path::Path;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;

use tempfile::TempDir;

/// Which server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `@automerge/automerge-repo-sync-server`.
    Theirs,
    /// `sync-probe`.
    Ours,
}

impl Kind {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Theirs => "automerge-repo-sync-server",
            Self::Ours => "niemyet",
        }
    }
}

/// A running server.
pub struct Server {
    kind: Kind,
    folder: TempDir,
    child: Child,
    address: String,
    token: String,
}

impl Server {
    pub async fn start(kind: Kind) -> Self {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let (child, address, token) = spawn(kind, folder.path());
        Self { kind, folder, child, address, token }
    }

    /// Ends it, then starts it again on what it has stored.
    pub async fn start_again(&mut self) {
        // Theirs writes what it has acknowledged a while later.
        tokio::time::sleep(Duration::from_secs(3)).await;
        self.end();
        (self.child, self.address, self.token) = spawn(self.kind, self.folder.path());
    }

    pub fn url(&self) -> String {
        match self.kind {
            Kind::Theirs => format!("ws://{}/", self.address),
            Kind::Ours => format!("ws://{}/sync", self.address),
        }
    }

    pub fn token(&self) -> &str {
        &self.token
    }

    /// Seconds of CPU so far, user and kernel: fields 14 and 15 of proc_pid_stat(5), in ticks of 10 ms.
    pub fn cpu(&self) -> f64 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
        let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
        ticks as f64 / 100.0
    }

    /// Resident memory, in KiB.
    pub fn memory(&self) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").trim().parse().unwrap()
    }

    fn end(&mut self) {
        // Ours stops when its input ends; theirs knows no other end than this.
        drop(self.child.stdin.take());
        if self.kind == Kind::Theirs {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn spawn(kind: Kind, folder: &Path) -> (Child, String, String) {
    match kind {
        Kind::Theirs => theirs(folder),
        Kind::Ours => ours(folder),
    }
}

fn theirs(folder: &Path) -> (Child, String, String) {
    let modules = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop");
    let program = modules.join("node_modules/@automerge/automerge-repo-sync-server/src/index.js");
    assert!(program.is_file(), "run tests/run once: it installs the peers");
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut child = Command::new("node")
        .arg("--require")
        .arg(modules.join("loopback.cjs"))
        .arg(program)
        .env("PORT", free.port().to_string())
        .env("DATA_DIR", folder.join("documents"))
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    for _ in 0..3_000 {
        if TcpStream::connect(free).is_ok() {
            return (child, free.to_string(), String::new());
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let _ = child.kill();
    let _ = child.wait();
    panic!("automerge-repo-sync-server does not listen");
}

fn ours(folder: &Path) -> (Child, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_sync-probe"))
        .arg("serve")
        .arg(folder.join("store.sqlite"))
        .arg("1")
        .env("SYNC_PROBE_IDLE_MS", "5000")
        // Not after ten minutes: it is measured what goes back, and that takes seconds here as the documents' rest does.
        .env("MIMALLOC_PURGE_DELAY", "1000")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut token = String::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        if let Some(address) = line.strip_prefix("listening ") {
            return (child, address.to_owned(), token);
        }
        if line.starts_with("account ") {
            token = line.split_whitespace().last().unwrap().to_owned();
        }
    }
    let _ = child.kill();
    let _ = child.wait();
    panic!("sync-probe ended before it listened");
}
