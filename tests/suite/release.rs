//! Releases: whole or absent, whatever breaks, and readable in the middle of a switch.

use std::collections::BTreeMap;
use std::fs;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;

use niemyet::release::Draft;
use niemyet::release::Inputs;
use niemyet::release::Kind;
use niemyet::release::Release;
use niemyet::release::ReleaseError;
use niemyet::release::Store;
use niemyet::release::draft::Committed;
use niemyet::release::retention;
use niemyet::release::verify;
use niemyet::replica::disk::Disk;
use niemyet::replica::disk::RealDisk;
use niemyet::replica::lock;
use niemyet::replica::lock::FolderLock;
use proptest::prelude::*;

use crate::support::faulty_disk::Fault;
use crate::support::faulty_disk::FaultyDisk;

const CREATED: &str = "2021-02-25T00:00:00Z";

type Files = BTreeMap<String, Vec<u8>>;

fn files(pairs: &[(&str, &str)]) -> Files {
    pairs.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect()
}

fn open(dir: &Path, lock: &FolderLock, disk: impl Disk + 'static) -> Result<Store, ReleaseError> {
    Store::open_for_writing(&dir.join("releases"), Arc::new(disk), lock)
}

fn publish(store: &Store, lock: &FolderLock, files: &Files) -> Result<Committed, ReleaseError> {
    let draft = Draft::whole(store, lock)?;
    for (path, bytes) in files {
        draft.put(Kind::Page, path, bytes).map_err(|source| ReleaseError::Io {
            action: "write",
            path: path.into(),
            source,
        })?;
    }
    draft.commit(Inputs::default(), CREATED)
}

fn new(committed: Committed) -> Release {
    match committed {
        Committed::New(release) => release,
        Committed::Unchanged(release) => panic!("{} stayed", release.id()),
    }
}

fn content(release: &Release) -> Files {
    release
        .files(Kind::Page)
        .map(|(path, file)| (path.to_owned(), file.read_checked(path).unwrap()))
        .collect()
}

#[test]
fn a_release_gives_back_what_was_put_into_it() {
    let dir = tempfile::tempdir().unwrap();
    let lock = lock::lock(dir.path()).unwrap();
    let store = open(dir.path(), &lock, RealDisk).unwrap();
    assert!(matches!(store.require_current(), Err(ReleaseError::None { .. })));
    let wanted = files(&[("index.html", "Lịch"), ("a/index.html", "a"), ("trống", "")]);
    let release = new(publish(&store, &lock, &wanted).unwrap());
    assert_eq!(content(&release), wanted);

    let reopened = Store::open(&dir.path().join("releases"), Arc::new(RealDisk));
    let current = reopened.require_current().unwrap();
    assert_eq!(current.id(), release.id());
    assert_eq!(content(&current), wanted);
}

#[test]
fn the_same_bytes_from_the_same_inputs_make_no_second_release() {
    let dir = tempfile::tempdir().unwrap();
    let lock = lock::lock(dir.path()).unwrap();
    let store = open(dir.path(), &lock, RealDisk).unwrap();
    let wanted = files(&[("index.html", "Lịch")]);
    new(publish(&store, &lock, &wanted).unwrap());
    assert!(matches!(publish(&store, &lock, &wanted).unwrap(), Committed::Unchanged(_)));
    assert_eq!(store.ids().unwrap().len(), 1);
}

#[test]
fn a_small_change_stores_only_what_differs() {
    let dir = tempfile::tempdir().unwrap();
    let lock = lock::lock(dir.path()).unwrap();
    let store = open(dir.path(), &lock, RealDisk).unwrap();
    let mut wanted: Files =
        (0..100).map(|n| (format!("{n}/index.html"), format!("trang {n}").into_bytes())).collect();
    let first = new(publish(&store, &lock, &wanted).unwrap());
    wanted.insert("5/index.html".to_owned(), b"moi".to_vec());
    wanted.remove("6/index.html");
    let second = new(publish(&store, &lock, &wanted).unwrap());
    assert_eq!(second.header().base.as_deref(), Some(first.id()));
    assert_eq!(content(&second), wanted);

    let manifest = fs::read_to_string(store.folder().join(format!("{}.manifest", second.id()))).unwrap();
    assert_eq!(manifest.lines().count(), 4, "{manifest}");
    let mut packs: Vec<u64> = fs::read_dir(store.folder().join("packs"))
        .unwrap()
        .map(|entry| entry.unwrap().metadata().unwrap().len())
        .collect();
    packs.sort_unstable();
    assert_eq!(packs.first(), Some(&3), "the second pack holds only the changed page");
}

