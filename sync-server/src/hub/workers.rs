//! The hub's threads: one for each shard, one for commits, two for reads, one for snapshots. They end when they are told to.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::sync::mpsc;
use std::sync::mpsc::Receiver;
use std::sync::mpsc::Sender;
use std::thread::JoinHandle;
use std::time::Duration;

use super::Inner;
use super::link::Link;
use crate::DocumentId;
use crate::committer::Committer;
use crate::committer::Job;
use crate::committer::Round;
use crate::document::NotRead;
use crate::effect::Closing;
use crate::effect::ConnectionId;
use crate::effect::Effect;
use crate::reader;
use crate::reader::Depth;
use crate::shard::Input;
use crate::shard::Shard;
use crate::shard::Terms;
use crate::store::Listed;
use crate::store::StoreError;
use crate::witness::Event;

/// Inputs that a shard takes before it makes the messages that follow from them.
const BATCH: usize = 512;
/// Threads that read documents.
const READERS: usize = 2;
/// Pauses between tries of a store that fails, in milliseconds.
const PAUSES: [u64; 6] = [20, 50, 100, 250, 500, 1_000];

pub(super) enum ToShard {
    Input(Input),
    /// Answer when everything before is done.
    Settle(Sender<()>),
    Stop,
}

pub(super) enum ToStore<T> {
    Do(T),
    Stop,
}

/// Ways into the threads.
pub(super) struct Senders {
    shards: Vec<Sender<ToShard>>,
    commits: Sender<ToStore<Job>>,
    reads: Sender<ToStore<(DocumentId, Depth)>>,
    snapshots: Sender<ToStore<DocumentId>>,
}

/// Ways out, for the threads to take.
pub(super) struct Receivers {
    shards: Vec<Receiver<ToShard>>,
    commits: Receiver<ToStore<Job>>,
    reads: Receiver<ToStore<(DocumentId, Depth)>>,
    snapshots: Receiver<ToStore<DocumentId>>,
}

pub(super) fn channels(shards: usize) -> (Senders, Receivers) {
    let (to_shards, from_hub) = (0..shards).map(|_| mpsc::channel()).unzip();
    let (commits, to_commit) = mpsc::channel();
    let (reads, to_read) = mpsc::channel();
    let (snapshots, to_compact) = mpsc::channel();
    (
        Senders { shards: to_shards, commits, reads, snapshots },
        Receivers { shards: from_hub, commits: to_commit, reads: to_read, snapshots: to_compact },
    )
}

impl Senders {
    /// The one way in: a document's shard follows from its id. A shard that has ended takes nothing, and nothing waits for it.
    pub(super) fn shard(&self, document: DocumentId, input: Input) {
        let [first, second, ..] = document.as_bytes();
        let place = usize::from(u16::from_le_bytes([*first, *second])) % self.shards.len();
        if let Some(shard) = self.shards.get(place) {
            let _ = shard.send(ToShard::Input(input));
        }
    }

    fn read(&self, document: DocumentId, depth: Depth) {
        let _ = self.reads.send(ToStore::Do((document, depth)));
    }

    pub(super) fn every_shard(&self, input: impl Fn() -> Input) {
        for shard in &self.shards {
            let _ = shard.send(ToShard::Input(input()));
        }
    }

    pub(super) fn foreign(&self, listed: Vec<Listed>) {
        for listed in listed {
            self.shard(listed.id, Input::Foreign(vec![listed]));
        }
    }

    /// Waits until the shards have dealt with what was sent to them.
    pub(super) fn settle(&self) {
        for shard in &self.shards {
            let (done, wait) = mpsc::channel();
            if shard.send(ToShard::Settle(done)).is_ok() {
                let _ = wait.recv();
            }
        }
    }

    fn stop(&self) {
        let _ = self.commits.send(ToStore::Stop);
        let _ = self.snapshots.send(ToStore::Stop);
        for _ in 0..READERS {
            let _ = self.reads.send(ToStore::Stop);
        }
        for shard in &self.shards {
            let _ = shard.send(ToShard::Stop);
        }
    }
}

/// The running threads.
pub(super) struct Workers {
    handles: Mutex<Vec<JoinHandle<()>>>,
    loads: Vec<Arc<(AtomicUsize, AtomicUsize)>>,
}

