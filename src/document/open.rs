//! An open document: begin it, load it, read it now or as it stood at given heads, merge, save.

use automerge::ActorId;
use automerge::AutoCommit;
use automerge::AutomergeError;
use automerge::Change;
use automerge::ChangeHash;
use automerge::ReadDoc;
use automerge::transaction::CommitOptions;

use super::content::Content;
use super::error::DocumentError;
use super::error::Subject;
use super::id::DocumentId;
use super::key::Key;
use super::key::Kind;
use super::read::View;
use super::skeleton;
use super::upgrade;
use super::upgrade::STEPS;
use super::upgrade::Step;

/// A document of an election, known to be the one that its key names.
#[derive(Clone, Debug)]
pub struct Document {
    subject: Subject,
    election: String,
    doc: AutoCommit,
}

impl Document {
    /// Begins a document, the same on every replica. What is written afterwards is written by `actor`: random for
    /// each session of a device (never derived from an account, never used by two sessions).
    pub fn create(election: &str, key: &Key, actor: ActorId) -> Result<Self, DocumentError> {
        let subject = Subject { key: key.clone(), id: DocumentId::derive(election, key)? };
        let first = skeleton::first_change(election, key)?;
        let mut doc = AutoCommit::new();
        doc.apply_changes([first.clone()]).map_err(|source| wrong(&subject, source))?;
        upgrade::upgrade(&mut doc, &subject, &first, STEPS)?;
        doc.set_actor(actor);
        Ok(Self { subject, election: election.to_owned(), doc })
    }

    /// Loads a document that was saved, and makes sure that it is the one of this key, whole and in a known format;
    /// an older format is brought up to date. Root keys and fields that this niemyet does not know are preserved.
    pub fn load(bytes: &[u8], election: &str, key: &Key) -> Result<Self, DocumentError> {
        Self::load_with(bytes, election, key, STEPS)
    }

    /// [`Document::load`] with other upgrade steps than this version's own.
    pub fn load_with(bytes: &[u8], election: &str, key: &Key, steps: &[Step]) -> Result<Self, DocumentError> {
        let subject = Subject { key: key.clone(), id: DocumentId::derive(election, key)? };
        let doc = AutoCommit::load(bytes).map_err(|source| DocumentError::Damaged {
            subject: Box::new(subject.clone()),
            source: Box::new(source),
        })?;
        let mut document = Self { subject, election: election.to_owned(), doc };
        document.admit(steps)?;
        Ok(document)
    }

    /// Checks that the document is the one of its key: it begins with exactly the first change, nothing else begins
    /// it, key and election stand in it, and the objects of its skeleton are all in their places.
    fn admit(&mut self, steps: &[Step]) -> Result<(), DocumentError> {
        let first = skeleton::first_change(&self.election, &self.subject.key)?;
        let others = self.doc.get_changes_meta(&[]);
        let begun = others.iter().any(|change| change.hash == first.hash());
        let twice = others.iter().any(|change| change.deps.is_empty() && change.hash != first.hash());
        drop(others);
        if !begun || twice {
            return Err(self.foreign());
        }
        upgrade::upgrade(&mut self.doc, &self.subject, &first, steps)?;
        let key = skeleton::root_text(&self.doc, "key");
        let election = skeleton::root_text(&self.doc, "election");
        if key != Some(self.subject.key.to_string()) || election.as_deref() != Some(self.election.as_str()) {
            return Err(self.foreign());
        }
        self.whole(steps)
    }

    fn whole(&self, steps: &[Step]) -> Result<(), DocumentError> {
        let kind = self.subject.key.kind();
        let id = &self.subject.id;
        let formats = upgrade::newest(&[]) + 1..=upgrade::newest(steps);
        let mut actors: Vec<_> = formats.map(|format| upgrade::step_actor(id, format)).collect();
        actors.push(skeleton::first_actor(id));
        let added = steps.iter().flat_map(|step| (step.adds)(kind));
        let entries: Vec<_> = skeleton::entries(kind).into_iter().chain(added).collect();
        match skeleton::broken(&self.doc, &entries, &actors) {
            None => Ok(()),
            Some(path) => Err(DocumentError::Skeleton { subject: Box::new(self.subject.clone()), path }),
        }
    }

    fn foreign(&self) -> DocumentError {
        let key = skeleton::root_text(&self.doc, "key");
        let election = skeleton::root_text(&self.doc, "election");
        let found = match (key, election) {
            (Some(key), Some(election))
                if key != self.subject.key.to_string() || election != self.election =>
            {
                format!("`{key}` of election `{election}`")
            }
            (Some(_), Some(_)) => "a document with another beginning".to_owned(),
            _ => "a document that does not say what it is".to_owned(),
        };
        DocumentError::Foreign { subject: Box::new(self.subject.clone()), found }
    }

    /// What it is about.
    pub const fn key(&self) -> &Key {
        &self.subject.key
    }

    /// Its id.
    pub const fn id(&self) -> DocumentId {
        self.subject.id
    }

    /// Its key and id, for messages.
    pub const fn subject(&self) -> &Subject {
        &self.subject
    }

    /// The election it belongs to.
    pub fn election(&self) -> &str {
        &self.election
    }

    /// What it holds now, what is not committed yet included.
    pub fn content(&self) -> Result<Content, DocumentError> {
        Content::read(&View::new(&self.doc, None, &self.subject))
    }