#[test]
fn a_reader_keeps_its_release_through_a_switch_and_through_retention() {
    let dir = tempfile::tempdir().unwrap();
    let lock = lock::lock(dir.path()).unwrap();
    let store = open(dir.path(), &lock, RealDisk).unwrap();
    let old = files(&[("index.html", "cũ"), ("x", "x")]);
    let held = new(publish(&store, &lock, &old).unwrap());
    new(publish(&store, &lock, &files(&[("index.html", "mới"), ("y", "y")])).unwrap());
    let removed = retention::collect(&store, NonZeroUsize::MIN, &lock).unwrap();
    assert_eq!(removed, [held.id()]);
    assert!(matches!(Store::load(&store, held.id()), Err(ReleaseError::Unknown { .. })));
    assert_eq!(content(&held), old);
}

#[test]
fn activate_brings_a_kept_release_back_and_refuses_an_unknown_one() {
    let dir = tempfile::tempdir().unwrap();
    let lock = lock::lock(dir.path()).unwrap();
    let store = open(dir.path(), &lock, RealDisk).unwrap();
    let old = files(&[("index.html", "cũ")]);
    let first = new(publish(&store, &lock, &old).unwrap());
    let second = new(publish(&store, &lock, &files(&[("index.html", "mới")])).unwrap());
    store.activate(first.id(), &lock).unwrap();
    assert_eq!(content(&store.require_current().unwrap()), old);
    for unknown in ["000009-0123456789ab", "../../etc/passwd", ""] {
        assert!(matches!(store.activate(unknown, &lock), Err(ReleaseError::Unknown { .. })), "{unknown}");
    }
    assert_eq!(store.current_id().unwrap().as_deref(), Some(first.id()));
    assert!(store.load(second.id()).is_ok());
}

#[test]
fn what_somebody_chose_is_not_pushed_out_by_what_follows_by_itself() {
    let dir = tempfile::tempdir().unwrap();
    let lock = lock::lock(dir.path()).unwrap();
    let store = open(dir.path(), &lock, RealDisk).unwrap();
    // One file each: none rests on another.
    let make = |n: usize| new(publish(&store, &lock, &files(&[("a", &format!("bản {n}"))])).unwrap());
    let made: Vec<String> = (0..8).map(|n| make(n).id().to_owned()).collect();
    for chosen in [&made[0], &made[1], &made[2]] {
        store.choose(chosen, &lock).unwrap();
    }
    store.activate(&made[1], &lock).unwrap();
    store.activate(&made[7], &lock).unwrap();
    let two = NonZeroUsize::new(2).unwrap();
    let kept = |store: &Store| store.ids().unwrap();
    retention::collect(&store, two, &lock).unwrap();
    assert_eq!(kept(&store), [&*made[1], &*made[6], &*made[7]], "the two newest, and the two chosen last");
    // Whoever went back to it has it as long as nobody chooses others.
    let more: Vec<String> = (8..12).map(|n| make(n).id().to_owned()).collect();
    retention::collect(&store, two, &lock).unwrap();
    assert_eq!(kept(&store), [&*made[1], &*made[7], &*more[2], &*more[3]]);
    for chosen in &more[2..] {
        store.choose(chosen, &lock).unwrap();
    }
    retention::collect(&store, two, &lock).unwrap();
    assert_eq!(kept(&store), more[2..]);
    // A list that is damaged keeps nobody from releasing.
    fs::write(store.folder().join("chosen"), b"nonsense \xff\n../../x\n").unwrap();
    store.activate(&more[3], &lock).unwrap();
    let last = make(12);
    store.choose(last.id(), &lock).unwrap();
    retention::collect(&store, two, &lock).unwrap();
    assert_eq!(kept(&store), [&*more[3], last.id()]);
}

