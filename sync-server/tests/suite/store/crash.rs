//! A process that is killed while it appends: what it acknowledged is there.

use std::collections::HashMap;
use std::collections::HashSet;
use std::io::BufRead;
use std::io::BufReader;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;

use niemyet_sync::DocumentId;
use niemyet_sync::store::Store;

use super::support::Folder;
use super::support::loaded;
use super::support::mix;

/// What a probe said was kept: document and hash.
pub type Acked = HashSet<(DocumentId, String)>;

pub fn probe() -> &'static str {
    env!("CARGO_BIN_EXE_store-probe")
}

pub fn read_line(line: &str, acked: &mut Acked) {
    let words: Vec<&str> = line.split(' ').collect();
    if let ["acked", document, hash] = words[..]
        && hash.len() == 64
    {
        acked.insert((document.parse().unwrap(), hash.to_owned()));
    }
}

/// Lets a probe run for a while, kills it, and gives what it had said.
fn run_and_kill(folder: &Folder, seed: u64) -> Acked {
    let mut command = Command::new(probe());
    command.args(["append", folder.path().to_str().unwrap(), &seed.to_string()]).stdout(Stdio::piped());
    let mut child: Child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut acked = Acked::new();
    read_line(&lines.next().unwrap().unwrap(), &mut acked);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_micros(mix(seed) % 40_000));
            child.kill().unwrap();
            child.wait().unwrap();
        });
        // The last line may be cut off.
        lines.map_while(Result::ok).for_each(|line| read_line(&line, &mut acked));
    });
    acked
}

/// Every acknowledged change has a receipt, and every document loads with all its changes.
pub fn expect_all(store: &dyn Store, acked: &Acked) {
    let mut kept: HashMap<DocumentId, HashSet<String>> = HashMap::new();
    for listed in store.list().unwrap() {
        let receipts = store.receipts(listed.id).unwrap();
        let doc = loaded(store, listed.id);
        for receipt in &receipts {
            assert!(doc.get_change_meta_by_hash(&receipt.hash).is_some(), "a receipt without its change");
        }
        kept.insert(listed.id, receipts.iter().map(|receipt| receipt.hash.to_string()).collect());
    }
    let missing = acked.iter().filter(|(id, hash)| !kept.get(id).is_some_and(|kept| kept.contains(hash)));
    assert_eq!(missing.count(), 0, "of {} acknowledged changes", acked.len());
}

#[test]
fn what_was_acknowledged_survives_kill_9() {
    let rounds: u64 = std::env::var("NIEMYET_KILL_ROUNDS").map_or(100, |rounds| rounds.parse().unwrap());
    let mut all = 0;
    // A new store every 20 rounds, so that reading it back does not grow with the number of rounds.
    for first in (0..rounds).step_by(20) {
        let (folder, mut acked) = (Folder::on_disk(), Acked::new());
        for round in first..rounds.min(first + 20) {
            acked.extend(run_and_kill(&folder, round));
            expect_all(&folder.open(), &acked);
        }
        all += acked.len();
    }
    assert!(all as u64 > rounds, "the probes hardly wrote: {all} changes in {rounds} rounds");
}
