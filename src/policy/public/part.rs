//! What the public sees of one document: its records, each with a place and fields as plain words. Made of the same facts as the
//! site, so a field that can never be public is never here either.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::Serialize;
use serde_json::Value;

use super::PublicError;
use super::ShownAt;
use super::constituencies;
use super::duties;
use super::election_facts;
use super::facts::NoticeFacts;
use super::facts::StepFacts;
use super::facts::Words;
use super::notices;
use super::steps;
use super::units;
use super::words;
use crate::document::directive::Directive;
use crate::document::election::Election;
use crate::document::publication::Publication;
use crate::timetable::LawVersion;
use crate::timetable::find_law;

/// The public part of a document at some heads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// What people call the document.
    pub title: Words,
    records: BTreeMap<(u8, String), Record>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Record {
    place: Words,
    fields: BTreeMap<String, String>,
}

/// A field that the public would see otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Where it stands.
    #[serde(rename = "where")]
    pub place: Words,
    /// Its name.
    pub field: String,
    /// What the public sees; nothing if it is not there.
    pub old: Option<String>,
    /// What it would see; nothing if it would not be there.
    pub new: Option<String>,
}

/// The election by which directing documents are read: it names their bodies and steps. The same for all of them.
#[derive(Clone, Debug)]
pub struct Ground {
    election: Election,
    steps: Vec<StepFacts>,
}

impl Ground {
    /// # Errors
    /// As of the whole site.
    pub fn new(election: Election, laws: &[LawVersion], as_of: NaiveDate) -> Result<Self, PublicError> {
        let steps = steps::steps(&election, find_law(laws, &election.law)?, as_of)?;
        Ok(Self { election, steps })
    }

    /// The election itself.
    pub fn election(&self) -> &Election {
        &self.election
    }
}

impl Part {
    /// The bodies whose names become public through these directing documents.
    pub fn bodies_of(directives: &[Directive]) -> BTreeSet<String> {
        duties::named(directives)
    }

    /// Of the election; of its bodies those that are named publicly.
    ///
    /// # Errors
    /// As of the whole site: what cannot be made public.
    pub fn of_election(
        (election, named): (&Election, &BTreeSet<String>),
        laws: &[LawVersion],
        as_of: NaiveDate,
    ) -> Result<Self, PublicError> {
        let law = find_law(laws, &election.law)?;
        let mut part = Self { title: words(&election.name_vi, &election.name_en), ..Self::default() };
        // The moment of the approval is not of the document.
        let moment = ShownAt {
            heads: Vec::new(),
            by: String::new(),
            at: "1970-01-01T00:00:00Z".to_owned(),
            basis: String::new(),
            by_rule: true,
        };
        part.add((0, ""), said("Cuộc bầu cử", "The election"), &election_facts(election, law, &moment)?);
        for step in steps::steps(election, law, as_of)? {
            part.add((1, &step.id), of("Mốc thời gian", "Step", &step.name), &step);
        }
        for unit in units(election) {
            let name = Words { vi: unit.name.clone(), en: unit.name.clone() };
            part.add((2, &unit.code), of("Đơn vị hành chính", "Unit", &name), &unit);
        }
        for one in constituencies(election, as_of) {
            let name = Words { vi: format!("số {}", one.number), en: format!("No. {}", one.number) };
            part.add((3, &one.id), of("Đơn vị bầu cử", "Constituency", &name), &one);
        }
        for body in duties::bodies(named, election) {
            part.add((4, &body.id), of("Cơ quan", "Body", &body.name), &body);
        }
        for fields in part.records.values_mut().map(|record| &mut record.fields) {
            fields.remove("approved");
        }
        Ok(part)
    }

    /// Of a directing document.
    pub fn of_directive(directive: &Directive, Ground { election, steps }: &Ground) -> Self {
        let name = |kind: &str, subject: &str| format!("{kind} {} {subject}", directive.symbol);
        let title = words(
            &name(&directive.kind_vi, &directive.subject_vi),
            &name(&directive.kind_en, &directive.subject_en),
        );
        let mut part = Self { title, ..Self::default() };
        let all = std::slice::from_ref(directive);
        for document in duties::documents(all) {
            let name = Words { vi: document.symbol.clone(), en: document.symbol.clone() };
            part.add((0, &document.symbol), of("Văn bản", "Document", &name), &document);
        }
        for owner in duties::owners(all, election, steps) {
            for task in &owner.tasks {
                let name = Words {
                    vi: format!("{} ({})", task.id, owner.name.vi),
                    en: format!("{} ({})", task.id, owner.name.en),
                };
                part.add((1, &format!("{} {}", task.id, owner.id)), of("Nhiệm vụ", "Task", &name), task);
            }
        }
        part
    }

