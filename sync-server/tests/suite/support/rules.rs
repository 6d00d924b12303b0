//! A made-up application: a document states its key, its id is a hash of it, a field `bad` is against its rules, and a field
//! `once` is said once.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;

use automerge::ActorId;
use automerge::Automerge;
use automerge::Change;
use automerge::ChangeHash;
use automerge::ROOT;
use automerge::ReadDoc;
use automerge::transaction::CommitOptions;
use automerge::transaction::Transactable;
use niemyet_sync::DocumentId;
use niemyet_sync::access::Access;
use niemyet_sync::access::AccountId;
use niemyet_sync::access::Delivery;
use niemyet_sync::access::Principal;
use niemyet_sync::access::Refusal;
use niemyet_sync::access::Rules;

/// Who may do what: by body and key; what is not said is `otherwise`.
#[derive(Debug)]
pub struct TestRules {
    said: Mutex<HashMap<(String, String), Access>>,
    otherwise: Access,
}

impl TestRules {
    pub fn new(otherwise: Access) -> Self {
        Self { said: Mutex::default(), otherwise }
    }

    pub fn say(&self, body: &str, key: &str, access: Access) {
        self.said.lock().unwrap().insert((body.to_owned(), key.to_owned()), access);
    }
}

fn refusal(code: &'static str) -> Refusal {
    Refusal { code, vi: format!("không được: {code}"), en: format!("no: {code}") }
}

impl Rules for TestRules {
    fn key(&self, id: DocumentId, document: &Automerge) -> Result<String, Refusal> {
        let key = document.get(ROOT, "key").ok().flatten();
        let key = key.and_then(|(value, _)| value.as_str().map(str::to_owned));
        key.filter(|key| id_of(key) == id).ok_or_else(|| refusal("foreign-document"))
    }

    fn access(&self, principal: &Principal, key: &str) -> Access {
        assert_ne!(principal.body, "panics", "a defect of the application");
        let said = self.said.lock().unwrap();
        said.get(&(principal.body.clone(), key.to_owned())).copied().unwrap_or(self.otherwise)
    }

    fn may_bring(&self, principal: &Principal, key: &str) -> bool {
        principal.body != "guest" && self.access(principal, key) >= Access::Read
    }

    fn is_common(&self, id: DocumentId, _key: &str, change: &Change) -> bool {
        change.seq() == 1 && *change.actor_id() == common_actor(id)
    }

    fn has_body(&self, body: &str) -> bool {
        body != "nowhere"
    }

    fn admit(&self, delivery: &Delivery<'_>) -> Result<(), Refusal> {
        let bad = delivery.after.get(ROOT, "bad").is_ok_and(|value| value.is_some());
        let said = |document: &Automerge| document.get_all(ROOT, "once").map_or(0, |values| values.len());
        match delivery.before.map(said) {
            _ if bad => Err(refusal("bad-field")),
            // What was said once is not said again, nor beside it.
            Some(before) if before > 0 && said(delivery.after) > 1 => Err(refusal("said-before")),
            _ => Ok(()),
        }
    }
}

/// The key of a document on which the rules for others could depend.
pub const LEARNT: &str = "a";

/// The same rules, as one server has them: they learn what one document holds.
#[derive(Debug)]
pub struct Learning {
    rules: Arc<TestRules>,
    learnt: Mutex<Vec<ChangeHash>>,
}

impl Learning {
    pub fn new(rules: Arc<TestRules>) -> Self {
        Self { rules, learnt: Mutex::default() }
    }

    /// Changes of the document, as they were last told.
    pub fn learnt(&self) -> Vec<ChangeHash> {
        self.learnt.lock().unwrap().clone()
    }
}

impl Rules for Learning {
    fn key(&self, id: DocumentId, document: &Automerge) -> Result<String, Refusal> {
        self.rules.key(id, document)
    }

    fn access(&self, principal: &Principal, key: &str) -> Access {
        self.rules.access(principal, key)
    }

    fn may_bring(&self, principal: &Principal, key: &str) -> bool {
        self.rules.may_bring(principal, key)
    }

    fn is_common(&self, id: DocumentId, key: &str, change: &Change) -> bool {
        self.rules.is_common(id, key, change)
    }

    fn admit(&self, delivery: &Delivery<'_>) -> Result<(), Refusal> {
        self.rules.admit(delivery)
    }

    fn kept(&self, key: &str, document: &Automerge) -> bool {
        self.read_again(key, document)
    }

    fn read_again(&self, key: &str, document: &Automerge) -> bool {
        if key == LEARNT {
            let changes = document.get_changes_meta(&[]);
            *self.learnt.lock().unwrap() = changes.iter().map(|change| change.hash).collect();
        }
        false
    }

    fn depend_on(&self, key: &str) -> bool {
        key == LEARNT
    }
}

/// The id of a key: FNV-1a (Fowler, Noll, Vo), 128 bits, with the version bits of a UUID.
pub fn id_of(key: &str) -> DocumentId {
    let mut hash = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d_u128;
    for byte in key.bytes() {
        hash = (hash ^ u128::from(byte)).wrapping_mul(0x0100_0000_0000_0000_0000_013b);
    }
    let mut bytes = hash.to_be_bytes();
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    DocumentId::new(bytes)
}

fn common_actor(id: DocumentId) -> ActorId {
    ActorId::from(id.as_bytes().as_slice())
}

/// A document with its first change, which is the same for everybody.
pub fn begin(key: &str) -> Automerge {
    let mut document = Automerge::new().with_actor(common_actor(id_of(key)));
    put(&mut document, "key", key);
    document
}

/// A change that sets a field of the root.
pub fn put(document: &mut Automerge, field: &str, value: &str) {
    let mut transaction = document.transaction();
    transaction.put(ROOT, field, value).unwrap();
    transaction.commit_with(CommitOptions::default().with_time(0));
}

/// Somebody of a body.
pub fn principal(account: i64, body: &str) -> Principal {
    Principal { account: AccountId(account), body: body.to_owned() }
}
