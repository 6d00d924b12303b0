//! An office with documents: what a replica holds after an import.

use std::collections::BTreeMap;

use automerge::ActorId;
use chrono::NaiveDate;
use niemyet::build::records;
use niemyet::build::source::SourceTree;
use niemyet::document::Content;
use niemyet::document::Contents;
use niemyet::document::Document;
use niemyet::document::Key;
use niemyet::document::directive::Directive;
use niemyet::document::election::Election;
use niemyet::document::format_heads;
use niemyet::document::publication;
use niemyet::document::publication::Approval;
use niemyet::document::publication::Publication;
use niemyet::document::write_directive;
use niemyet::document::write_election;
use niemyet::policy::public::PublicError;
use niemyet::policy::public::PublicRecords;
use niemyet::policy::public::Shown;
use niemyet::reference;
use niemyet::timetable::LawVersion;

/// Documents, and the laws they are read with.
pub struct Office {
    pub documents: BTreeMap<Key, Document>,
    pub laws: Vec<LawVersion>,
    election: String,
}

/// `2021-03-05`: the day after the constituencies had to be published.
pub fn as_of() -> NaiveDate {
    NaiveDate::from_ymd_opt(2021, 3, 5).unwrap()
}

impl Office {
    /// An office that holds this election, not approved yet.
    pub fn new(election: &Election) -> Self {
        let laws = reference::embedded::laws().unwrap();
        let mut office = Self { documents: BTreeMap::new(), laws, election: election.id.clone() };
        office.begin(&Key::Publication);
        office.begin(&Key::Election);
        office.write_election(election);
        office
    }

    /// The office of one of the data sets that niemyet carries, with all of it approved.
    pub fn seeded(dataset: &str) -> Self {
        let laws = reference::embedded::laws().unwrap();
        let data = reference::parse(&reference::embedded::files(dataset), &laws).unwrap();
        let mut office = Self::new(&data.election);
        office.approve(&Key::Election);
        for directive in &data.directives {
            let key = office.add_directive(directive);
            office.approve(&key);
        }
        office
    }

    pub fn begin(&mut self, key: &Key) -> &mut Document {
        let document = Document::create(&self.election, key, ActorId::from([7_u8; 16])).unwrap();
        self.documents.entry(key.clone()).or_insert(document)
    }

    pub fn write_election(&mut self, election: &Election) {
        let document = self.documents.get_mut(&Key::Election).unwrap();
        write_election(document, election).unwrap();
        document.commit("import", 0);
    }

    pub fn add_directive(&mut self, directive: &Directive) -> Key {
        let key = Key::directive(&directive.symbol).unwrap();
        let document = self.begin(&key);
        write_directive(document, directive).unwrap();
        document.commit("import", 0);
        key
    }

    /// Approves a document as it stands now.
    pub fn approve(&mut self, key: &Key) {
        self.approve_as(key, "team_comms", "basis");
    }

    pub fn approve_as(&mut self, key: &Key, by: &str, basis: &str) {
        let heads = format_heads(&self.documents.get_mut(key).unwrap().heads());
        self.approve_at(key, heads, (by, basis));
    }

    pub fn approve_at(&mut self, key: &Key, heads: Vec<String>, (by, basis): (&str, &str)) {
        let approval = Approval {
            heads,
            by: by.to_owned(),
            at: "2021-02-26T09:00:00+07:00".to_owned(),
            basis: basis.to_owned(),
            contested: false,
        };
        let document = self.documents.get_mut(&Key::Publication).unwrap();
        publication::approve(document, key, &approval).unwrap();
        document.commit("approve", 0);
    }

    pub fn publication(&self) -> Publication {
        match self.documents[&Key::Publication].content().unwrap() {
            Content::Publication(publication) => publication,
            other => panic!("not a publication: {other:?}"),
        }
    }

    pub fn try_records(&self, day: NaiveDate) -> Result<PublicRecords, PublicError> {
        self.records_with(&Contents::default(), day)
    }

    /// With what others have read.
    pub fn records_with(&self, contents: &Contents, day: NaiveDate) -> Result<PublicRecords, PublicError> {
        let mut now = self.documents.clone();
        let heads = |key: &Key| now.get_mut(key).map(|document| format_heads(&document.heads()));
        let shown = Shown::now(&self.publication(), heads);
        PublicRecords::new(&shown, (&self.documents, contents), &self.laws, day)
    }

    pub fn records(&self) -> PublicRecords {
        self.try_records(as_of()).unwrap()
    }

    /// The generated files of the site.
    pub fn files(&self) -> SourceTree {
        records::source_files(&self.records()).unwrap()
    }
}
