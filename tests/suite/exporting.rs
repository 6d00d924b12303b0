//! A release as plain files for a web server: whole at every moment, whatever is exported, fails or is killed.

mod others;

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::time::Instant;

use niemyet::release::ReleaseError;
use niemyet::release::export;
use niemyet::release::export::Exported;
use niemyet::release::plain;
use niemyet::replica::disk::Disk;
use niemyet::replica::disk::RealDisk;
use niemyet::replica::lock;
use serde_json::Value;

use crate::publishing::desk::approve;
use crate::publishing::desk::edit_election;
use crate::support::cli::Office;
use crate::support::faulty_disk::Fault;
use crate::support::faulty_disk::FaultyDisk;
use crate::support::tree;
use crate::support::tree::Tree;

/// Exports while readers read.
const EXPORTS: usize = 30;

/// A site whose every page says which one it is; `word` also names pages that no other has.
fn site(word: &str) -> Tree {
    let mut site: Tree =
        (0..30).map(|n| (format!("trang/{n}/index.html"), word.as_bytes().to_vec())).collect();
    site.insert("index.html".into(), word.as_bytes().to_vec());
    site.insert(format!("chi/{word}/index.html"), word.as_bytes().to_vec());
    site.extend((0..10).map(|n| (format!("chung/{n}.css"), b"a { color: black }".to_vec())));
    site
}

fn write(disk: &dyn Disk, out: &Path, site: &Tree) -> Result<Exported, ReleaseError> {
    plain::write(disk, out, site.iter().map(|(path, bytes)| (path.as_str(), || Ok(bytes.clone()))))
}

/// What stands beside `out`: its own folder, and the generations in that.
fn generations(out: &Path) -> Vec<String> {
    let state = out.with_file_name(format!(".{}.niemyet", out.file_name().unwrap().to_str().unwrap()));
    let entries = fs::read_dir(state).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    entries.filter(|name| name != lock::LOCK_FILE).collect()
}

fn folder() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    (dir, out)
}

