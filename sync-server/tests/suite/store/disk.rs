//! A disk that is full or cannot be written: nothing is acknowledged, nothing is lost, and the store goes on when it can.

use std::fs::Permissions;
use std::io::BufRead;
use std::io::BufReader;
use std::os::unix::fs::MetadataExt;
use std::os::unix::fs::PermissionsExt;
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

/// A probe for which the folder is on a read-only file system, where the system lets us mount one.
fn on_read_only_file_system(folder: &Folder) -> Command {
    let mut command = Command::new("unshare");
    let script = "mount --bind -o ro \"$1\" \"$1\" && exec \"$0\" append \"$1/store.sqlite\" 1";
    command.args(["-rm", "bash", "-c", script, probe()]).arg(folder.folder.path());
    command
}

/// A probe that may not write in the folder: without the rights of root, which no mode of a folder holds back.
fn without_rights(folder: &Folder) -> Command {
    let copy = folder.folder.path().join("probe");
    std::fs::copy(probe(), &copy).unwrap();
    for (path, mode) in [(copy.as_path(), 0o555), (&folder.path(), 0o444), (folder.folder.path(), 0o555)] {
        std::fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }
    let is_root = std::fs::metadata("/proc/self").unwrap().uid() == 0;
    let mut command = Command::new(if is_root { "setpriv" } else { "env" });
    if is_root {
        command.args(["--reuid", "65534", "--clear-groups"]);
    }
    command.arg(copy).args(["append", folder.path().to_str().unwrap(), "1"]);
    command
}

#[test]
fn a_store_that_cannot_be_written_is_refused_with_words() {
    let may_mount = Command::new("unshare").args(["-rm", "true"]).status().is_ok_and(|done| done.success());
    for mounted in [may_mount, false] {
        let folder = Folder::on_disk();
        keep(&folder.open(), 1, &[Author::new(document(1), ANNE, 1).writes("a", 1)]);
        let _ = std::fs::remove_file(folder.folder.path().join("store.sqlite.lock"));
        let before = std::fs::read(folder.path()).unwrap();
        let mut command = if mounted { on_read_only_file_system(&folder) } else { without_rights(&folder) };
        let done = command.output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(!done.status.success() && done.stdout.is_empty());
        assert!(said.contains("cannot open the store") && said.contains("look at its owner"), "{said}");
        assert_eq!(std::fs::read(folder.path()).unwrap(), before);
        std::fs::set_permissions(folder.folder.path(), Permissions::from_mode(0o755)).unwrap();
    }
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
