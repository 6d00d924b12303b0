//! A document in memory: what the store has of it, and a copy that runs ahead while changes are on their way there.

use std::collections::HashMap;
use std::collections::HashSet;
use std::collections::VecDeque;

use automerge::ActorId;
use automerge::Automerge;
use automerge::Change;
use automerge::ChangeHash;
use automerge::ReadDoc;

use crate::incoming::guarded;
use crate::store::Position;

/// Operations that a change may have been made after and that are not here: who writes upon older heads (`changeAt`) counts what
/// stands beside them too, and that may be still on its way.
const UNSEEN: u64 = 4_096;

/// A document that exists, as it is durable.
#[derive(Debug)]
pub struct Loaded {
    /// What the store has. Sync messages are made from this and from nothing else.
    pub durable: Automerge,
    /// Place of its last change. Nothing of it is missing up to there.
    pub last: Position,
    /// Changes since it was last asked to be compacted.
    pub since_snapshot: usize,
    /// The durable document with the changes that are on their way.
    ahead: Option<Automerge>,
    /// Numbers in the copy that is furthest, if they have been counted.
    counted: Option<Counted>,
}

/// Why changes do not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// An actor's numbers do not go up by one.
    Sequence,
    /// Operations are numbered from beyond what there is.
    Operations,
    /// Automerge does not take them.
    Unreadable,
}

/// Changes that can be applied, each after those it depends on, and those that cannot yet.
#[derive(Debug, Default)]
pub struct Sorted {
    /// Can be applied in this order.
    pub ready: Vec<Change>,
    /// Depend on changes that are missing.
    pub orphans: Vec<Change>,
}

impl Loaded {
    /// A document as the store has it.
    pub fn new(durable: Automerge, last: Position) -> Self {
        Self { durable, last, since_snapshot: 0, ahead: None, counted: None }
    }

    /// Applies changes to a copy and returns the durable document and that. A copy is several times cheaper than applying a
    /// change, and it is the durable document afterwards, so that each change is applied once.
    ///
    /// # Errors
    /// If they do not fit; the copy is gone then.
    pub fn try_ahead(&mut self, changes: &[Change]) -> Result<(&Automerge, &Automerge), Misfit> {
        let mut counted = self.counted.take().unwrap_or_else(|| Counted::of(&self.durable));
        counted.advance(changes)?;
        let mut ahead = self.durable.clone();
        apply(&mut ahead, changes)?;
        self.counted = Some(counted);
        Ok((&self.durable, self.ahead.insert(ahead)))
    }

    /// Forgets what is not durable.
    pub fn fall_back(&mut self) {
        self.ahead = None;
        self.counted = None;
    }

    /// The changes of `try_ahead` are durable.
    ///
    /// # Errors
    /// If Automerge does not take what it took before. The document must be loaded again.
    pub fn advance(&mut self, changes: &[Change]) -> Result<(), Misfit> {
        match self.ahead.take() {
            Some(ahead) => self.durable = ahead,
            None => self.merge(changes)?,
        }
        Ok(())
    }

    /// Takes in changes that others made durable. What is on its way was copied from less, and is applied when it arrives.
    ///
    /// # Errors
    /// If Automerge does not take them. The document must be loaded again.
    pub fn merge(&mut self, changes: &[Change]) -> Result<(), Misfit> {
        self.fall_back();
        apply(&mut self.durable, changes)
    }

    /// Bytes of memory, estimated from counts: 200 edits of a task come to 51 KB by measurement.
    pub fn weight(&self) -> usize {
        let stats = self.durable.stats();
        let one = 4_096 + 128 * to_size(stats.num_changes) + 64 * to_size(stats.num_ops);
        if self.ahead.is_some() { 2 * one } else { one }
    }
}

fn to_size(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX / 1_024)
}

/// How far the numbers of a document go.
#[derive(Debug, Default)]
struct Counted {
    /// The last change of each actor.
    sequences: HashMap<ActorId, u64>,
    /// The last operation of all.
    operation: u64,
}

impl Counted {
    fn of(document: &Automerge) -> Self {
        let mut counted = Self::default();
        for change in document.get_changes_meta(&[]) {
            counted.operation = change.max_op.max(counted.operation);
            let last = counted.sequences.entry(change.actor.into_owned()).or_insert(0);
            *last = change.seq.max(*last);
        }
        counted
    }

    /// Goes on with changes. An operation's number is one more than any that its author had seen, so it cannot be far beyond what
    /// is here and what comes with it. Automerge counts in 32 bits: a document that has reached the last could never be
    /// written again.
    fn advance(&mut self, changes: &[Change]) -> Result<(), Misfit> {
        let come: u64 = changes.iter().map(|change| change.len() as u64).sum();
        let most = self.operation.saturating_add(come).saturating_add(UNSEEN);
        for change in changes {
            let last = self.sequences.entry(change.actor_id().clone()).or_insert(0);
            if change.seq() != last.saturating_add(1) {
                return Err(Misfit::Sequence);
            }
            *last = change.seq();
            if change.start_op().get() > most {
                return Err(Misfit::Operations);
            }
            self.operation = change.max_op().max(self.operation);
        }
        Ok(())
    }
}