#[test]
fn paths_that_climb_out_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let lock = lock::lock(dir.path()).unwrap();
    let store = open(dir.path(), &lock, RealDisk).unwrap();
    let draft = Draft::whole(&store, &lock).unwrap();
    for path in ["", "/etc/passwd", "../x", "a/../x", "a//b", "a/", "./a", "a\\b", "a\nb", "a\0"] {
        let error = draft.put(Kind::Page, path, b"x").unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput, "{path:?}");
    }
}

#[test]
fn many_small_releases_rest_on_few_packs() {
    let dir = tempfile::tempdir().unwrap();
    let lock = lock::lock(dir.path()).unwrap();
    let store = open(dir.path(), &lock, RealDisk).unwrap();
    let mut wanted: Files = (0..120).map(|n| (format!("{n}"), format!("trang {n}").into_bytes())).collect();
    new(publish(&store, &lock, &wanted).unwrap());
    for n in 0..100 {
        wanted.insert(format!("{n}"), format!("sửa {n}").into_bytes());
        let draft = Draft::change(&store, &lock).unwrap();
        draft.put(Kind::Page, &n.to_string(), format!("sửa {n}").as_bytes()).unwrap();
        new(draft.commit(Inputs::default(), CREATED).unwrap());
        retention::collect(&store, NonZeroUsize::MIN, &lock).unwrap();
    }
    assert_eq!(content(&store.require_current().unwrap()), wanted);
    let packs = fs::read_dir(store.folder().join("packs")).unwrap().count();
    assert!(packs <= 40, "{packs} packs");
}

#[test]
fn whatever_operation_fails_a_whole_release_stays_current() {
    let old = files(&[("index.html", "cũ"), ("a", "a"), ("b", "b")]);
    let wanted = files(&[("index.html", "mới"), ("a", "a"), ("c", "c")]);
    for fault in [Fault::Full, Fault::Killed, Fault::Once] {
        let mut at = 0;
        loop {
            let dir = tempfile::tempdir().unwrap();
            let lock = lock::lock(dir.path()).unwrap();
            new(publish(&open(dir.path(), &lock, RealDisk).unwrap(), &lock, &old).unwrap());
            let disk = FaultyDisk::new(at, fault);
            let outcome =
                open(dir.path(), &lock, disk.clone()).and_then(|store| publish(&store, &lock, &wanted));
            let store = open(dir.path(), &lock, RealDisk).unwrap();
            let current = store.require_current().unwrap();
            let now = content(&current);
            assert!(now == old || now == wanted, "{fault:?} at {at}: {now:?}");
            assert!(outcome.is_err() || now == wanted, "{fault:?} at {at}: said done, but is not");
            assert!(leftovers(store.folder()).is_empty(), "{fault:?} at {at}");
            // And the office can go on.
            publish(&store, &lock, &wanted).unwrap();
            assert_eq!(content(&store.require_current().unwrap()), wanted);
            if disk.operations() <= at {
                break;
            }
            at += 1;
        }
        assert!(at > 10, "the fault was put into only {at} operations");
    }
}

fn leftovers(folder: &Path) -> Vec<String> {
    let below = [folder.to_owned(), folder.join("packs")];
    let entries = below.iter().flat_map(|folder| fs::read_dir(folder).unwrap());
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.starts_with(".tmp-")).collect()
}

