//! The working folder under bad input: damaged documents, unknown settings, two processes, a full disk, a killed build.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use automerge::ROOT;
use automerge::transaction::Transactable;
use niemyet::document::Content;
use niemyet::document::Key;
use niemyet::document::write_election;
use niemyet::replica::documents::DocumentStore;
use niemyet::replica::lock;
use niemyet_sync::store::Position;

use crate::support::cli::Office;
use crate::support::cli::files;
use crate::support::cli::stderr;

fn store(office: &Office) -> PathBuf {
    office.path("niemyet/documents.sqlite")
}

#[test]
fn a_damaged_store_is_named_and_kept() {
    let office = Office::ready();
    office.ok(&["build"]);
    let path = store(&office);
    let good = fs::read(&path).unwrap();
    let mut refused = 0;
    for round in 0..24 {
        let at = good.len() * (2 * round + 1) / 48;
        let mut flipped = good.clone();
        flipped[at] ^= 0x10;
        for (bad, whole) in [(good[..at].to_vec(), false), (flipped, true)] {
            fs::write(&path, &bad).unwrap();
            let done = office.run(&["build"]);
            let error = stderr(&done);
            // A bit of a page's unused part changes nothing that is read.
            if done.status.success() && whole {
                office.ok(&["release", "verify"]);
            } else {
                assert_eq!(done.status.code(), Some(1), "byte {at}: {error}");
                assert!(error.contains("documents.sqlite"), "byte {at}: {error}");
                assert!(error.contains("backup") || error.contains("not a store"), "byte {at}: {error}");
                refused += 1;
            }
            assert_eq!(fs::read(&path).unwrap(), bad, "a damaged store must not be touched");
        }
    }
    assert!(refused > 30, "only {refused} of 48 damages were seen");
    fs::write(&path, []).unwrap();
    assert!(office.fails(1, &["build"]).contains("documents.sqlite"));
    fs::write(&path, good).unwrap();
    office.ok(&["release", "verify"]);
}

#[test]
fn a_document_of_a_newer_niemyet_is_not_called_damaged() {
    let office = Office::ready();
    office.ok(&["build"]);
    let documents = DocumentStore::open_there(&office.path("niemyet")).unwrap();
    let mut election = documents.load().unwrap().remove(&Key::Election).unwrap();
    election.automerge_mut().put(ROOT, "schema", 9_i64).unwrap();
    documents.save(&mut election).unwrap();
    documents.close().unwrap();
    for command in [["build"].as_slice(), &["serve", "--listen", "127.0.0.1:0"], &["check"]] {
        let error = office.fails(1, command);
        assert!(
            error.contains("install a newer niemyet") && error.contains("election"),
            "{command:?}: {error}"
        );
        assert!(!error.contains("damaged") && !error.contains("backup"), "{command:?}: {error}");
    }
}

#[test]
fn a_store_that_is_gone_is_missed() {
    let office = Office::ready();
    fs::rename(store(&office), office.path("away")).unwrap();
    assert!(office.fails(1, &["build"]).contains("restore a backup"));
    fs::rename(office.path("away"), store(&office)).unwrap();
    office.ok(&["build"]);
}

/// Makes the folder one of the former layout: a file for each document.
fn make_former(office: &Office) -> Vec<PathBuf> {
    let dir = office.path("niemyet");
    let folder = dir.join("documents");
    fs::create_dir(&folder).unwrap();
    let store = DocumentStore::open_there(&dir).unwrap();
    let files = store.load().unwrap().into_values().map(|mut document| {
        let path = folder.join(format!("{}.automerge", document.id()));
        fs::write(&path, document.save()).unwrap();
        path
    });
    let files = files.collect();
    store.close().unwrap();
    files
}

