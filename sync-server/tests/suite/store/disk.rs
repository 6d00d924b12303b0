//! A disk that is full or cannot be written: nothing is acknowledged, nothing is lost, and the store goes on when it can.

use std::io::BufRead;
use std::io::BufReader;
use std::process::Child;
use std::process::ChildStdout;
use std::process::Command;
use std::process::Stdio;

use niemyet_sync::database::Database;
use niemyet_sync::database::Mode;
use niemyet_sync::database::OpenError;
use niemyet_sync::database::Options;
use niemyet_sync::store::Store;

use super::crash::Acked;
use super::crash::expect_all;
use super::crash::probe;
use super::crash::read_line;
use super::support::ANNE;
use super::support::Author;
use super::support::Counted;
use super::support::Folder;
use super::support::document;
use super::support::keep;

/// A probe whose files may not grow beyond a number of KiB: the engine gets the error of a full disk, at the same places.
/// The limit is soft, so that it can be lifted from outside.
fn starved(folder: &Folder, kib: u32) -> (Child, BufReader<ChildStdout>) {
    let script = format!("trap '' XFSZ; ulimit -S -f {kib}; exec \"$0\" append \"$1\" 7");
    let mut shell = Command::new("bash");
    shell.args(["-c", &script, probe()]).arg(folder.path()).stdout(Stdio::piped());
    let mut child = shell.spawn().unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    (child, out)
}

/// Reads until a line begins so.
fn read_until(out: &mut BufReader<ChildStdout>, begin: &str, acked: &mut Acked) -> String {
    loop {
        let mut line = String::new();
        assert!(out.read_line(&mut line).unwrap() > 0, "the probe ended before it said `{begin}`");
        read_line(line.trim_end(), acked);
        if line.starts_with(begin) {
            return line;
        }
    }
}

#[test]
fn a_full_disk_stops_acknowledging_and_loses_nothing() {
    // The log hits the limit first, or (large enough for a checkpoint) the file itself.
    for kib in [150, 400, 3_000] {
        let (folder, mut acked) = (Folder::on_disk(), Acked::new());
        let (mut child, mut out) = starved(&folder, kib);
        read_until(&mut out, "unavailable", &mut acked);
        let said = read_until(&mut out, "unavailable", &mut acked);
        assert!(said.contains("full") || said.contains("I/O"), "{said}");
        // Room again: the same call succeeds, in the same process.
        let pid = child.id().to_string();
        assert!(
            Command::new("prlimit").args(["--pid", &pid, "--fsize=unlimited"]).status().unwrap().success()
        );
        let before = acked.len();
        while acked.len() < before + 50 {
            read_until(&mut out, "acked", &mut acked);
        }
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(before > 5 && acked.len() > before, "{kib} KiB: {before} acknowledged before it was full");
        expect_all(&folder.open(), &acked);
    }
}

#[test]
fn a_process_killed_on_a_full_disk_loses_nothing() {
    let (folder, mut acked) = (Folder::on_disk(), Acked::new());
    let (mut child, mut out) = starved(&folder, 300);
    read_until(&mut out, "unavailable", &mut acked);
    child.kill().unwrap();
    child.wait().unwrap();
    let store = folder.open();
    expect_all(&store, &acked);
    keep(&store, 1, &[Author::new(document(9), ANNE, 9).writes("a", 1)]);
}

/// A folder that this process may not write, by taking the rights of somebody else if it has those of root.
#[test]
fn a_store_that_cannot_be_written_is_refused_with_words() {
    let folder = Folder::on_disk();
    let store = folder.open();
    keep(&store, 1, &[Author::new(document(1), ANNE, 1).writes("a", 1)]);
    drop(store);
    let before = std::fs::read(folder.path()).unwrap();
    let mut command = Command::new("unshare");
    let script = "mount --bind -o ro \"$1\" \"$1\" && exec \"$0\" append \"$1/store.sqlite\" 1";
    command.args(["-rm", "bash", "-c", script, probe()]).arg(folder.folder.path());
    let done = command.output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(!done.status.success() && done.stdout.is_empty());
    assert!(said.contains("cannot open the store"), "{said}");
    assert_eq!(std::fs::read(folder.path()).unwrap(), before);
}

#[test]
fn a_store_is_not_made_half_where_there_is_no_room() {
    let folder = Folder::on_disk();
    let path = folder.folder.path().join("no such folder").join("store.sqlite");
    let error = Database::create(&path, &Counted::new()).unwrap_err();
    assert!(
        matches!(error, OpenError::Unreadable { .. }) && error.to_string().contains("no such folder"),
        "{error}"
    );
    let missing = Database::open(&path, Options { mode: Mode::Alone, readers: 1 }).unwrap_err();
    assert!(matches!(missing, OpenError::Missing { .. }));
}

#[test]
fn a_second_process_is_refused_while_the_first_runs() {
    let folder = Folder::on_disk();
    let store = folder.open();
    let done = Command::new(probe()).args(["append", folder.path().to_str().unwrap(), "1"]).output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(!done.status.success() && done.stdout.is_empty() && said.contains("another process"), "{said}");
    assert!(store.list().unwrap().is_empty());
}
