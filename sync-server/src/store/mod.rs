//! What must survive: changes in the order in which they were kept, who delivered each and when, and who an actor
//! belongs to. Every call can fail, and a call that failed has changed nothing.
//!
//! Several servers may stand on one store: positions are the store's own order, and [`Store::since`] tells what others
//! have kept. Nothing here assumes that the caller is the only one.

pub mod sqlite;

use automerge::ActorId;
use automerge::ChangeHash;

use crate::DocumentId;
use crate::access::AccountId;

/// Unix milliseconds, whenever it is asked.
pub type Clock<'a> = &'a dyn Fn() -> i64;

/// Place of a change in the store's order, from 1; later changes have greater places.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position(pub u64);

/// Why the store did not do what it was asked. Nothing was kept.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The disk is full, read-only or broken; the same call may succeed later.
    #[error(
        "không ghi được vào kho dữ liệu nên chưa có gì được lưu; hãy giải phóng hoặc sửa ổ đĩa. / The store cannot write: {what}. Nothing \
         is acknowledged until it can; free the disk or mend it"
    )]
    Unavailable {
        /// The engine's own words.
        what: String,
    },
    /// What was read is not what was written.
    #[error(
        "kho dữ liệu bị hỏng, chưa có gì bị xóa; hãy phục hồi bản sao lưu bằng `niemyet restore`. / The store is damaged at {place}: \
         {what}. Nothing was deleted; restore a backup with `niemyet restore`"
    )]
    Damaged {
        /// Table, document or page.
        place: String,
        /// What is wrong.
        what: String,
    },
    /// An actor belongs to another account.
    #[error(
        "nguồn sửa {actor} của văn bản {document} thuộc tài khoản khác. / Actor {actor} of document {document} belongs to another account"
    )]
    ActorTaken {
        /// The document.
        document: DocumentId,
        /// The actor.
        actor: ActorId,
    },
    /// An actor's change has a number that is not the next one: another change of the same actor and number is kept, or one
    /// before it is missing. A document that held both could never be loaded.
    #[error(
        "lần sửa {seq} của {actor} trong văn bản {document} không nối tiếp lần {kept} đã lưu. / Change {seq} of actor {actor} in \
         document {document} does not follow number {kept}, which was kept last"
    )]
    OutOfOrder {
        /// The document.
        document: DocumentId,
        /// The actor.
        actor: ActorId,
        /// The change's number.
        seq: u64,
        /// The number of the last that was kept.
        kept: u64,
    },
    /// Another server has kept something of the document since these changes were judged. They must be judged again.
    #[error(
        "văn bản {document} đã có thay đổi mới hơn; hãy thử lại. / Document {document} has changes that these were not judged with; \
         try again"
    )]
    Overtaken {
        /// The document.
        document: DocumentId,
    },
    /// A snapshot does not hold what it is to stand for. The changes are still there.
    #[error(
        "bản gộp của văn bản {document} không đủ các thay đổi nên không được dùng, chưa có gì bị xóa. / The snapshot of document \
         {document} cannot stand for its changes: {what}. Nothing was let go"
    )]
    Incomplete {
        /// The document.
        document: DocumentId,
        /// What is wrong.
        what: String,
    },
}

/// One change to keep.
#[derive(Clone, Debug)]
pub struct NewChange {
    /// Its hash.
    pub hash: ChangeHash,
    /// The actor who made it.
    pub actor: ActorId,
    /// Its number among the actor's changes, from 1.
    pub seq: u64,
    /// Its bytes in Automerge's format of a change, uncompressed or not.
    pub bytes: Vec<u8>,
    /// Whether the actor is to be bound to the delivering account (not for changes that everybody makes alike).
    pub binds: bool,
}

/// Changes of one document from one account, kept together or not at all.
#[derive(Clone, Debug)]
pub struct Append {
    /// The document.
    pub document: DocumentId,
    /// Its key; kept with its first change.
    pub key: String,
    /// Who delivered; `None` for the server itself (import, restore).
    pub account: Option<AccountId>,
    /// Place of the last change of the document that these were judged with, 0 if it did not exist; `None` if they were not
    /// judged, as what the server itself brings.
    pub judged: Option<Position>,
    /// Each after those it depends on.
    pub changes: Vec<NewChange>,
}

