//! A process that appends to a store until it is stopped, and prints what was acknowledged: for the tests to kill, to
//! starve of disk, and to measure.
//!
//! `store-probe append STORE SEED`: a line `acked DOCUMENT HASH` for each change that is durable, a line `unavailable …`
//! when the store cannot write. `store-probe bench STORE`: figures.

use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use std::time::SystemTime;

use automerge::ActorId;
use automerge::AutoCommit;
use automerge::Automerge;
use automerge::Change;
use automerge::ROOT;
use automerge::transaction::Transactable;
use niemyet_sync::DocumentId;
use niemyet_sync::access::AccountId;
use niemyet_sync::database::Database;
use niemyet_sync::database::Options;
use niemyet_sync::store::Append;
use niemyet_sync::store::NewChange;
use niemyet_sync::store::Store;
use niemyet_sync::store::StoreError;
use niemyet_sync::store::sqlite::SqliteStore;

mod bench;

type Failure = Box<dyn Error>;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Whoever reads it may be gone.
            let _ = writeln!(std::io::stderr(), "store-probe: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["append", store, seed] => append_for_ever(&open(store)?, seed.parse()?),
        ["bench", store] => bench::run(Path::new(store)),
        _ => Err("usage: store-probe append STORE SEED | bench STORE".into()),
    }
}

fn open(path: &str) -> Result<SqliteStore, Failure> {
    let database = Database::open(Path::new(path), Options::default())?;
    Ok(SqliteStore::new(Arc::new(database))?)
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// A document with an author who makes one change after another.
struct Author {
    id: DocumentId,
    doc: AutoCommit,
    changes: u64,
}

impl Author {
    fn new(id: DocumentId, actor: &[u8]) -> Self {
        Self { id, doc: AutoCommit::new().with_actor(ActorId::from(actor)), changes: 0 }
    }

    fn append(&mut self, count: u64) -> Result<Append, Failure> {
        let heads = self.doc.get_heads();
        for _ in 0..count {
            self.changes += 1;
            self.doc.put(
                ROOT,
                format!("field {}", self.changes % 7),
                format!("value number {}", self.changes),
            )?;
            self.doc.commit();
        }
        let changes = self.doc.get_changes(&heads).into_iter().map(|change| NewChange {
            hash: change.hash(),
            actor: change.actor_id().clone(),
            seq: change.seq(),
            bytes: change.raw_bytes().to_vec(),
            binds: true,
        });
        let key = format!("probe/{}", self.id);
        Ok(Append {
            document: self.id,
            key,
            account: Some(AccountId(1)),
            judged: None,
            changes: changes.collect(),
        })
    }
}

fn append_for_ever(store: &SqliteStore, seed: u64) -> Result<(), Failure> {
    let mut authors: Vec<Author> = (0..5_u8)
        .map(|number| Author::new(DocumentId::new([number; 16]), &[seed.to_le_bytes(), [number; 8]].concat()))
        .collect();
    let count = authors.len();
    for round in 0.. {
        let mut group = vec![authors[round % count].append(1 + round as u64 % 3)?];
        if round % 4 == 3 {
            group.push(authors[(round + 1) % count].append(2)?);
        }
        keep(store, &group)?;
        if round % 40 == 39 {
            compact(store, authors[round % count].id)?;
        }
    }
    Ok(())
}

/// Tries until it is kept, as a server does while its clients wait.
fn keep(store: &SqliteStore, group: &[Append]) -> Result<(), Failure> {
    loop {
        match store.append(&now, group) {
            Ok(results) => {
                let mut out = std::io::stdout().lock();
                for (append, result) in group.iter().zip(results) {
                    for receipt in result? {
                        writeln!(out, "acked {} {}", append.document, receipt.hash)?;
                    }
                }
                return Ok(out.flush()?);
            }
            Err(StoreError::Unavailable { what }) => say_unavailable(&what)?,
            Err(other) => return Err(other.into()),
        }
    }
}

fn compact(store: &SqliteStore, id: DocumentId) -> Result<(), Failure> {
    let Some(stored) = store.load(id)? else { return Ok(()) };
    let mut doc =
        if stored.snapshot.is_empty() { Automerge::new() } else { Automerge::load(&stored.snapshot)? };
    let changes: Result<Vec<Change>, _> = stored.changes.into_iter().map(Change::from_bytes).collect();
    doc.apply_changes(changes?)?;
    match store.snapshot(id, stored.last, &doc.save()) {
        Err(StoreError::Unavailable { what }) => say_unavailable(&what),
        other => Ok(other?),
    }
}

fn say_unavailable(what: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "unavailable {what}")?;
    out.flush()?;
    std::thread::sleep(Duration::from_millis(5));
    Ok(())
}