impl Workers {
    pub(super) fn start(inner: &Arc<Inner>, receivers: Receivers) -> std::io::Result<Self> {
        let mut handles = Vec::new();
        let mut loads = Vec::new();
        let shards = receivers.shards.len();
        for (place, inputs) in receivers.shards.into_iter().enumerate() {
            let load = Arc::new((AtomicUsize::new(0), AtomicUsize::new(0)));
            loads.push(Arc::clone(&load));
            let inner = Arc::clone(inner);
            handles.push(spawn(&format!("shard-{place}"), move || {
                run_shard(&inner, &inputs, shards, &load);
            })?);
        }
        let of = Arc::clone(inner);
        handles.push(spawn("commits", move || run_commits(&of, &receivers.commits))?);
        let of = Arc::clone(inner);
        handles.push(spawn("snapshots", move || run_snapshots(&of, &receivers.snapshots))?);
        let reads = Arc::new(Mutex::new(receivers.reads));
        for place in 0..READERS {
            let (of, reads) = (Arc::clone(inner), Arc::clone(&reads));
            handles.push(spawn(&format!("reads-{place}"), move || run_reads(&of, &reads))?);
        }
        Ok(Self { handles: Mutex::new(handles), loads })
    }

    pub(super) fn loads(&self) -> (usize, usize) {
        let each = self.loads.iter().map(|load| &**load);
        each.fold((0, 0), |(count, bytes), (documents, weight)| {
            (count + documents.load(Ordering::Relaxed), bytes + weight.load(Ordering::Relaxed))
        })
    }