    /// Of the notices.
    ///
    /// # Errors
    /// A date that is none.
    pub fn of_notices(publication: &Publication) -> Result<Self, PublicError> {
        let mut part = Self { title: said("Thông báo", "Notices"), ..Self::default() };
        for notice in notices(publication)? {
            part.add((0, &notice.id), of("Thông báo", "Notice", &named(&notice)), &notice);
        }
        Ok(part)
    }

    fn add(&mut self, (order, id): (u8, &str), place: Words, facts: &impl Serialize) {
        let mut fields = BTreeMap::new();
        // Facts are structs of words, numbers and lists: there is nothing that JSON could not hold.
        if let Ok(Value::Object(facts)) = serde_json::to_value(facts) {
            for (name, value) in facts {
                flatten(name, value, &mut fields);
            }
        }
        self.records.insert((order, id.to_owned()), Record { place, fields });
    }

    /// What the public would see otherwise than now, in order of place; at most so many, and how many were left off.
    pub fn changes(old: Option<&Self>, new: Option<&Self>, most: usize) -> (Vec<Change>, usize) {
        let none = BTreeMap::new();
        let (old, new) = (old.map_or(&none, |part| &part.records), new.map_or(&none, |part| &part.records));
        let mut ids: Vec<_> = old.keys().chain(new.keys()).collect();
        ids.sort();
        ids.dedup();
        let (mut changes, mut count) = (Vec::new(), 0);
        for id in ids {
            let (old, new) = (old.get(id), new.get(id));
            let Some(place) = new.or(old).map(|record| &record.place) else { continue };
            let field = |record: Option<&Record>, name: &String| record?.fields.get(name).cloned();
            let fields = [old, new].into_iter().flatten().flat_map(|record| record.fields.keys());
            let names: BTreeSet<&String> = fields.collect();
            for name in names {
                let (old, new) = (field(old, name), field(new, name));
                if old == new {
                    continue;
                }
                count += 1;
                if changes.len() < most {
                    let (old, new) = (old.map(cut), new.map(cut));
                    changes.push(Change { place: place.clone(), field: name.clone(), old, new });
                }
            }
        }
        let left_off = count - changes.len();
        (changes, left_off)
    }
}

/// Characters of a value that are listed; a paragraph of law has some hundreds.
const LONGEST: usize = 4_000;

fn cut(value: String) -> String {
    if value.chars().nth(LONGEST).is_none() {
        return value;
    }
    value.chars().take(LONGEST).chain(['…']).collect()
}

fn said(vi: &str, en: &str) -> Words {
    Words { vi: vi.to_owned(), en: en.to_owned() }
}

fn of(vi: &str, en: &str, name: &Words) -> Words {
    let english = if name.en.is_empty() { &name.vi } else { &name.en };
    Words { vi: format!("{vi}: {}", name.vi), en: format!("{en}: {english}") }
}

fn named(notice: &NoticeFacts) -> Words {
    Words {
        vi: format!("{} ({})", notice.title.vi, notice.date),
        en: format!("{} ({})", notice.title.en, notice.date),
    }
}

/// A field as words; nothing that is empty, and a member of a record within under a name of its own.
fn flatten(name: String, value: Value, fields: &mut BTreeMap<String, String>) {
    match value {
        Value::Null => {}
        Value::Object(members) => {
            for (member, value) in members {
                flatten(format!("{name}.{member}"), value, fields);
            }
        }
        Value::Array(items) if items.is_empty() => {}
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(plain).collect();
            let between = if name.ends_with("body") || name.starts_with("body") { "\n\n" } else { "; " };
            fields.insert(name, items.join(between));
        }
        value => {
            let text = plain(&value);
            if !text.is_empty() {
                fields.insert(name, text);
            }
        }
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        Value::Object(members) => {
            let members = members.values().map(plain).filter(|text| !text.is_empty());
            members.collect::<Vec<_>>().join(", ")
        }
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}
