//! What the machine itself takes for the parts that no server can leave out: Automerge's work for a change, and the disk's.

use std::fs::OpenOptions;
use std::hint::black_box;
use std::io;
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::thread::sleep;
use std::time::Duration;
use std::time::Instant;

use automerge::Automerge;
use automerge::Change;

use super::peer;

/// Writes that are timed, at the pace of the workload "a change each 120 ms".
const WRITES: usize = 100;
const PACE: Duration = Duration::from_millis(120);

/// Prints them. Takes a quarter of a minute.
pub fn print(out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "\nThe machine alone, one thread, no server:\n")?;
    for history in [20, 200] {
        let [copies, applies] = changes(history);
        writeln!(
            out,
            "- Automerge, a document of {history} changes: one more applied in {applies:.3} ms, a copy made in {copies:.3} ms (medians)"
        )?;
    }
    let times = writes()?;
    let (median, late) = (times[WRITES / 2], times[WRITES - 2]);
    writeln!(out, "- 8 KiB written and on the disk, each 120 ms: p50 {median:.2} ms, p99 {late:.2} ms")
}

/// Median milliseconds of a copy of a document with so many changes, and of applying one more to the copy.
fn changes(history: i64) -> [f64; 2] {
    let document = peer::document(1, history);
    let heads = document.get_heads();
    let mut later = document.clone();
    peer::edit(&mut later, history + 1);
    let change: Vec<Change> = later.get_changes(&heads);
    let (mut copies, mut applies) = (Vec::new(), Vec::new());
    for _ in 0..500 {
        let start = Instant::now();
        let mut copy: Automerge = black_box(&document).clone();
        copies.push(milliseconds(start));
        let change = change.clone();
        let start = Instant::now();
        copy.apply_changes(change).unwrap();
        applies.push(milliseconds(start));
        black_box(copy);
    }
    [copies, applies].map(|mut times| {
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    })
}

/// Milliseconds, in order, of writes such as a commit of one change makes: two pages, over what is there, and to the disk.
fn writes() -> io::Result<Vec<f64>> {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let file = OpenOptions::new().create_new(true).write(true).open(folder.path().join("log"))?;
    let page = [7; 8 << 10];
    file.write_all_at(&vec![0; (WRITES + 1) * page.len()], 0)?;
    file.sync_data()?;
    let mut times = Vec::new();
    for place in 0..WRITES {
        sleep(PACE);
        let start = Instant::now();
        file.write_all_at(&page, (place * page.len()) as u64)?;
        file.sync_data()?;
        times.push(milliseconds(start));
    }
    times.sort_by(f64::total_cmp);
    Ok(times)
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1_000.0
}