#[test]
fn readers_across_many_exports_find_every_file_and_no_mixture() {
    let (_dir, out) = folder();
    let sites = [site("mot"), site("hai")];
    write(&RealDisk, &out, &sites[0]).unwrap();
    let (over, reads) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for reader in 0..2 {
            let (over, reads, out) = (&over, &reads, &out);
            scope.spawn(move || {
                for n in (0..30).cycle().skip(reader) {
                    if over.load(Ordering::Relaxed) {
                        return;
                    }
                    let page = format!("trang/{n}/index.html");
                    // As a web server opens it, by its whole path.
                    let bytes = fs::read(out.join(&page)).unwrap_or_else(|error| panic!("{page}: {error}"));
                    assert!(
                        ["mot", "hai"].map(str::as_bytes).contains(&bytes.as_slice()),
                        "{page} is of no release"
                    );
                    // Whoever has the folder open finds one release in it.
                    let there = fs::canonicalize(out).unwrap();
                    let other = fs::read_to_string(there.join("index.html")).unwrap_or_default();
                    let own = fs::read_to_string(there.join(format!("chi/{other}/index.html")));
                    // Unless it was so long in finding out that the folder is gone.
                    if fs::canonicalize(out).unwrap() == there {
                        assert_eq!(own.unwrap(), other, "a mixture");
                    }
                    reads.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        for number in 1..=EXPORTS {
            write(&RealDisk, &out, &sites[number % 2]).unwrap();
        }
        over.store(true, Ordering::Relaxed);
    });
    assert!(reads.load(Ordering::Relaxed) > EXPORTS, "the readers read too little");
    tree::assert_equal(("exported", &sites[0]), ("read", &tree::read(&out).unwrap()));
    assert_eq!(generations(&out).len(), 2);
}

/// A smaller one, so that each of its steps can fail.
fn small(word: &str) -> Tree {
    let whole = site(word);
    let kept = ["index.html", "trang/1/index.html", "chung/1.css", &format!("chi/{word}/index.html")];
    whole.into_iter().filter(|(path, _)| kept.contains(&path.as_str())).collect()
}

/// OUT as it may stand before an export.
fn begin(out: &Path, state: &str) -> Option<Tree> {
    let before = small("truoc");
    match state {
        "nothing" => return None,
        "an empty folder" => {
            fs::create_dir(out).unwrap();
            return Some(Tree::new());
        }
        "a folder of an older version" => {
            let files = before.iter().map(|(path, bytes)| (path.as_str(), || Ok(bytes.clone())));
            export::export(&RealDisk, out, files).unwrap();
        }
        _ => {
            write(&RealDisk, out, &before).unwrap();
        }
    }
    Some(before)
}

#[test]
fn a_fault_at_any_step_leaves_the_one_or_the_other_whole() {
    let after = small("sau");
    for state in ["nothing", "an empty folder", "a folder of an older version", "an export"] {
        for fault in [Fault::Full, Fault::Killed] {
            let mut switched = 0;
            for at in 0.. {
                let (_dir, out) = folder();
                let before = begin(&out, state);
                let disk = FaultyDisk::new(at, fault);
                let done = write(&disk, &out, &after);
                let what = format!("{state}, {fault:?} at {at}");
                let mut found = if out.exists() { Some(tree::read(&out).unwrap()) } else { None };
                if let Some(found) = &mut found {
                    found.remove(export::LIST);
                }
                assert!(found == before || found.as_ref() == Some(&after), "{what}: neither whole");
                assert!(done.is_err() || found.as_ref() == Some(&after), "{what}: said to be done");
                switched += usize::from(found.as_ref() == Some(&after));
                // And on, on a disk that works: nothing of what failed stays.
                let last = small("cuoi");
                write(&RealDisk, &out, &last).unwrap();
                tree::assert_equal((&what, &last), ("out", &tree::read(&out).unwrap()));
                assert!(generations(&out).len() <= 2, "{what}: {:?}", generations(&out));
                if disk.operations() <= at {
                    break;
                }
            }
            assert!(switched > 0, "{state}, {fault:?}: never switched");
        }
    }
}

#[test]
fn a_folder_of_an_older_version_becomes_one_that_is_switched_and_keeps_what_is_somebody_elses() {
    let (dir, out) = folder();
    let before = site("truoc");
    let files = before.iter().map(|(path, bytes)| (path.as_str(), || Ok(bytes.clone())));
    export::export(&RealDisk, &out, files).unwrap();
    fs::create_dir_all(out.join(".well-known/acme-challenge")).unwrap();
    fs::write(out.join(".well-known/acme-challenge/x"), "y").unwrap();
    std::os::unix::fs::symlink("../anh", out.join("anh")).unwrap();
    let kept = fs::metadata(out.join("chung/1.css")).unwrap();
    let done = write(&RealDisk, &out, &site("sau")).unwrap();
    assert_eq!((done.written, done.unchanged, done.removed), (32, 10, 1));
    assert!(out.is_symlink());
    let found = tree::read(&out).unwrap();
    assert!(!found.contains_key(export::LIST) && !out.join("..").join(export::LIST).exists());
    assert!(found.keys().all(|path| !path.contains("niemyet") && path != "list"), "{:?}", found.keys());
    assert_eq!(found[".well-known/acme-challenge/x"], b"y");
    assert_eq!(fs::read_link(out.join("anh")).unwrap(), Path::new("../anh"));
    let now = fs::metadata(out.join("chung/1.css")).unwrap();
    assert_eq!(
        (now.ino(), now.mtime_nsec()),
        (kept.ino(), kept.mtime_nsec()),
        "a mirror would copy it again"
    );
    assert_eq!(generations(&out).len(), 2);
    // Again and again; what is somebody else's goes along, also what came meanwhile.
    fs::write(out.join("google.html"), "z").unwrap();
    write(&RealDisk, &out, &site("cuoi")).unwrap();
    assert_eq!(fs::read(out.join("google.html")).unwrap(), b"z");
    assert_eq!(fs::read(out.join(".well-known/acme-challenge/x")).unwrap(), b"y");
    assert_eq!(generations(&out).len(), 2);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2);
    // Nothing to be done is nothing done.
    let there = fs::read_link(&out).unwrap();
    assert_eq!(write(&RealDisk, &out, &site("cuoi")).unwrap().written, 0);
    assert_eq!(fs::read_link(&out).unwrap(), there);
}

#[test]
fn what_is_not_ours_is_refused_untouched_and_two_exports_take_turns() {
    let (dir, out) = folder();
    fs::create_dir(&out).unwrap();
    fs::write(out.join("luan-van.txt"), "x").unwrap();
    let file = dir.path().join("tep");
    fs::write(&file, "x").unwrap();
    for path in [&out, &file] {
        let refused = write(&RealDisk, path, &site("mot")).unwrap_err();
        assert!(matches!(refused, ReleaseError::NotOurs { .. }), "{refused}");
    }
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2);
    // A link of one's own leads to the place.
    let (real, link) = (dir.path().join("noi/that"), dir.path().join("lien-ket"));
    std::os::unix::fs::symlink(&real, &link).unwrap();
    write(&RealDisk, &link, &site("mot")).unwrap();
    write(&RealDisk, &link, &site("hai")).unwrap();
    assert_eq!(fs::read_link(&link).unwrap(), real);
    tree::assert_equal(("hai", &site("hai")), ("link", &tree::read(&link).unwrap()));
    let held = lock::lock(&dir.path().join("noi/.that.niemyet")).unwrap();
    assert!(matches!(write(&RealDisk, &link, &site("ba")).unwrap_err(), ReleaseError::Lock(_)));
    drop(held);
    // A folder of somebody's that leads elsewhere is not written through.
    fs::remove_file(real.join("trang/1/index.html")).unwrap();
    fs::remove_dir(real.join("trang/1")).unwrap();
    std::os::unix::fs::symlink("/tmp", real.join("trang/1")).unwrap();
    assert!(matches!(write(&RealDisk, &link, &site("ba")).unwrap_err(), ReleaseError::Link { .. }));
}

