//! The real program in a folder of its own.

use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::net::SocketAddr;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::ChildStdout;
use std::process::Command;
use std::process::Output;
use std::process::Stdio;
use std::sync::mpsc::Receiver;
use std::sync::mpsc::RecvTimeoutError;
use std::sync::mpsc::channel;
use std::time::Duration;

use tempfile::TempDir;

/// Silence after which a program is held to have stopped saying anything: long enough for a machine that is busy with all tests.
const SILENCE: Duration = Duration::from_secs(180);

/// A folder in which the program runs; its working folder is `niemyet` in it.
pub struct Office {
    folder: TempDir,
    as_of: Option<&'static str>,
}

impl Office {
    /// An empty folder.
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), as_of: Some("2021-03-05") }
    }

    /// The same, where today is today: long after all that its committee has to do.
    pub fn of_today(mut self) -> Self {
        self.as_of = None;
        self
    }

    /// A folder with a working folder made from the data set of 2021, as of the demonstration's day.
    pub fn ready() -> Self {
        let office = Self::new();
        let done = office.run(&["init", "--from", "data/sonla-2021"]);
        assert!(done.status.success(), "{}", stderr(&done));
        office
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The program with these arguments, not yet started.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_niemyet"));
        command.current_dir(self.folder.path()).args(arguments).stdin(Stdio::null());
        command.env_remove("NIEMYET_AS_OF").env_remove("NIEMYET_DIR");
        command.envs(self.as_of.map(|day| ("NIEMYET_AS_OF", day)));
        command
    }

    /// Runs the program to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs it, and requires success; gives what it wrote to stdout.
    pub fn ok(&self, arguments: &[&str]) -> String {
        let done = self.run(arguments);
        assert!(
            done.status.success(),
            "{arguments:?}: {}{}",
            String::from_utf8_lossy(&done.stdout),
            stderr(&done)
        );
        String::from_utf8(done.stdout).unwrap()
    }

    /// Runs it, and requires this exit code; gives what it wrote to stderr.
    pub fn fails(&self, code: i32, arguments: &[&str]) -> String {
        let done = self.run(arguments);
        assert_eq!(done.status.code(), Some(code), "{arguments:?}: {}", stderr(&done));
        stderr(&done)
    }

    /// Starts it with its outputs as pipes.
    pub fn start(&self, arguments: &[&str]) -> Running {
        self.spawn(self.command(arguments))
    }

    /// Starts this command of the program with its outputs as pipes.
    pub fn spawn(&self, mut command: Command) -> Running {
        Running(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap(), None)
    }
}

/// A program that is killed when the test is over.
pub struct Running(pub Child, Option<Receiver<String>>);

impl Running {
    /// A program that was started with pipes.
    pub fn new(child: Child) -> Self {
        Self(child, None)
    }

    /// The address that a serving program says it serves, without a slash at the end. Waits for it.
    pub fn url(&mut self) -> String {
        let lines = self.lines_until(|line| line.contains("serving "));
        let (_, url) = lines.last().unwrap().split_once("serving ").unwrap();
        url.trim_end_matches('/').to_owned()
    }

    /// The same as an address.
    pub fn address(&mut self) -> SocketAddr {
        self.url().strip_prefix("http://").unwrap().parse().unwrap()
    }

    /// The lines that it writes to stdout up to the first that is so. Waits for it.
    pub fn lines_until(&mut self, is_so: impl Fn(&str) -> bool) -> Vec<String> {
        let mut lines = Vec::new();
        let stdout = self.1.get_or_insert_with(|| as_they_come(self.0.stdout.take().unwrap()));
        loop {
            match stdout.recv_timeout(SILENCE) {
                Ok(line) => lines.push(line),
                Err(why) => {
                    let silent = why == RecvTimeoutError::Timeout;
                    // Its stderr ends when it does.
                    let _ = self.0.kill();
                    let mut said = String::new();
                    if let Some(mut stderr) = self.0.stderr.take() {
                        stderr.read_to_string(&mut said).unwrap();
                    }
                    panic!(
                        "the program {} after {lines:#?}\n{said}",
                        if silent { "fell silent" } else { "ended" }
                    );
                }
            }
            if lines.last().is_some_and(|line| is_so(line)) {
                return lines;
            }
        }
    }

    /// Asks it to end as a service manager does, and gives its exit code.
    pub fn terminate(&mut self) -> Option<i32> {
        self.signal("-TERM");
        self.0.wait().unwrap().code()
    }

    /// Sends it a signal, as `kill` names it.
    pub fn signal(&self, name: &str) {
        let done = Command::new("kill").args([name, &self.0.id().to_string()]).status().unwrap();
        assert!(done.success());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The lines of an output, from a thread that reads on whether anybody waits for them or not.
fn as_they_come(output: ChildStdout) -> Receiver<String> {
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines() {
            if sender.send(line.unwrap()).is_err() {
                return;
            }
        }
    });
    lines
}

/// What a program wrote to stderr.
pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The files of a folder, by path below it, with their bytes.
pub fn files(folder: &Path) -> std::collections::BTreeMap<String, Vec<u8>> {
    let walk = walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap);
    walk.filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let name = entry.path().strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read(entry.path()).unwrap())
        })
        .collect()
}
