//! How fast documents are synced: automerge-repo's own server and ours, taking turns, under one load generator that speaks the
//! real protocol over real sockets. A change counts when the server's own sync message covers it: ours is on the disk
//! then, the other's is not.
//!
//! `cargo bench -p niemyet-sync --bench sync -- [--rounds 3] [--seconds 5] [--only WORD] [--ours]`. It prints medians and ratios and asserts
//! none: seconds belong to a machine, ratios to the programs. What the machine takes for Automerge and the disk alone stands below. It needs the modules that `tests/run` installs.
#![expect(clippy::unwrap_used, clippy::panic, clippy::expect_used, reason = "a benchmark stops at a fault")]

#[path = "sync/load.rs"]
mod load;
#[path = "sync/peer.rs"]
mod peer;
#[path = "sync/servers.rs"]
mod servers;
#[path = "sync/table.rs"]
mod table;
#[path = "sync/yardstick.rs"]
mod yardstick;

use std::env;
use std::io::Write;
use std::time::Duration;

use servers::Kind;
use servers::Server;
use table::Table;

/// What the command line asks for.
struct Options {
    rounds: usize,
    seconds: u64,
    only: Option<String>,
    /// Without the other server: quick to repeat while looking for what costs time.
    ours: bool,
}

/// The same as the servers have, so that the load generator costs little beside them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn options() -> Options {
    let mut options = Options { rounds: 3, seconds: 5, only: None, ours: false };
    let mut rest = env::args().skip(1);
    while let Some(argument) = rest.next() {
        let mut value = || rest.next().unwrap_or_else(|| panic!("{argument} needs a value"));
        match argument.as_str() {
            "--bench" => {}
            "--rounds" => options.rounds = value().parse().expect("a number of rounds"),
            "--seconds" => options.seconds = value().parse().expect("seconds of a load"),
            "--only" => options.only = Some(value()),
            "--ours" => options.ours = true,
            other => panic!("{other} is not understood; there are --rounds, --seconds, --only and --ours"),
        }
    }
    options
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let options = options();
    let wanted = |name: &str| options.only.as_deref().is_none_or(|only| name.contains(only));
    let mut table = Table::default();
    for round in 1..=options.rounds {
        // Both on one workload, one after the other: minutes later the machine may be another.
        for (name, workload) in load::WORKLOADS {
            for kind in [Kind::Theirs, Kind::Ours] {
                if wanted(name) && !(options.ours && kind == Kind::Theirs) {
                    let _ = writeln!(
                        std::io::stderr(),
                        "round {round} of {}: {}: {name}",
                        options.rounds,
                        kind.name()
                    );
                    let server = Server::start(kind).await;
                    let seconds = Duration::from_secs(options.seconds);
                    // Nothing takes this long unless it hangs.
                    let measured = tokio::time::timeout(Duration::from_secs(180), workload(server, seconds));
                    // What does not come to its end, through the server or the load generator, gets a dash.
                    table.add(
                        kind,
                        tokio::spawn(measured).await.map_or_else(|_| Vec::new(), Result::unwrap_or_default),
                    );
                }
            }
        }
    }
    table.print(&mut std::io::stdout(), options.rounds).unwrap();
    yardstick::print(&mut std::io::stdout()).unwrap();
}
