//! The working folder under bad input: damaged documents, unknown settings, two processes, a full disk, a killed build.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use niemyet::replica::lock;

use crate::support::cli::Office;
use crate::support::cli::files;
use crate::support::cli::stderr;

fn documents(office: &Office) -> Vec<PathBuf> {
    fs::read_dir(office.path("niemyet/documents")).unwrap().map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn a_damaged_document_is_named_and_kept() {
    let office = Office::ready();
    office.ok(&["build"]);
    for path in documents(&office) {
        let good = fs::read(&path).unwrap();
        let mut flipped = good.clone();
        let middle = good.len() / 2;
        flipped[middle] ^= 0x10;
        for bad in [good[..middle].to_vec(), Vec::new(), flipped] {
            fs::write(&path, &bad).unwrap();
            let error = office.fails(1, &["build"]);
            let name = path.file_name().unwrap().to_str().unwrap();
            assert!(error.contains(name) && error.contains("backup"), "{error}");
            assert_eq!(fs::read(&path).unwrap(), bad, "a damaged document must not be touched");
        }
        fs::write(&path, good).unwrap();
    }
    office.ok(&["release", "verify"]);
}

#[test]
fn a_document_under_another_documents_name_is_refused() {
    let office = Office::ready();
    let paths = documents(&office);
    fs::copy(&paths[0], &paths[1]).unwrap();
    let error = office.fails(1, &["build"]);
    assert!(error.contains("whose file is named"), "{error}");
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