/// The pages of two releases of an office, by their names.
fn two_releases(office: &Office) -> BTreeMap<String, Tree> {
    office.ok(&["build"]);
    edit_election(office, |election| election.units[1].name_vi = "Bản thứ hai".into());
    approve(office, &niemyet::document::Key::Election);
    office.ok(&["build"]);
    let listed = office.ok(&["--json", "release", "list"]);
    let ids = listed
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["id"].as_str().unwrap().to_owned());
    ids.map(|id| {
        office.ok(&["release", "export", &id, "--id", &id]);
        let pages = tree::read(&office.path(&id)).unwrap();
        (id, pages)
    })
    .collect()
}

#[test]
fn an_export_that_is_killed_at_any_moment_leaves_one_release_whole() {
    let office = Office::ready();
    let releases = two_releases(&office);
    let ids: Vec<&String> = releases.keys().collect();
    office.ok(&["release", "export", "out", "--id", ids[1]]);
    let started = Instant::now();
    office.ok(&["release", "export", "out", "--id", ids[0]]);
    let whole = started.elapsed();
    let (mut ended, mut killed) = (0, 0);
    // Later and later, until one comes to its end before that: on a busy machine each takes longer than the one that was measured.
    for round in 0..500_u32 {
        if round >= 20 && ended > 0 {
            break;
        }
        let mut running =
            office.start(&["release", "export", "out", "--id", ids[usize::from(round % 2 == 0)]]);
        std::thread::sleep(whole * round / 10);
        match running.0.try_wait().unwrap() {
            Some(_) => ended += 1,
            None => killed += 1,
        }
        running.0.kill().unwrap();
        running.0.wait().unwrap();
        let found = tree::read(&office.path("out")).unwrap();
        assert!(releases.values().any(|pages| *pages == found), "round {round}: neither whole");
    }
    assert!(ended > 0 && killed > 5, "{ended} ended, {killed} were killed");
    office.ok(&["release", "export", "out", "--id", ids[1]]);
    tree::assert_equal((ids[1], &releases[ids[1]]), ("out", &tree::read(&office.path("out")).unwrap()));
    assert_eq!(generations(&office.path("out")).len(), 2);
}

#[test]
fn what_is_packed_beforehand_is_what_is_there_plain() {
    let office = Office::ready();
    office.ok(&["build", "--out", "plain"]);
    office.ok(&["release", "export", "packed", "--compressed"]);
    let (plain, mut packed) =
        (tree::read(&office.path("plain")).unwrap(), tree::read(&office.path("packed")).unwrap());
    let mut texts = 0;
    for (path, bytes) in &plain {
        assert_eq!(packed.remove(path).as_ref(), Some(bytes), "{path}");
        let (gzip, brotli) = (packed.remove(&format!("{path}.gz")), packed.remove(&format!("{path}.br")));
        let is_text = ["html", "css", "js", "xml", "json", "csv", "ics", "svg", "txt"]
            .iter()
            .any(|extension| path.ends_with(&format!(".{extension}")));
        if !is_text {
            assert!(gzip.is_none() && brotli.is_none(), "{path} does not shrink");
            continue;
        }
        // So short a text grows.
        if bytes.len() < 256 {
            continue;
        }
        texts += 1;
        let (mut unzipped, mut unpacked) = (Vec::new(), Vec::new());
        let gzip = gzip.unwrap_or_else(|| panic!("{path}.gz"));
        flate2::read::GzDecoder::new(gzip.as_slice()).read_to_end(&mut unzipped).unwrap();
        let brotli = brotli.unwrap_or_else(|| panic!("{path}.br"));
        brotli::BrotliDecompress(&mut brotli.as_slice(), &mut unpacked).unwrap();
        assert!(unzipped == *bytes && unpacked == *bytes, "{path}");
        assert!(gzip.len() < bytes.len() && brotli.len() < bytes.len(), "{path}");
    }
    assert!(texts > 100, "{texts}");
    assert!(packed.is_empty(), "of nothing that is there: {:?}", packed.keys());
}