/// What the server witnesses of a change: who delivered it, and when it was durable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The change.
    pub hash: ChangeHash,
    /// Its place.
    pub position: Position,
    /// Who delivered it first.
    pub account: Option<AccountId>,
    /// Whether the change's actor belongs to that account, so that it is the author. Not so for changes that everybody
    /// makes alike, and for those of others that were brought again after a restore: then it only delivered them.
    pub bound: bool,
    /// Unix milliseconds of the server's clock, taken when the store could be written, so that no wait for others is left out,
    /// before the commit, and not earlier than any receipt before.
    pub at: i64,
}

/// A document as it was kept: a snapshot (may be empty), then changes that are not in it.
#[derive(Clone, Debug, Default)]
pub struct Stored {
    /// Its key.
    pub key: String,
    /// A whole document in Automerge's format, or nothing.
    pub snapshot: Vec<u8>,
    /// Changes after the snapshot, in their order.
    pub changes: Vec<Vec<u8>>,
    /// Place of the last change.
    pub last: Position,
}

/// A document of the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its id.
    pub id: DocumentId,
    /// Its key.
    pub key: String,
    /// Place of its last change.
    pub last: Position,
}

/// The store. Calls block; the caller gives them threads of their own.
pub trait Store: Send + Sync + 'static {
    /// Everything of one document, or `None` if nothing was ever kept of it.
    ///
    /// # Errors
    /// If it cannot be read whole.
    fn load(&self, document: DocumentId) -> Result<Option<Stored>, StoreError>;

    /// Keeps a group of appends in one commit. When it returns, each `Ok` is durable (fsynced). A change that is kept
    /// already is not kept twice: its first receipt is returned. An append that binds an actor of another account
    /// fails alone, with [`StoreError::ActorTaken`], and so does one with a change that is not its actor's next, with
    /// [`StoreError::OutOfOrder`], and one whose document has other changes after those that it was judged with, with
    /// [`StoreError::Overtaken`], and one of whose document something is damaged, with [`StoreError::Damaged`]; any other failure
    /// fails the group. The clock is asked when nobody else writes any more.
    ///
    /// # Errors
    /// If the group could not be made durable; nothing of it is kept then.
    fn append(
        &self,
        now: Clock<'_>,
        group: &[Append],
    ) -> Result<Vec<Result<Vec<Receipt>, StoreError>>, StoreError>;

    /// Keeps a snapshot that holds every change of the document up to a place; only when it is durable are the
    /// changes that it holds let go. Receipts and bindings stay.
    ///
    /// # Errors
    /// If it could not be kept; the changes are still there then.
    fn snapshot(&self, document: DocumentId, upto: Position, bytes: &[u8]) -> Result<(), StoreError>;

    /// Whom an actor of a document belongs to, if anybody.
    ///
    /// # Errors
    /// If it cannot be read.
    fn owner(&self, document: DocumentId, actor: &ActorId) -> Result<Option<AccountId>, StoreError>;

    /// How many documents an account has begun: those whose first change it delivered.
    ///
    /// # Errors
    /// If it cannot be read.
    fn created(&self, account: AccountId) -> Result<u64, StoreError>;

    /// The key of a document, or `None` if nothing was ever kept of it.
    ///
    /// # Errors
    /// If it cannot be read.
    fn key(&self, document: DocumentId) -> Result<Option<String>, StoreError> {
        Ok(self.load(document)?.map(|stored| stored.key))
    }

    /// Receipts of a document, in the order of their places.
    ///
    /// # Errors
    /// If they cannot be read.
    fn receipts(&self, document: DocumentId) -> Result<Vec<Receipt>, StoreError>;

    /// All documents, by id.
    ///
    /// # Errors
    /// If they cannot be read.
    fn list(&self) -> Result<Vec<Listed>, StoreError>;

    /// Documents with changes after a place, with their last places: what another server on this store has kept.
    ///
    /// # Errors
    /// If they cannot be read.
    fn since(&self, after: Position) -> Result<Vec<Listed>, StoreError>;
}