#[test]
fn a_folder_of_the_former_layout_is_brought_over() {
    let office = Office::ready();
    office.ok(&["build"]);
    let released = office.ok(&["--json", "release", "list"]);
    make_former(&office);
    let saved = files(&office.path("niemyet/documents"));
    fs::remove_file(store(&office)).unwrap();
    // What a process that was killed on the way left behind.
    fs::create_dir(office.path("niemyet/.tmp-documents")).unwrap();
    fs::write(office.path("niemyet/.tmp-documents/documents.sqlite"), "half").unwrap();
    office.ok(&["build"]);
    assert_eq!(files(&office.path("niemyet/documents.before")), saved, "nothing of it is lost");
    assert!(!office.path("niemyet/documents").exists() && store(&office).exists());
    assert_eq!(office.ok(&["--json", "release", "list"]), released, "the same documents, the same release");
    office.ok(&["release", "verify"]);

    // Killed between the store and the setting aside: both are there, and the next command ends it.
    make_former(&office);
    office.ok(&["release", "verify"]);
    assert_eq!(files(&office.path("niemyet/documents.before-2")), saved);
}

#[test]
fn a_damaged_document_of_the_former_layout_is_named_and_kept() {
    let office = Office::ready();
    let documents = make_former(&office);
    fs::remove_file(store(&office)).unwrap();
    for path in &documents {
        let good = fs::read(path).unwrap();
        let mut flipped = good.clone();
        let middle = good.len() / 2;
        flipped[middle] ^= 0x10;
        for bad in [good[..middle].to_vec(), Vec::new(), flipped] {
            fs::write(path, &bad).unwrap();
            let error = office.fails(1, &["build"]);
            let name = path.file_name().unwrap().to_str().unwrap();
            assert!(error.contains(name) && error.contains("backup"), "{error}");
            assert_eq!(fs::read(path).unwrap(), bad, "a damaged document must not be touched");
            assert!(!store(&office).exists(), "no store is made of damaged documents");
        }
        fs::write(path, good).unwrap();
    }
    let good = fs::read(&documents[1]).unwrap();
    fs::copy(&documents[0], &documents[1]).unwrap();
    let error = office.fails(1, &["build"]);
    assert!(error.contains("whose file is named"), "{error}");
    fs::write(&documents[1], good).unwrap();
    office.ok(&["build"]);
    office.ok(&["release", "verify"]);
}

#[test]
fn an_unknown_setting_is_refused_with_its_line() {
    let office = Office::ready();
    let path = office.path("niemyet/niemyet.toml");
    fs::write(&path, "# mine\nas_of = 2021-02-25\nbase_ulr = \"https://example.org\"\n").unwrap();
    let error = office.fails(1, &["build"]);
    assert!(error.contains("niemyet.toml:3") && error.contains("base_ulr"), "{error}");
    fs::write(&path, "base_url = \"javascript:alert(1)\"\n").unwrap();
    assert!(office.fails(1, &["build"]).contains("https://example.org"));
}

#[test]
fn the_environment_wins_over_the_file() {
    let office = Office::ready();
    let mut command = office.command(&["--json", "build"]);
    assert!(command.env("NIEMYET_BASE_URL", "https://bau-cu.example.org/").status().unwrap().success());
    let listed: serde_json::Value = serde_json::from_str(&office.ok(&["--json", "release", "list"])).unwrap();
    assert_eq!(listed["inputs"]["base_url"], "https://bau-cu.example.org");
    office.ok(&["release", "export", "out"]);
    let sitemap = fs::read_to_string(office.path("out/sitemap.xml")).unwrap();
    assert!(sitemap.contains("https://bau-cu.example.org/lich/"), "{sitemap}");
}

#[test]
fn a_second_process_is_told_who_has_the_folder() {
    let office = Office::ready();
    let held = lock::lock(&office.path("niemyet")).unwrap();
    let error = office.fails(1, &["build"]);
    assert!(error.contains(&format!("process {}.", std::process::id())), "{error}");
    drop(held);
    office.ok(&["build"]);
}

