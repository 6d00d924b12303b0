//! Decay of the disk: every flipped bit and every torn page is named, or changes nothing of what is read.

use std::fs;
use std::path::Path;

use automerge::ActorId;
use niemyet_sync::committer::Committer;
use niemyet_sync::committer::Job;
use niemyet_sync::database::Database;
use niemyet_sync::database::OpenError;
use niemyet_sync::database::Options;
use niemyet_sync::store::Position;
use niemyet_sync::store::Store;
use niemyet_sync::store::StoreError;
use niemyet_sync::store::sqlite::SqliteStore;

use super::support::ANNE;
use super::support::Author;
use super::support::Folder;
use super::support::document;
use super::support::keep;
use super::support::mix;

const DOCUMENTS: u8 = 40;

/// Enough documents and changes for trees with inner pages, one of the documents with a snapshot.
fn filled(folder: &Folder, rounds: i64) {
    let store = folder.open();
    let mut authors: Vec<Author> =
        (1..=DOCUMENTS).map(|number| Author::new(document(number), ANNE, number)).collect();
    for round in 0..rounds {
        let group: Vec<_> = authors.iter_mut().map(|author| author.writes("a", round)).collect();
        keep(&store, round, &group);
    }
    let bytes = authors[6].doc.save();
    store.snapshot(document(7), Position(u64::MAX >> 1), &bytes).unwrap();
    keep(&store, rounds, &[authors[6].writes("tail", 1)]);
}

/// Everything that can be read, as text.
fn everything(path: &Path) -> Result<String, OpenError> {
    let store = SqliteStore::new(Database::open(path, Options::default())?.into())?;
    let mut all = format!("{:?}{:?}", store.list()?, store.since(Position(17))?);
    for number in 0..=DOCUMENTS {
        let (id, actor) = (document(number), ActorId::from([number; 16].as_slice()));
        all += &format!("{:?}{:?}{:?}", store.load(id)?, store.receipts(id)?, store.owner(id, &actor)?);
    }
    Ok(all)
}

fn is_named(error: &OpenError) -> bool {
    matches!(
        error,
        OpenError::Store(StoreError::Damaged { .. } | StoreError::Unavailable { .. })
            | OpenError::Foreign { .. }
            | OpenError::Newer { .. }
    )
}

/// Writes a broken copy and reads it. Gives whether the break was named.
fn reads_rightly_or_says_so(folder: &Folder, broken: &[u8], right: &str, what: &str) -> bool {
    let path = folder.folder.path().join("broken.sqlite");
    for beside in ["-wal", "-shm"] {
        let _ = fs::remove_file(folder.folder.path().join(format!("broken.sqlite{beside}")));
    }
    fs::write(&path, broken).unwrap();
    match everything(&path) {
        Ok(read) => assert!(read == right, "{what}: other data was read, and nobody said so"),
        Err(error) => assert!(is_named(&error), "{what}: {error}"),
    }
    everything(&path).is_err()
}

#[test]
fn a_flipped_bit_is_named_or_harmless() {
    let flips: usize = std::env::var("NIEMYET_FLIPS").map_or(400, |flips| flips.parse().unwrap());
    let folder = Folder::with_store();
    filled(&folder, 12);
    let right = everything(&folder.path()).unwrap();
    let good = fs::read(folder.path()).unwrap();
    let mut named = 0;
    for flip in 0..flips {
        let offset = flip * good.len() / flips + mix(flip as u64) as usize % (good.len() / flips).max(1);
        let mut broken = good.clone();
        broken[offset] ^= 1 << (mix(offset as u64) % 8);
        named += usize::from(reads_rightly_or_says_so(&folder, &broken, &right, &format!("byte {offset}")));
    }
    assert!(named > flips / 4, "only {named} of {flips} flips were seen: are the sums checked?");
}

#[test]
fn a_torn_page_is_named_or_harmless() {
    let folder = Folder::with_store();
    filled(&folder, 6);
    let old = fs::read(folder.path()).unwrap();
    {
        let store = folder.open();
        for number in 1..=DOCUMENTS {
            keep(&store, 100, &[Author::new(document(number), ANNE, 100 + number).writes("later", 1)]);
        }
    }
    let right = everything(&folder.path()).unwrap();
    let good = fs::read(folder.path()).unwrap();
    let mut named = 0;
    for (number, page) in good.chunks(4096).enumerate() {
        let start = number * 4096;
        let before = old.get(start..start + 4096).map_or(vec![0; 4096], <[u8]>::to_vec);
        for (kind, torn) in [
            ("zeros", [&[0; 2048], &page[2048..]].concat()),
            ("half old", [&page[..2048], &before[2048..]].concat()),
            ("old", before),
        ] {
            let mut broken = good.clone();
            broken[start..start + 4096].copy_from_slice(&torn);
            let what = format!("page {number}, {kind}");
            named += usize::from(reads_rightly_or_says_so(&folder, &broken, &right, &what));
        }
    }
    assert!(named > good.len() / 4096, "only {named} torn pages were seen");
}

