//! The server's place as the rules see it: its documents, and deliveries to them.

use std::collections::BTreeMap;

use automerge::ActorId;
use automerge::AutoCommit;
use automerge::Automerge;
use automerge::Change;
use automerge::ObjId;
use automerge::ROOT;
use automerge::ReadDoc;
use chrono::DateTime;
use niemyet::document::Content;
use niemyet::document::Document;
use niemyet::document::Key;
use niemyet::document::directive::Directive;
use niemyet::document::election::Body;
use niemyet::document::election::Election;
use niemyet::document::election::Unit;
use niemyet::document::write_directive;
use niemyet::document::write_election;
use niemyet::policy::rules::ElectionRules;
use niemyet::reference;
use niemyet::reference::embedded;
use niemyet::replica::import;
use niemyet::replica::import::Importer;
use niemyet_sync::access::Access;
use niemyet_sync::access::AccountId;
use niemyet_sync::access::Delivery;
use niemyet_sync::access::Principal;
use niemyet_sync::access::Rules;

pub const ELECTION: &str = "sonla-2021";

/// A body of every role: standing agency, member, team, communications, district, named; and one the election has not.
pub const BODIES: [&str; 7] =
    ["standing_agency", "ec_members", "team_security", "team_comms", "ec_district_116", "dof", "stranger"];

/// What a refusal is called when the account may not write at all.
pub const NO_ACCESS: &str = "no access";

pub struct Desk {
    pub rules: ElectionRules,
    documents: BTreeMap<Key, Automerge>,
}

impl Desk {
    /// With a small election that has a body of every role.
    pub fn open() -> Self {
        let roles = ["standing_agency", "member", "team", "communications", "committee", "named"];
        let bodies = BODIES.iter().zip(roles).map(|(id, role)| {
            let level = if role == "committee" { "district" } else { "province" };
            Body { id: (*id).into(), role: role.into(), level: level.into(), ..Body::default() }
        });
        let units = (0..4).map(|code| Unit { code: format!("11{code}"), ..Unit::default() });
        let content = Election {
            id: ELECTION.into(),
            bodies: bodies.collect(),
            units: units.collect(),
            ..Election::default()
        };
        let begin = |key: &Key| Document::create(ELECTION, key, ActorId::random()).unwrap();
        let mut election = begin(&Key::Election);
        write_election(&mut election, &content).unwrap();
        election.commit("an election", 1);
        let mut directive = begin(&Key::directive("19/KL-UBBC").unwrap());
        let content = Directive { symbol: "19/KL-UBBC".into(), ..Directive::default() };
        write_directive(&mut directive, &content).unwrap();
        directive.commit("a directive", 1);
        Self::with([election, directive, begin(&Key::Publication)])
    }

    /// With the documents of the data set of 2021.
    pub fn of_2021() -> Self {
        let laws = embedded::laws().unwrap();
        let dataset = reference::parse(&embedded::files(ELECTION), &laws).unwrap();
        let at = DateTime::from_timestamp(1_614_556_800, 0).unwrap();
        let importer = Importer { actor: ActorId::random(), at, by: "standing_agency".into() };
        Self::with(import::import(&dataset, &importer).unwrap())
    }

    fn with(all: impl IntoIterator<Item = Document>) -> Self {
        let rules = ElectionRules::new(ELECTION, embedded::laws().unwrap());
        let mut documents = BTreeMap::new();
        for mut document in all {
            let doc = Automerge::load(&document.save()).unwrap();
            rules.learn(document.key(), &doc).unwrap();
            documents.insert(document.key().clone(), doc);
        }
        Self { rules, documents }
    }

    /// A device's copy of a document, with an actor of its own.
    pub fn copy(&self, key: &Key) -> Document {
        let mut document = Document::load(&self.documents[key].save(), ELECTION, key).unwrap();
        document.set_actor(ActorId::random());
        document
    }