/// The document that these changes make; `whole` is it already, if there is one.
///
/// # Errors
/// If they do not fit each other.
pub fn begin(changes: &[Change], whole: Option<Automerge>) -> Result<Automerge, Misfit> {
    Counted::default().advance(changes)?;
    if let Some(whole) = whole {
        return Ok(whole);
    }
    let mut document = Automerge::new();
    apply(&mut document, changes)?;
    Ok(document)
}

fn apply(document: &mut Automerge, changes: &[Change]) -> Result<(), Misfit> {
    guarded(|| document.apply_changes(changes.iter().cloned()).ok()).ok_or(Misfit::Unreadable)
}

/// Those of the hashes that the document has not got, as Automerge sees it.
pub fn missing(document: &Automerge, hashes: &[ChangeHash]) -> HashSet<ChangeHash> {
    // By far the most messages bear the heads that the document has.
    if hashes.is_empty() || document.get_heads() == hashes {
        return HashSet::new();
    }
    document.get_missing_deps(hashes).into_iter().collect()
}

/// Leaves out what the document has, and sorts the rest by what depends on what.
pub fn sort(document: &Automerge, changes: Vec<Change>) -> Sorted {
    // A change upon heads is new, or something would depend on them.
    if let [change] = &*changes
        && !change.deps().is_empty()
        && change.deps() == document.get_heads()
    {
        return Sorted { ready: changes, orphans: Vec::new() };
    }
    let mut wanted: Vec<ChangeHash> = Vec::with_capacity(changes.len() * 2);
    for change in &changes {
        wanted.push(change.hash());
        wanted.extend_from_slice(change.deps());
    }
    let missing = missing(document, &wanted);
    let mut fresh: HashMap<ChangeHash, (Change, usize)> = HashMap::new();
    let mut order = VecDeque::new();
    let mut dependents: HashMap<ChangeHash, Vec<ChangeHash>> = HashMap::new();
    for change in changes {
        let hash = change.hash();
        if !missing.contains(&hash) || fresh.contains_key(&hash) {
            continue;
        }
        let open: HashSet<ChangeHash> =
            change.deps().iter().filter(|dep| missing.contains(*dep)).copied().collect();
        for dep in &open {
            dependents.entry(*dep).or_default().push(hash);
        }
        if open.is_empty() {
            order.push_back(hash);
        }
        fresh.insert(hash, (change, open.len()));
    }
    let mut sorted = Sorted::default();
    while let Some(hash) = order.pop_front() {
        for dependent in dependents.remove(&hash).unwrap_or_default() {
            if let Some((_, open)) = fresh.get_mut(&dependent) {
                *open -= 1;
                if *open == 0 {
                    order.push_back(dependent);
                }
            }
        }
        sorted.ready.extend(fresh.remove(&hash).map(|(change, _)| change));
    }
    sorted.orphans = fresh.into_values().map(|(change, _)| change).collect();
    sorted
}

#[cfg(test)]
mod tests {
    use automerge::PatchLog;
    use automerge::transaction::Transactable;

    use super::super::edit;
    use super::*;

    /// A change that is written upon what was there before another of the same device.
    fn beside(document: &mut Automerge, heads: &[ChangeHash]) -> Change {
        let mut transaction = document.transaction_at(PatchLog::null(), heads).unwrap();
        transaction.put(automerge::ROOT, "y", 1).unwrap();
        let hash = transaction.commit().0.unwrap();
        document.get_change_by_hash(&hash).unwrap()
    }

    #[test]
    fn honest_numbers_of_operations_are_taken_in_whatever_order_they_come() {
        let mut document = Automerge::new();
        edit(&mut document, 0);
        let heads = document.get_heads();
        let durable = document.clone();
        (1..50).for_each(|value| edit(&mut document, value));
        let own = document.get_changes(&heads);
        let beside = beside(&mut document, &heads);
        assert_eq!((beside.start_op().get(), beside.deps()), (51, &heads[..]));
        let later: Vec<Change> = std::iter::once(beside.clone()).chain(own.clone()).collect();
        for changes in [later, [own, vec![beside.clone()]].concat(), vec![beside]] {
            let mut loaded = Loaded::new(durable.clone(), Position(1));
            assert!(loaded.try_ahead(&changes).is_ok(), "{} changes", changes.len());
        }
    }

    #[test]
    fn numbers_far_beyond_all_operations_are_not_taken() {
        let mut document = Automerge::new();
        edit(&mut document, 0);
        let durable = document.clone();
        edit(&mut document, 1);
        let next = document.get_changes(&durable.get_heads()).remove(0);
        // What there is, what comes, and what may be on its way.
        for (start, fits) in
            [(2, true), (1 + 1 + UNSEEN, true), (1 + 1 + UNSEEN + 1, false), (u64::MAX, false)]
        {
            let mut expanded = next.decode();
            (expanded.start_op, expanded.hash) = (start.try_into().unwrap(), None);
            let mut loaded = Loaded::new(durable.clone(), Position(1));
            let taken = loaded.try_ahead(&[Change::from(expanded)]).map(drop);
            assert_eq!(taken, if fits { Ok(()) } else { Err(Misfit::Operations) }, "{start}");
        }
    }
}