    /// What it held at these heads; an error that names the heads which are not here. No heads means nothing was
    /// approved, and is refused too.
    pub fn at_heads(&self, heads: &[ChangeHash]) -> Result<Content, DocumentError> {
        self.expect_heads(heads)?;
        Content::read(&View::new(&self.doc, Some(heads), &self.subject))
    }

    /// The errors of [`Document::at_heads`] for heads that are none of this document.
    pub fn expect_heads(&self, heads: &[ChangeHash]) -> Result<(), DocumentError> {
        if heads.is_empty() {
            return Err(self.refused("chưa nêu phiên bản nào; hãy nêu phiên bản đã duyệt. / No heads were named; name the heads that were approved"));
        }
        let missing = self.doc.get_missing_deps(heads);
        let missing: Vec<_> =
            heads.iter().filter(|head| missing.contains(head)).map(ToString::to_string).collect();
        if missing.is_empty() {
            return Ok(());
        }
        Err(DocumentError::UnknownHeads { subject: Box::new(self.subject.clone()), missing })
    }

    /// The heads of all that is committed; commits what is pending first. Sorted.
    pub fn heads(&mut self) -> Vec<ChangeHash> {
        let mut heads = self.doc.get_heads();
        heads.sort_unstable();
        heads
    }

    /// Commits what is pending as one change. `time` is in Unix seconds, a claim of the device.
    pub fn commit(&mut self, message: &str, time: i64) -> Option<ChangeHash> {
        self.doc.commit_with(CommitOptions::default().with_message(message).with_time(time))
    }

    /// Who writes from now on: see [`Document::create`].
    pub fn set_actor(&mut self, actor: ActorId) {
        self.doc.set_actor(actor);
    }

    /// The whole document in Automerge's format.
    pub fn save(&mut self) -> Vec<u8> {
        self.doc.save()
    }

    /// Takes in changes in any order, each any number of times. The document is left as it was if the result would
    /// not be a whole document of this key that can be read.
    pub fn apply(&mut self, changes: impl IntoIterator<Item = Change>) -> Result<(), DocumentError> {
        let mut next = self.clone();
        let changes: Vec<Change> = changes.into_iter().collect();
        next.doc.apply_changes(changes).map_err(|source| wrong(&self.subject, source))?;
        next.admit(STEPS)?;
        next.content()?;
        *self = next;
        Ok(())
    }

    /// The document with changes that were kept after it, each in Automerge's format, each of which must be readable.
    pub fn with(&self, changes: Vec<Vec<u8>>) -> Result<Self, DocumentError> {
        let mut next = self.clone();
        for bytes in changes {
            let change = Change::from_bytes(bytes).map_err(|error| self.wrong(error.to_string()))?;
            next.doc.apply_changes([change]).map_err(|source| wrong(&self.subject, source))?;
        }
        next.admit(STEPS)?;
        Ok(next)
    }

    /// Takes in all that another replica of the same document has.
    pub fn merge(&mut self, other: &mut Self) -> Result<(), DocumentError> {
        if self.subject != other.subject {
            let found = format!("`{}` of election `{}`", other.subject.key, other.election);
            return Err(DocumentError::Foreign { subject: Box::new(self.subject.clone()), found });
        }
        let here = self.heads();
        let changes = other.doc.get_changes(&here.into_iter().filter(|h| other.has(h)).collect::<Vec<_>>());
        self.apply(changes)
    }

    fn has(&self, hash: &ChangeHash) -> bool {
        self.doc.get_missing_deps(&[*hash]).is_empty()
    }

    /// The Automerge document, to read or sync.
    pub const fn automerge(&self) -> &AutoCommit {
        &self.doc
    }

    /// The Automerge document, to sync or write.
    pub const fn automerge_mut(&mut self) -> &mut AutoCommit {
        &mut self.doc
    }

    /// Refuses an operation on a document of another kind.
    pub(super) fn expect_kind(&self, expected: Kind) -> Result<(), DocumentError> {
        if self.subject.key.kind() == expected {
            return Ok(());
        }
        Err(DocumentError::WrongKind { subject: Box::new(self.subject.clone()), expected })
    }

    pub(super) fn refused(&self, reason: impl Into<String>) -> DocumentError {
        DocumentError::Refused { subject: Box::new(self.subject.clone()), reason: reason.into() }
    }

    pub(super) fn wrong(&self, reason: impl Into<String>) -> DocumentError {
        DocumentError::Value { subject: Box::new(self.subject.clone()), reason: reason.into() }
    }

    /// Runs Automerge operations, naming this document if one fails.
    pub(super) fn write<T>(
        &mut self,
        operations: impl FnOnce(&mut AutoCommit) -> Result<T, AutomergeError>,
    ) -> Result<T, DocumentError> {
        operations(&mut self.doc).map_err(|source| wrong(&self.subject, source))
    }
}

fn wrong(subject: &Subject, source: AutomergeError) -> DocumentError {
    DocumentError::Automerge { subject: Box::new(subject.clone()), source: Box::new(source) }
}

/// Writes heads as `publication` and manifests hold them: hexadecimal, sorted.
pub fn format_heads(heads: &[ChangeHash]) -> Vec<String> {
    let mut texts: Vec<_> = heads.iter().map(ToString::to_string).collect();
    texts.sort_unstable();
    texts
}

/// Reads heads as [`format_heads`] writes them.
pub fn parse_heads<T: AsRef<str>>(heads: &[T]) -> Result<Vec<ChangeHash>, DocumentError> {
    let parse =
        |text: &T| text.as_ref().parse().map_err(|_| DocumentError::Head { text: text.as_ref().to_owned() });
    heads.iter().map(parse).collect()
}