    /// Puts a document into the store as it is, as a version before these rules would have.
    pub fn put(&mut self, document: &mut Document) {
        let doc = Automerge::load(&document.save()).unwrap();
        self.documents.insert(document.key().clone(), doc);
    }

    /// A document begun on a device, or a copy of the one that is here.
    pub fn begin(&self, key: &Key) -> Document {
        if self.documents.contains_key(key) {
            return self.copy(key);
        }
        Document::create(ELECTION, key, ActorId::random()).unwrap()
    }

    pub fn election(&self) -> Election {
        match self.copy(&Key::Election).content().unwrap() {
            Content::Election(election) => *election,
            other => panic!("{other:?}"),
        }
    }

    pub fn directive(&self) -> Directive {
        match self.copy(&Key::directive("19/KL-UBBC").unwrap()).content().unwrap() {
            Content::Directive(directive) => *directive,
            other => panic!("{other:?}"),
        }
    }

    /// Accepted from the body that may, and from no other.
    pub fn expected(&self, body: &str, writer: &str) -> Result<(), &'static str> {
        if body == writer { Ok(()) } else { Err(NO_ACCESS) }
    }

    /// What a device has and the server has not, as one delivery. Refused: the code of the refusal, and nothing is kept.
    pub fn deliver(&mut self, body: &str, document: &mut Document) -> Result<(), &'static str> {
        let key = document.key().clone();
        let have = self.documents.get(&key).map(Automerge::get_heads).unwrap_or_default();
        let changes = document.automerge_mut().get_changes(&have);
        self.deliver_changes(body, &key, changes)
    }

    pub fn deliver_changes(
        &mut self,
        body: &str,
        key: &Key,
        changes: Vec<Change>,
    ) -> Result<(), &'static str> {
        let id = niemyet_sync::DocumentId::new(*document_id(key).as_bytes());
        self.deliver_to(id, body, key, changes)
    }

    pub fn deliver_to(
        &mut self,
        id: niemyet_sync::DocumentId,
        body: &str,
        key: &Key,
        changes: Vec<Change>,
    ) -> Result<(), &'static str> {
        let principal = Principal { account: AccountId(1), body: body.into() };
        let before = self.documents.get(key);
        let mut after = before.cloned().unwrap_or_default();
        after.apply_changes(changes.clone()).unwrap();
        let text = match before {
            Some(_) => key.to_string(),
            None => self.rules.key(id, &after).map_err(|refusal| refusal.code)?,
        };
        if self.rules.access(&principal, &text) != Access::ReadWrite {
            return Err(NO_ACCESS);
        }
        let delivery =
            Delivery { id, key: &text, from: Some(&principal), before, after: &after, changes: &changes };
        self.rules.admit(&delivery).map_err(|refusal| {
            assert!(refusal.vi.contains("thiết bị") && refusal.en.contains("device"), "no remedy: {refusal}");
            assert!(!refusal.vi.contains("``") && !refusal.vi.contains("`/"), "no place: {refusal}");
            refusal.code
        })?;
        // What was admitted is a whole document of its key.
        Document::load(&after.save(), ELECTION, key).unwrap().content().unwrap();
        self.documents.insert(key.clone(), after);
        Ok(())
    }
}

/// The id of a document of the election.
pub fn document_id(key: &Key) -> niemyet::document::DocumentId {
    niemyet::document::DocumentId::derive(ELECTION, key).unwrap()
}

/// The object at a path.
pub fn object(doc: &AutoCommit, path: &str) -> ObjId {
    path.split('/').fold(ROOT, |at, name| doc.get(&at, name).unwrap().unwrap().1)
}

/// Writes what no form would write, and commits it. False if that says what stands there already: Automerge writes nothing then.
pub fn write(document: &mut Document, operations: impl FnOnce(&mut AutoCommit)) -> bool {
    operations(document.automerge_mut());
    document.commit("by hand", 1).is_some()
}