#[test]
fn every_flipped_bit_and_every_truncation_is_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let lock = lock::lock(dir.path()).unwrap();
    let store = open(dir.path(), &lock, RealDisk).unwrap();
    let release = new(publish(&store, &lock, &files(&[("index.html", "Lịch bầu cử"), ("a", "á")])).unwrap());
    let id = release.id().to_owned();
    drop(release);
    let manifest = store.folder().join(format!("{id}.manifest"));
    let pack = fs::read_dir(store.folder().join("packs")).unwrap().next().unwrap().unwrap().path();
    for file in [&manifest, &pack, &store.current_path()] {
        let good = fs::read(file).unwrap();
        let flips = (0..good.len()).map(|at| {
            let mut bad = good.clone();
            bad[at] ^= 1 << (at % 8);
            bad
        });
        let cuts = (0..good.len()).map(|length| good[..length].to_vec());
        for bad in flips.chain(cuts) {
            fs::write(file, &bad).unwrap();
            let fresh = Store::open(store.folder(), Arc::new(RealDisk));
            let noticed = match fresh.current() {
                Err(error) => error.to_string(),
                Ok(None) => panic!("{} vanished", file.display()),
                Ok(Some(release)) => match verify::stored_bytes(&release).first() {
                    Some(error) => error.to_string(),
                    None => panic!("{} was damaged unnoticed: {bad:?}", file.display()),
                },
            };
            assert!(noticed.contains("release"), "no next step: {noticed}");
        }
        fs::write(file, &good).unwrap();
    }
    fs::remove_file(&pack).unwrap();
    let error = Store::open(store.folder(), Arc::new(RealDisk)).current().unwrap_err().to_string();
    assert!(error.contains("missing") && error.contains("niemyet build --full"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_sequence_of_changes_reads_back(
        steps in proptest::collection::vec(proptest::collection::vec((0u8..12, proptest::option::of("[a-zđ]{0,6}")), 1..5), 1..30),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let lock = lock::lock(dir.path()).unwrap();
        let store = open(dir.path(), &lock, RealDisk).unwrap();
        let mut wanted = Files::new();
        for (index, step) in steps.iter().enumerate() {
            let draft = Draft::change(&store, &lock).unwrap();
            for (name, text) in step {
                let path = format!("trang/{name}");
                match text {
                    Some(text) => {
                        draft.put(Kind::Page, &path, text.as_bytes()).unwrap();
                        wanted.insert(path, text.as_bytes().to_vec());
                    }
                    None => {
                        draft.remove(Kind::Page, &path);
                        wanted.remove(&path);
                    }
                }
            }
            draft.commit(Inputs::default(), CREATED).unwrap();
            if index % 7 == 3 {
                retention::collect(&store, NonZeroUsize::new(2).unwrap(), &lock).unwrap();
            }
            let fresh = Store::open(store.folder(), Arc::new(RealDisk));
            prop_assert_eq!(content(&fresh.require_current().unwrap()), wanted.clone());
        }
    }
}

#[test]
fn hundreds_of_small_changes_cost_what_moves_and_every_kept_release_stays_whole() {
    let dir = tempfile::tempdir().unwrap();
    let lock = lock::lock(dir.path()).unwrap();
    let store = Store::open_for_writing(&dir.path().join("releases"), Arc::new(RealDisk), &lock).unwrap();
    let page = |number: usize| format!("trang/{number}/index.html");
    let draft = Draft::whole(&store, &lock).unwrap();
    let mut expected: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for number in 0..2_000 {
        let bytes = format!("trang {number}").into_bytes();
        draft.put(Kind::Page, &page(number), &bytes).unwrap();
        expected.insert(page(number), bytes);
    }
    draft.commit(Inputs::default(), "2021-02-25T00:00:00Z").unwrap();
    let mut largest = 0;
    for change in 0..150_usize {
        let draft = Draft::change(&store, &lock).unwrap();
        let number = change * 7 % 40;
        let bytes = format!("trang {number}, lần {change}").into_bytes();
        if change % 10 == 9 {
            draft.remove(Kind::Page, &page(number));
            expected.remove(&page(number));
        } else {
            draft.put(Kind::Page, &page(number), &bytes).unwrap();
            expected.insert(page(number), bytes);
        }
        let inputs = Inputs { as_of: change.to_string(), ..Inputs::default() };
        draft.commit(inputs, "2021-02-25T00:00:00Z").unwrap();
        let id = store.current_id().unwrap().unwrap();
        let manifest = dir.path().join("releases").join(format!("{id}.manifest"));
        largest = largest.max(fs::metadata(manifest).unwrap().len());
    }
    assert!(largest < 40_000, "a small change wrote {largest} bytes of manifest, beside 2,000 pages");
    retention::collect(&store, NonZeroUsize::new(3).unwrap(), &lock).unwrap();
    let fresh = Store::open(&dir.path().join("releases"), Arc::new(RealDisk));
    for id in fresh.ids().unwrap() {
        assert!(verify::stored_bytes(&fresh.load(&id).unwrap()).is_empty(), "{id}");
    }
    let release = fresh.require_current().unwrap();
    let found: BTreeMap<String, Vec<u8>> =
        release.files(Kind::Page).map(|(path, file)| (path.to_owned(), file.read().unwrap())).collect();
    assert!(found == expected);
    let packs = fs::read_dir(dir.path().join("releases/packs")).unwrap().count();
    assert!(packs < 40, "{packs} packs");
}
