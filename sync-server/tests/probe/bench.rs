//! Figures of the store on this machine's disk.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use niemyet_sync::DocumentId;
use niemyet_sync::chance::SystemChance;
use niemyet_sync::database::Database;
use niemyet_sync::database::Options;
use niemyet_sync::store::Append;
use niemyet_sync::store::Store;
use niemyet_sync::store::sqlite::SqliteStore;

use super::Author;
use super::Failure;

fn say(line: &str) -> Result<(), Failure> {
    Ok(writeln!(std::io::stdout().lock(), "{line}")?)
}

fn id(number: u64) -> DocumentId {
    let mut bytes = [0; 16];
    // Spread, as hashes are.
    bytes[..8].copy_from_slice(&number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
    bytes[8..].copy_from_slice(&number.to_be_bytes());
    DocumentId::new(bytes)
}

fn authors(from: u64, count: u64) -> Vec<Author> {
    (from..from + count).map(|number| Author::new(id(number), &number.to_be_bytes())).collect()
}

/// Appends of one change each, prepared before the clock runs.
fn prepared(authors: &mut [Author], rounds: u64) -> Result<Vec<Append>, Failure> {
    let mut appends = Vec::new();
    for _ in 0..rounds {
        for author in authors.iter_mut() {
            appends.push(author.append(1)?);
        }
    }
    Ok(appends)
}

/// Nanoseconds that this thread has had a processor: what it costs, whoever else is running.
fn processor() -> f64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    stat.split(' ').next().and_then(|text| text.parse().ok()).unwrap_or(f64::NAN)
}

fn append(store: &dyn Store, name: &str, appends: &[Append], group: usize) -> Result<(), Failure> {
    let mut times = Vec::new();
    let (begin, cost) = (Instant::now(), processor());
    for chunk in appends.chunks(group) {
        let one = Instant::now();
        for result in store.append(&super::now, chunk)? {
            result?;
        }
        times.push(one.elapsed());
    }
    let rate = appends.len() as f64 / begin.elapsed().as_secs_f64();
    let cost = (processor() - cost) / 1_000.0 / appends.len() as f64;
    times.sort_unstable();
    let (half, most) = (times[times.len() / 2], times[times.len() * 99 / 100]);
    say(&format!(
        "{name}: {rate:.0} changes/s, commit p50 {half:.2?}, p99 {most:.2?}, {cost:.1} µs of CPU a change"
    ))
}

/// What the engine itself costs here and now: the same bytes in a plain table, nothing else.
fn floor(path: &Path, appends: &[Append], group: usize) -> Result<(), Failure> {
    let mut connection = rusqlite::Connection::open(path.with_extension("floor"))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.execute(
        "CREATE TABLE IF NOT EXISTS change (id INTEGER PRIMARY KEY, document BLOB, bytes BLOB)",
        [],
    )?;
    let (begin, cost) = (Instant::now(), processor());
    let mut times = Vec::new();
    for chunk in appends.chunks(group) {
        let one = Instant::now();
        let tx = connection.transaction()?;
        for append in chunk {
            let mut insert = tx.prepare_cached("INSERT INTO change (document, bytes) VALUES (?, ?)")?;
            insert.execute(rusqlite::params![append.document.as_bytes(), append.changes[0].bytes])?;
        }
        tx.commit()?;
        times.push(one.elapsed());
    }
    let cost = (processor() - cost) / 1_000.0 / appends.len() as f64;
    times.sort_unstable();
    let (rate, half) = (appends.len() as f64 / begin.elapsed().as_secs_f64(), times[times.len() / 2]);
    say(&format!(
        "  floor, groups of {group}: {rate:.0} changes/s, commit p50 {half:.2?}, {cost:.1} µs of CPU a change"
    ))
}

fn reopened(path: &Path) -> Result<SqliteStore, Failure> {
    let begin = Instant::now();
    let store = SqliteStore::new(Arc::new(Database::open(path, Options::default())?))?;
    let size = std::fs::metadata(path)?.len() as f64 / 1e6;
    say(&format!("open, {size:.0} MB: {:.3} s", begin.elapsed().as_secs_f64()))?;
    Ok(store)
}

fn load(store: &dyn Store, name: &str, numbers: std::ops::Range<u64>) -> Result<(), Failure> {
    let (begin, cost, count) = (Instant::now(), processor(), numbers.end - numbers.start);
    let mut changes = 0;
    for number in numbers {
        changes += store.load(id(number))?.map_or(0, |stored| stored.changes.len());
    }
    let took = begin.elapsed().as_secs_f64();
    let cost = (processor() - cost) / 1_000.0 / count as f64;
    say(&format!(
        "{name}: {:.0} documents/s ({changes} changes, {took:.2} s, {cost:.1} µs of CPU a document)",
        count as f64 / took
    ))
}

pub(super) fn run(path: &Path) -> Result<(), Failure> {
    Database::create(path, &SystemChance)?;
    let store = reopened(path)?;
    let single = prepared(&mut authors(0, 200), 50)?;
    floor(path, &single, 1)?;
    append(&store, "single commits, 200 documents", &single, 1)?;
    let groups = prepared(&mut authors(1_000, 200), 500)?;
    floor(path, &groups, 64)?;
    append(&store, "groups of 64, 200 documents", &groups, 64)?;
    append(&store, "groups of 64, 1,000 documents × 200", &prepared(&mut authors(10_000, 1_000), 200)?, 64)?;
    append(&store, "10,000 new documents, groups of 64", &prepared(&mut authors(100_000, 10_000), 1)?, 64)?;
    append(
        &store,
        "10,000 documents, 20 changes each, groups of 64",
        &prepared(&mut authors(200_000, 10_000), 20)?,
        64,
    )?;
    drop(store);
    let store = reopened(path)?;
    load(&store, "1,000 documents × 200 changes, cold", 10_000..11_000)?;
    load(&store, "10,000 documents × 1, cold", 100_000..110_000)?;
    load(&store, "10,000 documents × 20, cold", 200_000..210_000)?;
    load(&store, "10,000 documents × 20, warm", 200_000..210_000)
}