#[test]
fn a_flipped_bit_in_the_log_takes_no_commit_away_unseen() {
    let folder = Folder::with_store();
    let store = folder.open();
    let mut anne = Author::new(document(1), ANNE, 1);
    let mut states = Vec::new();
    let log = folder.folder.path().join("store.sqlite-wal");
    for round in 0..12 {
        keep(&store, round, &[anne.writes("a", round)]);
        states.push(fs::metadata(&log).unwrap().len());
    }
    let copy = |name: &str| folder.folder.path().join(name);
    let (good, wal) = (fs::read(folder.path()).unwrap(), fs::read(&log).unwrap());
    drop(store);
    let right = everything(&folder.path()).unwrap();
    let before_last = states[states.len() - 3] as usize;
    let mut named = 0;
    for flip in 0..200 {
        let offset = flip * wal.len() / 200 + mix(flip as u64) as usize % (wal.len() / 200);
        let mut broken = wal.clone();
        broken[offset] ^= 1 << (mix(offset as u64) % 8);
        let _ = fs::remove_file(copy("broken.sqlite-shm"));
        fs::write(copy("broken.sqlite"), &good).unwrap();
        fs::write(copy("broken.sqlite-wal"), &broken).unwrap();
        match everything(&copy("broken.sqlite")) {
            // Damage in the last commits cannot be told from a write that a power cut tore.
            Ok(read) => {
                assert!(read == right || offset >= before_last, "byte {offset}: a commit was lost unseen")
            }
            Err(error) => {
                assert!(is_named(&error), "byte {offset}: {error}");
                named += 1;
            }
        }
    }
    assert!(named > 100, "only {named} flips in the log were seen");
    // A log that ends in the middle of a write is no damage.
    for cut in [wal.len() - 1, wal.len() - 5000, 20, 0] {
        let _ = fs::remove_file(copy("broken.sqlite-shm"));
        fs::write(copy("broken.sqlite"), &good).unwrap();
        fs::write(copy("broken.sqlite-wal"), &wal[..cut]).unwrap();
        everything(&copy("broken.sqlite")).unwrap();
    }
}

#[test]
fn a_row_that_is_gone_is_named() {
    for (sql, place) in [
        ("DELETE FROM change WHERE position = 200", "change"),
        ("DELETE FROM document WHERE id = (SELECT max(id) FROM document)", "list of documents"),
        ("DELETE FROM snapshot", "snapshot 1"),
        ("UPDATE change SET bytes = NULL WHERE position = 100", "change 100"),
        ("UPDATE change SET account = 2 WHERE position = 100", "change 100"),
        ("UPDATE change SET at = at + 1 WHERE position = 100", "change 100"),
        ("UPDATE document SET last = last - 40, count = count - 1 WHERE last = 479", "document"),
        ("UPDATE setting SET value = x'00'", "setting storage-id"),
    ] {
        let folder = Folder::with_store();
        filled(&folder, 12);
        assert_eq!(folder.raw().execute(sql, []).unwrap(), 1, "{sql}");
        let error = match everything(&folder.path()) {
            Err(error) => error.to_string(),
            Ok(_) => folder.database(Default::default()).storage_id().unwrap_err().to_string(),
        };
        assert!(
            error.contains("damaged at") && error.contains(place) && error.contains("backup"),
            "{sql}: {error}"
        );
    }
}

#[test]
fn a_damaged_document_does_not_take_the_others_with_it() {
    let folder = Folder::with_store();
    filled(&folder, 12);
    folder.raw().execute("UPDATE change SET bytes = x'00' WHERE position = 45", []).unwrap();
    let store = folder.open();
    let damaged = |number| matches!(store.load(document(number)), Err(StoreError::Damaged { .. }));
    assert_eq!((1..=DOCUMENTS).filter(|&number| damaged(number)).collect::<Vec<_>>(), [5]);
    let rows: i64 = folder.raw().query_row("SELECT count(*) FROM change", [], |row| row.get(0)).unwrap();
    assert_eq!(rows, 481, "nothing is repaired by deleting");
}

/// A row that no read of the document looks at any more, since a snapshot stands for it, and that every append does.
#[test]
fn what_cannot_be_kept_in_a_damaged_document_is_answered_and_the_rest_shares_a_commit() {
    let folder = Folder::with_store();
    let store = folder.open();
    let mut authors: Vec<Author> =
        (1..=8).map(|number| Author::new(document(number), ANNE, number)).collect();
    for round in 0..3 {
        keep(&store, round, &authors.iter_mut().map(|author| author.writes("a", round)).collect::<Vec<_>>());
    }
    for author in &mut authors {
        store.snapshot(author.id, Position(u64::MAX >> 1), &author.doc.save()).unwrap();
    }
    drop(store);
    // The second change of the fifth document.
    assert_eq!(folder.raw().execute("UPDATE change SET at = at + 1 WHERE position = 13", []).unwrap(), 1);
    let store = folder.open();
    assert!(store.load(document(5)).unwrap().is_some(), "reading does not meet it");
    let mut committer = Committer::new(100);
    for (count, value) in [(8, 10), (1, 11)] {
        let damaged_alone = authors.iter_mut().skip(4).take(1);
        let mut of: Vec<&mut Author> =
            if count == 1 { damaged_alone.collect() } else { authors.iter_mut().collect() };
        let jobs =
            of.iter_mut().map(|author| Job { append: author.writes("a", value), creates: false }).collect();
        let round = committer.round(&store, &|| 10, jobs);
        assert!(round.error.is_none(), "the store fails for everybody: {:?}", round.error);
        assert!(round.again.is_empty(), "it would be tried for ever");
        assert_eq!(round.answers.len(), count);
        for (id, result) in round.answers {
            match result {
                Ok(receipts) => assert_eq!((receipts.len(), id == document(5)), (1, false)),
                Err(why) => assert_eq!((id, format!("{why:?}").as_str()), (document(5), "Damaged")),
            }
        }
    }
}
