//! Thousands of runs of a network with drops, repeated frames, reordering across connections, cut connections, restarts, full disks
//! and crashes at any write. Every run follows from its seed: a failing one is named, and replayed with
//! `NIEMYET_SYNC_SEED`. `NIEMYET_SYNC_RUNS` sets how many.

use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;

use crate::support::network::Network;
use crate::support::network::Tally;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().expect("a whole number"))
}

fn run(seed: u64) -> Tally {
    let mut network = Network::new(seed);
    let steps = 50 + usize::try_from(seed % 7).unwrap() * 50;
    (0..steps).for_each(|_| network.step());
    network.settle();
    network.check();
    // At rest, nothing but the change of access itself tells a connection that it may see more, or less.
    (0..3).for_each(|_| network.regrade());
    network.settle();
    network.check();
    // In the midst of a run few have seen what another wrote, whose name they could take.
    network.forge();
    network.settle();
    network.check();
    network.tally()
}

#[test]
fn replicas_converge_acknowledged_changes_stay_and_refused_ones_appear_nowhere() {
    if let Some(seed) = number("NIEMYET_SYNC_SEED") {
        run(seed);
        return;
    }
    let mut all = Tally::default();
    for seed in 0..number("NIEMYET_SYNC_RUNS").unwrap_or(2_000) {
        match catch_unwind(AssertUnwindSafe(|| run(seed))) {
            Ok(tally) => all += tally,
            Err(why) => panic!("run {seed} failed: {:?}", why.downcast_ref::<String>()),
        }
    }
    let met = [all.kept, all.acknowledged, all.refused, all.taken_actors];
    let broke = [all.crashes, all.failures, all.snapshots, all.unread, all.unreadable, all.overtaken];
    assert!(
        met.iter().chain(&broke).all(|count| *count > 20),
        "the runs did not meet what they are for: {all:?}"
    );
}