#[test]
fn init_never_writes_over_anything() {
    let office = Office::ready();
    let before = files(&office.path("niemyet"));
    assert!(office.fails(1, &["init", "--from", "data/sonla-2021"]).contains("working folder already"));
    fs::remove_file(office.path("niemyet/niemyet.toml")).unwrap();
    assert!(office.fails(1, &["init", "--from", "data/sonla-2021"]).contains("not empty"));
    let after = files(&office.path("niemyet"));
    assert_eq!(after.len(), before.len() - 1);
    assert!(office.fails(2, &["init", "--from", "nowhere", "--dir", "b"]).contains("nowhere"));
    assert!(!office.path("b").exists());
}

#[test]
fn a_full_disk_leaves_the_last_release() {
    let office = Office::ready();
    office.ok(&["build"]);
    let before = files(&office.path("niemyet/releases"));
    // A limit on the size of files gives the same failure in the same place as a full disk.
    let program = env!("CARGO_BIN_EXE_niemyet");
    let script = format!("trap '' XFSZ; ulimit -f 64; exec {program} build --full");
    let mut shell = std::process::Command::new("bash");
    shell.args(["-c", &script]).current_dir(office.path("")).env("NIEMYET_AS_OF", "2021-03-25");
    let done = shell.output().unwrap();
    assert_eq!(done.status.code(), Some(1), "{}", stderr(&done));
    assert!(stderr(&done).contains("free some space"), "{}", stderr(&done));
    assert_eq!(files(&office.path("niemyet/releases")), before);
    office.ok(&["release", "verify"]);
}

#[test]
fn a_killed_build_leaves_a_whole_release() {
    let rounds = std::env::var("NIEMYET_KILL_ROUNDS").map_or(20, |rounds| rounds.parse().unwrap());
    let office = Office::ready();
    office.ok(&["build"]);
    let mut seed = 0x9e37_79b9_u64;
    for round in 0..rounds {
        let page = office.path("niemyet/site/content/gioi-thieu.md");
        let text = fs::read_to_string(&page).unwrap();
        fs::write(&page, format!("{text}\nLần {round}.\n")).unwrap();
        let mut building = office.start(&["build", "--full"]);
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        std::thread::sleep(Duration::from_micros((seed >> 33) % 600_000));
        building.0.kill().unwrap();
        building.0.wait().unwrap();
        let verified = office.run(&["release", "verify"]);
        assert!(verified.status.success(), "round {round}: {}", stderr(&verified));
    }
    office.ok(&["build"]);
    office.ok(&["release", "verify"]);
}

#[test]
fn a_document_that_is_read_on_is_the_one_that_is_read_anew() {
    let office = Office::ready();
    let store = DocumentStore::open(&office.path("niemyet"), None).unwrap();
    let before = store.load().unwrap().remove(&Key::Election).unwrap();
    for name in ["Huyện Một", "Huyện Hai"] {
        let seen = store.last().unwrap();
        let mut writer = store.open_or_begin(before.election(), &Key::Election).unwrap();
        let Content::Election(mut election) = writer.content().unwrap() else { panic!("no election") };
        election.units[1].name_vi = name.to_owned();
        write_election(&mut writer, &election).unwrap();
        writer.commit("rename", 1).unwrap();
        store.save(&mut writer).unwrap();
        let listed = store.since(seen).unwrap().remove(0);
        // Also from further back than the last change.
        let mut anew = store.read(&listed, None).unwrap();
        let mut on = store.read_on(&listed, &before, Position::default()).unwrap();
        assert_eq!((on.heads(), on.content().unwrap()), (anew.heads(), anew.content().unwrap()));
        assert_eq!(on.content().unwrap(), Content::Election(election));
    }
    // What was read before it was lost on the way is missed.
    let listed = store.since(Position::default()).unwrap();
    let listed = listed.iter().find(|listed| listed.key == "election").unwrap();
    let late = Position(store.last().unwrap().0 - 1);
    assert!(store.read_on(listed, &before, late).is_err_and(|error| error.to_string().contains("missing")));
}
