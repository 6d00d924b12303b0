//! The first minutes with the program: `demo`, `init` in every kind of place, a folder that cannot be written, the other engine.

use std::fs;
use std::io::Read;
use std::io::Write;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::process::Stdio;

use crate::support::cli::Office;
use crate::support::cli::Running;
use crate::support::cli::files;
use crate::support::cli::stderr;
use crate::support::tree;
use crate::support::zola;

/// Starts the demonstration with nothing set in the environment.
fn demo(office: &Office) -> Running {
    let mut command = office.command(&["demo", "--listen", "127.0.0.1:0"]);
    command.env_remove("NIEMYET_AS_OF").stdout(Stdio::piped()).stderr(Stdio::piped());
    Running::new(command.spawn().unwrap())
}

/// The whole answer to a request for a page.
fn get(url: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn demo_sets_up_serves_ends_when_asked_and_goes_on_with_the_same_folder() {
    let office = Office::new();
    let mut documents = None;
    for _ in 0..2 {
        let mut demo = demo(&office);
        let url = demo.url();
        let home = get(&url, "/");
        assert!(home.starts_with("HTTP/1.1 200 "), "{home}");
        assert!(home.contains("tính đến <time datetime=\"2021-03-05\">"), "{home}");
        // The feed names the address that was asked for, which is known only when it is taken.
        assert!(get(&url, "/atom.xml").contains(&url));
        let taken = url.strip_prefix("http://").unwrap();
        let refused = office.fails(1, &["demo", "--listen", taken]);
        assert!(refused.contains(taken) && refused.contains("--listen"), "{refused}");
        // A visitor who stays connected must not keep the program from ending.
        let mut visitor = TcpStream::connect(taken).unwrap();
        visitor.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
        visitor.read_exact(&mut [0; 12]).unwrap();
        assert_eq!(demo.terminate(), Some(0));
        let now = fs::read(office.path("niemyet/documents.sqlite")).unwrap();
        assert_eq!(documents.get_or_insert_with(|| now.clone()), &now, "the folder was set up anew");
    }
}

#[test]
fn init_makes_the_folders_above() {
    let office = Office::new();
    office.ok(&["init", "--from", "data/sonla-2021", "--dir", "tỉnh/Sơn La/2021"]);
    office.ok(&["build", "--dir", "tỉnh/Sơn La/2021"]);
    let names: Vec<_> = fs::read_dir(office.path("tỉnh/Sơn La")).unwrap().map(|name| name.unwrap()).collect();
    assert_eq!(names.len(), 1, "something was left beside it: {names:?}");
}

#[test]
fn init_takes_an_empty_folder_as_it_is() {
    let office = Office::new();
    for (dir, left) in [("empty", None), ("killed", Some(".tmp-init/site")), ("new-disk", Some("lost+found"))]
    {
        fs::create_dir_all(office.path(dir).join(left.unwrap_or(""))).unwrap();
        office.ok(&["init", "--from", "data/sonla-2021", "--dir", dir]);
        office.ok(&["build", "--dir", dir]);
        assert!(!office.path(dir).join(".tmp-init").exists(), "{dir}");
    }
}

/// The account `nobody`, which owns nothing: file permissions do not bind root.
const NOBODY: u32 = 65534;

/// Lets everybody in, and nobody but the owner write.
fn let_in(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// The program in this office, run by somebody whom permissions bind, who can reach a copy of it.
fn bound(office: &Office, arguments: &[&str]) -> Command {
    let_in(&office.path(""), 0o755);
    let program = office.path("program");
    if !program.exists() {
        fs::copy(env!("CARGO_BIN_EXE_niemyet"), &program).unwrap();
    }
    let mut command = Command::new(program);
    command
        .args(arguments)
        .current_dir(office.path(""))
        .env("NIEMYET_AS_OF", "2021-03-25")
        .stdin(Stdio::null());
    if is_root(office) {
        command.uid(NOBODY).gid(NOBODY);
    }
    command
}

fn is_root(office: &Office) -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(office.path("")).unwrap().uid() == 0
}

#[test]
fn init_in_a_mounted_volume_needs_nothing_of_the_folder_above() {
    let office = Office::new();
    let volume = office.path("volumes/data");
    fs::create_dir_all(&volume).unwrap();
    if is_root(&office) {
        chown(&volume, Some(NOBODY), Some(NOBODY)).unwrap();
    }
    let_in(&office.path("volumes"), 0o555);
    for arguments in [
        &["init", "--from", "data/sonla-2021", "--dir", "volumes/data"][..],
        &["build", "--dir", "volumes/data"],
    ] {
        let done = bound(&office, arguments).output().unwrap();
        assert!(done.status.success(), "{arguments:?}: {}", stderr(&done));
    }
    let_in(&office.path("volumes"), 0o755);
}

#[test]
fn a_folder_that_cannot_be_written_is_named_with_the_remedy_and_stays_as_it_is() {
    let office = Office::ready();
    office.ok(&["build"]);
    let folder = office.path("niemyet");
    let modes = |file: u32, dir: u32| {
        for entry in walkdir::WalkDir::new(&folder).contents_first(true) {
            let entry = entry.unwrap();
            let_in(entry.path(), if entry.file_type().is_dir() { dir } else { file });
        }
    };
    modes(0o444, 0o555);
    let before = files(&folder);
    for arguments in [&["build"][..], &["build", "--full"], &["watch"]] {
        let done = bound(&office, arguments).output().unwrap();
        assert_eq!(done.status.code(), Some(1), "{arguments:?}: {}", stderr(&done));
        let said = stderr(&done);
        assert!(said.contains("niemyet/niemyet.lock") && said.contains("permissions"), "{said}");
    }
    assert!(
        bound(&office, &["release", "list"]).output().unwrap().status.success(),
        "reading needs no right to write"
    );
    let refused =
        bound(&office, &["init", "--from", "data/sonla-2021", "--dir", "niemyet/below"]).output().unwrap();
    assert!(
        refused.status.code() == Some(1) && stderr(&refused).contains("permissions"),
        "{}",
        stderr(&refused)
    );
    assert_eq!(files(&folder), before);
    modes(0o644, 0o755);
}

/// Verifies a release of Zola's: with that Zola it is built again, without it the words say what was checked and what was not.
fn verified_with_zola(office: &Office, program: &Path) {
    let verify = |program: &Path| {
        let done =
            office.command(&["--json", "release", "verify"]).env("NIEMYET_ZOLA", program).output().unwrap();
        (done.status.code(), String::from_utf8(done.stdout.clone()).unwrap(), stderr(&done))
    };
    let (code, said, error) = verify(program);
    assert_eq!(code, Some(0), "{error}");
    let verified: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!((&verified["stored"], &verified["rebuilt"]), (&"intact".into(), &"equal".into()));
    assert!(verified["engine"].as_str().unwrap().starts_with("zola 0.22"), "{said}");
    assert!(verified["files"].as_u64() > Some(100) && verified["sources"].as_u64() > Some(10), "{said}");

    let other = office.path("another zola");
    fs::write(&other, "#!/bin/sh\necho zola 0.99.0\n").unwrap();
    let_in(&other, 0o755);
    for (program, why) in
        [(&*other, "here is `zola 0.99.0`"), (Path::new("khong-co"), "`khong-co` cannot be run here")]
    {
        let (code, _, error) = verify(program);
        assert_eq!(code, Some(1), "{error}");
        for words in [
            " sources have the bytes of their hashes, but it was not built again: `zola 0.22",
            why,
            "NIEMYET_ZOLA",
        ] {
            assert!(error.contains(words), "{words}: {error}");
        }
    }

    // The same version that makes something else.
    fs::write(&other, format!("#!/bin/sh\n'{}' \"$@\" || exit 1\nfor out; do :; done\n[ -d \"$out\" ] && echo x >> \"$out/index.html\"\nexit 0\n", program.display())).unwrap();
    let (code, said, error) = verify(&other);
    assert_eq!(code, Some(1), "{error}");
    assert!(said.contains("\"path\":\"index.html\"") && error.contains("gives other bytes"), "{said}{error}");
}

#[test]
fn an_installed_zola_builds_the_same_release() {
    let office = Office::ready();
    let real = zola::command();
    let words = [real.get_program()].into_iter().chain(real.get_args());
    let words: Vec<String> = words.map(|word| format!("'{}'", word.to_str().unwrap())).collect();
    let program = office.path("zola of mine");
    fs::write(&program, format!("#!/bin/sh\nexec {} \"$@\"\n", words.join(" "))).unwrap();
    let_in(&program, 0o755);
    office.ok(&["build", "--out", "ours"]);
    let by_zola = office
        .command(&["build", "--engine", "zola", "--out", "zolas"])
        .env("NIEMYET_ZOLA", &program)
        .output();
    let by_zola = by_zola.unwrap();
    assert!(by_zola.status.success(), "{}", stderr(&by_zola));
    let read = |name: &str| tree::read(&office.path(name)).unwrap();
    tree::assert_equal(("ours", &read("ours")), ("zola", &read("zolas")));
    let list = office.ok(&["--json", "release", "list"]);
    assert!(list.contains("\"engine\":\"zola 0.22"), "{list}");
    assert!(!office.path("niemyet/.tmp-zola").exists());
    verified_with_zola(&office, &program);

    let missing =
        office.command(&["build", "--engine", "zola"]).env("NIEMYET_ZOLA", "khong-co").output().unwrap();
    assert_eq!(missing.status.code(), Some(1));
    assert!(stderr(&missing).contains("NIEMYET_ZOLA"), "{}", stderr(&missing));
}
