//! The deterministic beginning of every document: one change that all replicas make alike, holding every object in
//! which people later work side by side. Without it two offline devices would each make their own list of
//! paragraphs, and a merge would keep one and put the other out of sight.
//!
//! The first change is part of the public format: it must never change. What a later format adds comes as further
//! deterministic changes ([`super::upgrade`]). `tests/suite/fixtures/document-ids.json` holds its hashes.

use automerge::ActorId;
use automerge::AutoCommit;
use automerge::Change;
use automerge::ObjId;
use automerge::ObjType;
use automerge::ROOT;
use automerge::ReadDoc;
use automerge::ScalarValue;
use automerge::Value;
use automerge::transaction::CommitOptions;
use automerge::transaction::Transactable;

use super::error::DocumentError;
use super::error::Subject;
use super::id::DocumentId;
use super::key::Key;
use super::key::Kind;
use super::report::fields;

/// The format of the first change.
pub(super) const FIRST_FORMAT: i64 = 1;

/// What stands at one place of a skeleton.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Make {
    /// A map in which keys are set side by side.
    Map,
    /// A list into which items are inserted side by side.
    List,
    /// A first value, to be overwritten.
    Value(&'static str),
}

/// One place of a skeleton: a path from the root, and what stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Names of maps from the root down, then the name of the place itself.
    pub path: Vec<String>,
    /// What is made there.
    pub make: Make,
}

impl Entry {
    /// A place inside `content`; `path` is separated by `/`.
    pub fn new(path: &str, make: Make) -> Self {
        let path = std::iter::once("content").chain(path.split('/')).map(str::to_owned).collect();
        Self { path, make }
    }
}

/// The skeleton of a kind in the first format, parents before children.
pub(super) fn entries(kind: Kind) -> Vec<Entry> {
    let maps = |names: &[&str]| names.iter().map(|n| Entry::new(n, Make::Map)).collect::<Vec<_>>();
    let lists = |names: &[&str]| names.iter().map(|n| Entry::new(n, Make::List)).collect::<Vec<_>>();
    let mut all = vec![Entry { path: vec!["content".to_owned()], make: Make::Map }];
    match kind {
        Kind::Election => {
            all.extend(maps(&["provenance", "anchors"]));
            all.extend(lists(&["units", "bodies", "constituencies", "regimes", "dates"]));
        }
        Kind::Directive => {
            all.extend(maps(&["provenance"]));
            all.extend(lists(&["recipients_vi", "tasks", "cited"]));
        }
        Kind::Progress => {
            all.extend(maps(&["status", "evidence"]));
            all.extend(lists(&["notes"]));
        }
        Kind::Report => {
            all.push(Entry::new("status", Make::Value("draft")));
            all.extend(lists(&["submissions"]));
            all.extend(maps(&["figures", "facts", "texts", "lists"]));
            all.extend(fields::texts().map(|id| Entry::new(&format!("texts/{id}"), Make::List)));
            all.extend(fields::lists().map(|id| Entry::new(&format!("lists/{id}"), Make::List)));
        }
        Kind::Incident => {
            all.push(Entry::new("status", Make::Value("draft")));
            all.extend(lists(&["submissions", "text"]));
        }
        Kind::Review => {
            all.extend(maps(&["verdicts"]));
            all.extend(lists(&["aggregate"]));
        }
        Kind::Publication => {
            all.extend(maps(&["items"]));
            all.extend(lists(&["notices"]));
        }
    }
    all
}

/// The change with which every replica begins this document: its actor is derived from the document's id, its time
/// is 0, it depends on nothing, and it sets `schema`, `election`, `key` and the skeleton, in this order.
pub fn first_change(election: &str, key: &Key) -> Result<Change, DocumentError> {
    let subject = Subject { key: key.clone(), id: DocumentId::derive(election, key)? };
    let mut doc = AutoCommit::new().with_actor(first_actor(&subject.id));
    let made = begin(&mut doc, election, key).and_then(|()| commit(&mut doc));
    made.map_err(|source| DocumentError::Automerge { subject: Box::new(subject), source: Box::new(source) })
}

/// True if `change` is, byte for byte, the beginning of this document; the only change that a server admits from
/// the actor derived from the document's id.
pub fn is_first_change(change: &Change, election: &str, key: &Key) -> Result<bool, DocumentError> {
    // The hash covers all bytes of a change.
    Ok(change.hash() == first_change(election, key)?.hash())
}

/// The actor of a document's first change.
pub fn first_actor(id: &DocumentId) -> ActorId {
    id.actor("first change")
}

fn begin(doc: &mut AutoCommit, election: &str, key: &Key) -> Result<(), automerge::AutomergeError> {
    doc.put(ROOT, "schema", FIRST_FORMAT)?;
    doc.put(ROOT, "election", election)?;
    doc.put(ROOT, "key", key.to_string())?;
    entries(key.kind()).iter().try_for_each(|entry| make(doc, entry))
}

/// Commits what is pending with the fixed message and time, and gives the change.
pub(super) fn commit(doc: &mut AutoCommit) -> Result<Change, automerge::AutomergeError> {
    let hash = doc.commit_with(CommitOptions::default().with_message("niemyet").with_time(0));
    hash.and_then(|hash| doc.get_change_by_hash(&hash)).ok_or(automerge::AutomergeError::Fail)
}

/// Makes one place of a skeleton.
pub(super) fn make(doc: &mut AutoCommit, entry: &Entry) -> Result<(), automerge::AutomergeError> {
    let Some((name, parents)) = entry.path.split_last() else { return Ok(()) };
    let mut at = ROOT;
    for parent in parents {
        at = doc.get(&at, parent.as_str())?.ok_or(automerge::AutomergeError::NotAnObject)?.1;
    }
    match entry.make {
        Make::Map => doc.put_object(&at, name.as_str(), ObjType::Map).map(drop),
        Make::List => doc.put_object(&at, name.as_str(), ObjType::List).map(drop),
        Make::Value(value) => doc.put(&at, name.as_str(), value),
    }
}

/// Finds the first place whose object is not, or not only, the one made by a deterministic actor.
pub(super) fn broken(doc: &AutoCommit, entries: &[Entry], actors: &[ActorId]) -> Option<String> {
    let intact = |entry: &Entry| {
        let Some((name, parents)) = entry.path.split_last() else { return Ok(true) };
        let mut at = ROOT;
        for parent in parents {
            let Some((_, next)) = doc.get(&at, parent.as_str())? else { return Ok(false) };
            at = next;
        }
        let all = doc.get_all(&at, name.as_str())?;
        Ok::<bool, automerge::AutomergeError>(match (&entry.make, all.as_slice()) {
            (Make::Value(_), _) => true,
            (Make::Map, [(Value::Object(ObjType::Map), id)]) => made_by(id, actors),
            (Make::List, [(Value::Object(ObjType::List), id)]) => made_by(id, actors),
            _ => false,
        })
    };
    entries.iter().find(|entry| !intact(entry).unwrap_or(false)).map(|entry| entry.path.join("/"))
}

fn made_by(id: &ObjId, actors: &[ActorId]) -> bool {
    matches!(id, ObjId::Id(_, actor, _) if actors.contains(actor))
}

/// The text at a name of the root, if there is exactly one.
pub fn root_text(doc: &impl ReadDoc, name: &str) -> Option<String> {
    match doc.get_all(ROOT, name).ok()?.as_slice() {
        [(Value::Scalar(value), _)] => match value.as_ref() {
            ScalarValue::Str(text) => Some(text.to_string()),
            _ => None,
        },
        _ => None,
    }
}