    pub(super) fn stop(&self, inner: &Inner) {
        inner.senders.stop();
        let handles = std::mem::take(&mut *self.handles.lock().unwrap_or_else(PoisonError::into_inner));
        for handle in handles {
            if handle.join().is_err() {
                tracing::error!("a thread of the sync hub ended by a panic");
            }
        }
    }
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> std::io::Result<JoinHandle<()>> {
    std::thread::Builder::new().name(format!("sync-{name}")).spawn(run)
}

fn run_shard(inner: &Inner, inputs: &Receiver<ToShard>, shards: usize, load: &(AtomicUsize, AtomicUsize)) {
    let mut shard = Shard::new(Terms {
        rules: Arc::clone(&inner.parts.rules),
        limits: inner.config.limits.clone(),
        server: inner.config.peer.clone(),
        restoring: inner.config.restoring,
        shards,
    });
    let mut effects = Vec::new();
    while let Ok(first) = inputs.recv() {
        let now = inner.now();
        let (mut settled, mut stop, mut landed) = (Vec::new(), false, 0);
        let batch = std::iter::once(first).chain(inputs.try_iter().take(BATCH));
        for input in batch {
            match input {
                ToShard::Input(input) => {
                    landed += usize::from(matches!(input, Input::Kept { .. }));
                    let tick = matches!(input, Input::Tick);
                    shard.take(now, input, &mut effects);
                    if tick {
                        let (documents, bytes) = shard.load();
                        load.0.store(documents, Ordering::Relaxed);
                        load.1.store(bytes, Ordering::Relaxed);
                    }
                }
                ToShard::Settle(done) => settled.push(done),
                ToShard::Stop => stop = true,
            }
        }
        shard.flush(now, &mut effects);
        carry_out(inner, &mut effects);
        // Only now are the acknowledgements on their way, so that a stopping hub waits for them.
        inner.in_flight.fetch_sub(landed, Ordering::AcqRel);
        for done in settled {
            let _ = done.send(());
        }
        if stop {
            return;
        }
    }
}

fn carry_out(inner: &Inner, effects: &mut Vec<Effect>) {
    let mut slow = Vec::new();
    inner.registry.with(|links| {
        for effect in effects.drain(..) {
            match effect {
                Effect::Send { to, frame } => {
                    if let Some(link) = links.get(&to.id) {
                        slow.extend(send(inner, links, link, frame));
                    }
                }
                Effect::Look(document) => inner.senders.read(document, Depth::Bytes),
                Effect::Load(document) => inner.senders.read(document, Depth::Whole),
                Effect::Compact(document) => drop(inner.senders.snapshots.send(ToStore::Do(document))),
                Effect::Keep { append, creates } => {
                    inner.in_flight.fetch_add(1, Ordering::AcqRel);
                    drop(inner.senders.commits.send(ToStore::Do(Job { append, creates })));
                }
                Effect::Remember { account, document, refusal } => {
                    inner.registry.remember(account, document, refusal);
                }
                Effect::Known { account, changes } => {
                    inner.registry.known(account, changes);
                    for link in links.values().filter(|link| link.principal.account == account) {
                        link.wake();
                    }
                }
                Effect::AccessChanged => inner.senders.every_shard(|| Input::AccessChanged),
                Effect::Note(event) => inner.parts.witness.note(&event),
            }
        }
    });
    for (link, why) in slow {
        inner.close(&link, why);
    }
}

/// Gives a connection a frame. Names the one for which too much waits by that, if there is any, and why it is closed: this one, or the
/// one of its account, or of all, for which most waits.
fn send(
    inner: &Inner,
    links: &HashMap<ConnectionId, Arc<Link>>,
    link: &Arc<Link>,
    frame: Vec<u8>,
) -> Option<(Arc<Link>, Closing)> {
    let limits = &inner.config.limits;
    if !link.outbox.push(frame, limits.outgoing_bytes) {
        return Some((Arc::clone(link), Closing::TooSlow { limit: limits.outgoing_bytes }));
    }
    let fullest = |why: Closing, counts: &dyn Fn(&Link) -> bool| {
        let those = links.values().filter(|other| counts(other));
        Some((Arc::clone(those.max_by_key(|other| other.outbox.bytes())?), why))
    };
    if link.outbox.bytes_of_account() > limits.account_outgoing_bytes {
        let own = |other: &Link| other.principal.account == link.principal.account;
        return fullest(Closing::TooSlow { limit: limits.account_outgoing_bytes }, &own);
    }
    if inner.registry.totals.outgoing.load(Ordering::Acquire) > limits.total_outgoing_bytes {
        return fullest(Closing::NoRoom, &|_| true);
    }
    None
}

fn run_commits(inner: &Inner, jobs: &Receiver<ToStore<Job>>) {
    let mut committer = Committer::new(inner.config.limits.documents_per_account);
    let mut waiting: Vec<Job> = Vec::new();
    let mut failures = 0_usize;
    let mut stop = false;
    while !stop {
        if waiting.is_empty() {
            match jobs.recv() {
                Ok(ToStore::Do(job)) => waiting.push(job),
                Ok(ToStore::Stop) | Err(_) => return,
            }
        }
        for job in jobs.try_iter() {
            match job {
                ToStore::Do(job) => waiting.push(job),
                ToStore::Stop => stop = true,
            }
        }
        let round = committer.round(&*inner.parts.store, &|| inner.now(), std::mem::take(&mut waiting));
        waiting = settle_round(inner, round, &mut failures);
        if failures > 0 {
            let pause = PAUSES.get(failures - 1).or(PAUSES.last()).copied().unwrap_or(1_000);
            std::thread::sleep(Duration::from_millis(pause));
        }
    }
}

/// Tells the shards what came of a round, and everybody how the store is. Returns what must be tried again.
fn settle_round(inner: &Inner, round: Round, failures: &mut usize) -> Vec<Job> {
    let what = round.error.as_ref().map(ToString::to_string);
    *failures = if what.is_some() { *failures + 1 } else { 0 };
    if inner.registry.set_failing(inner.now(), what.clone()) {
        let event = what.map_or(Event::StoreRecovered, |what| Event::StoreFailed { what });
        inner.parts.witness.note(&event);
    }
    for damage in round.damaged {
        inner.parts.witness.note(&Event::Damaged { what: damage.to_string() });
    }
    for (document, result) in round.answers {
        inner.senders.shard(document, Input::Kept { document, result });
    }
    round.again
}

fn run_reads(inner: &Inner, documents: &Mutex<Receiver<ToStore<(DocumentId, Depth)>>>) {
    loop {
        let next = documents.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(ToStore::Do((document, depth))) = next else { return };
        let store = &*inner.parts.store;
        let read = reader::read(store, document, depth).map_err(|error| {
            let why = NotRead::of(&error, store, document);
            // Damage is the document's to note, once.
            if why == NotRead::Unavailable {
                inner.parts.witness.note(&failure(&error));
            }
            why
        });
        inner.senders.shard(document, Input::Loaded { document, depth, read });
    }
}

fn run_snapshots(inner: &Inner, documents: &Receiver<ToStore<DocumentId>>) {
    while let Ok(ToStore::Do(document)) = documents.recv() {
        // A stop does not wait for work that can be done another time.
        if inner.stopping.load(Ordering::Acquire) {
            continue;
        }
        // A snapshot only saves time and room; the changes are still there, and the next will be asked for.
        if let Err(error) = reader::compact(&*inner.parts.store, document) {
            inner.parts.witness.note(&failure(&error));
        }
    }
}

/// What befell one document: it may be damaged, or the store fails.
fn failure(error: &StoreError) -> Event {
    let what = error.to_string();
    match error {
        StoreError::Damaged { .. } => Event::Damaged { what },
        _ => Event::StoreFailed { what },
    }
}
