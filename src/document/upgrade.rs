//! Formats of documents, and the steps from each to the next.
//!
//! A step only adds objects. It is a deterministic change upon the first change (or the step before), so two offline
//! replicas that upgrade the same document make the same change, and a device with an older niemyet still begins
//! documents that merge. Meaning is never rewritten: a field that changes its meaning gets a new name.

use automerge::ActorId;
use automerge::AutoCommit;
use automerge::AutomergeError;
use automerge::Change;
use automerge::ChangeHash;
use automerge::ROOT;
use automerge::ReadDoc;
use automerge::ScalarValue;
use automerge::Value;
use automerge::transaction::Transactable;

use super::error::DocumentError;
use super::error::Subject;
use super::id::DocumentId;
use super::key::Kind;
use super::skeleton;
use super::skeleton::Entry;
use super::skeleton::FIRST_FORMAT;

/// One step: what the next format adds to a kind of document.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// The objects that it adds, parents before children.
    pub adds: fn(Kind) -> Vec<Entry>,
}

/// The steps after the first format, in order; step 0 leads to format 2.
pub const STEPS: &[Step] = &[];

/// The newest format that the steps lead to.
pub fn newest(steps: &[Step]) -> i64 {
    FIRST_FORMAT + i64::try_from(steps.len()).unwrap_or(i64::MAX - FIRST_FORMAT)
}

/// The format of a document: the newest that any replica brought it to.
pub fn format_of(doc: &AutoCommit) -> Option<i64> {
    let all = doc.get_all(ROOT, "schema").ok()?;
    let number = |value: &Value<'_>| match value {
        Value::Scalar(scalar) => match scalar.as_ref() {
            ScalarValue::Int(n) => Some(*n),
            ScalarValue::Uint(n) => i64::try_from(*n).ok(),
            _ => None,
        },
        Value::Object(_) => None,
    };
    all.iter().map(|(value, _)| number(value)).collect::<Option<Vec<_>>>()?.into_iter().max()
}

/// The actor of the step that leads to a format.
pub fn step_actor(id: &DocumentId, format: i64) -> ActorId {
    id.actor(&format!("format {format}"))
}

/// The changes of the steps for one document, in order. They are the same on every replica; a server admits exactly
/// these from the actors derived from the document's id.
pub fn step_changes(first: &Change, subject: &Subject, steps: &[Step]) -> Result<Vec<Change>, DocumentError> {
    let wrong =
        |source| DocumentError::Automerge { subject: Box::new(subject.clone()), source: Box::new(source) };
    let mut doc = AutoCommit::new();
    doc.apply_changes([first.clone()]).map_err(wrong)?;
    let mut changes = Vec::new();
    for (format, step) in (FIRST_FORMAT + 1..).zip(steps) {
        doc.set_actor(step_actor(&subject.id, format));
        changes.push(take(&mut doc, format, &(step.adds)(subject.key.kind())).map_err(wrong)?);
    }
    Ok(changes)
}

fn take(doc: &mut AutoCommit, format: i64, adds: &[Entry]) -> Result<Change, AutomergeError> {
    doc.put(ROOT, "schema", format)?;
    adds.iter().try_for_each(|entry| skeleton::make(doc, entry))?;
    skeleton::commit(doc)
}

/// Brings a document to the newest format of the steps. Does nothing to a document that is there already; refuses
/// one of a newer format.
pub fn upgrade(
    doc: &mut AutoCommit,
    subject: &Subject,
    first: &Change,
    steps: &[Step],
) -> Result<Vec<ChangeHash>, DocumentError> {
    let known = newest(steps);
    let found = format_of(doc).unwrap_or(0);
    if found > known {
        return Err(DocumentError::TooNew { subject: Box::new(subject.clone()), found, known });
    }
    if found < FIRST_FORMAT {
        return Err(DocumentError::TooOld { subject: Box::new(subject.clone()), found });
    }
    let mut added = Vec::new();
    for change in step_changes(first, subject, steps)? {
        if doc.get_change_by_hash(&change.hash()).is_none() {
            added.push(change.hash());
            doc.apply_changes([change]).map_err(|source| DocumentError::Automerge {
                subject: Box::new(subject.clone()),
                source: Box::new(source),
            })?;
        }
    }
    Ok(added)
}
