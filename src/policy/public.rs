//! The one gate to the public: [`PublicRecords`] can be made only here, and the site is made only from them.
//!
//! What goes in is whole documents at the heads that `publication` names; what comes out is [`facts::Facts`], the allow-list.
//! Documents of other kinds (progress, reports, incidents, reviews) are never opened, whatever `publication` says of them.

mod duties;
mod error;
pub mod facts;
pub mod part;
mod shown;
mod steps;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::DateTime;
use chrono::NaiveDate;
use chrono::Utc;

use crate::document::Content;
use crate::document::Contents;
use crate::document::Document;
use crate::document::Key;
use crate::document::directive::Directive;
use crate::document::election::Election;
use crate::document::election::PlannedDate;
use crate::document::language;
use crate::document::parse_heads;
use crate::document::publication::Notice;
use crate::document::publication::NoticeText;
use crate::document::publication::Publication;
pub use crate::document::text::clean;
use crate::timetable::ElectionDay;
use crate::timetable::LawVersion;
use crate::timetable::find_law;
use crate::timetable::schedule;
pub use error::PublicError;
use facts::ConstituencyFacts;
use facts::ElectionFacts;
use facts::Facts;
use facts::NoticeFacts;
use facts::OtherFacts;
use facts::UnitFacts;
use facts::Words;
pub use shown::Shown;
pub use shown::ShownAt;

/// Key of the document that says what is public, and holds the notices.
const PUBLICATION: &str = "publication";

/// Facts that have passed the gate. Nothing outside this file can construct one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicRecords(Facts);

impl PublicRecords {
    /// The public part of the documents that a publication shows, as of a day.
    ///
    /// `documents` may hold documents of every kind; only `election` and the directives are read, each at the heads of its
    /// approval; `contents` knows what was read of them lately. `laws` are the known law versions; the election names the one that applies.
    ///
    /// # Errors
    /// No approval of `election`; an approved document that is not here or not at those heads; an election day or an approval
    /// that is not a date, or an election day that nobody has verified; a law version that is not known.
    pub fn new(
        shown: &Shown,
        (documents, contents): (&BTreeMap<Key, Document>, &Contents),
        laws: &[LawVersion],
        as_of: NaiveDate,
    ) -> Result<Self, PublicError> {
        let approval = shown.items().get(&Key::Election).ok_or(PublicError::NothingApproved)?;
        let content = approved((documents, contents), &Key::Election, approval)?;
        let Content::Election(election) = &*content else {
            return Err(PublicError::Missing { key: Key::Election.to_string() });
        };
        let directives = approved_directives(shown, (documents, contents))?;
        let law = find_law(laws, &election.law)?;
        let steps = steps::steps(election, law, as_of)?;
        Ok(Self(Facts {
            election: election_facts(election, law, approval)?,
            as_of,
            units: units(election),
            constituencies: constituencies(election, as_of),
            owners: duties::owners(&directives, election, &steps),
            documents: duties::documents(&directives),
            notices: notices(shown.publication())?,
            steps,
        }))
    }

    /// What may be said.
    pub fn facts(&self) -> &Facts {
        &self.0
    }
}

fn approved(
    (documents, contents): (&BTreeMap<Key, Document>, &Contents),
    key: &Key,
    approval: &ShownAt,
) -> Result<Arc<Content>, PublicError> {
    let document = documents.get(key).ok_or_else(|| PublicError::Missing { key: key.to_string() })?;
    let heads = parse_heads(&approval.heads)?;
    // What was read may be of a change that was refused, or is not on the disk: only what the document has is shown.
    document.expect_heads(&heads)?;
    Ok(contents.at(key, &heads, || document.at_heads(&heads))?)
}

fn approved_directives(
    shown: &Shown,
    (documents, contents): (&BTreeMap<Key, Document>, &Contents),
) -> Result<Vec<Directive>, PublicError> {
    let mut directives = Vec::new();
    for (key, approval) in shown.items().iter().filter(|(key, _)| matches!(key, Key::Directive(_))) {
        if let Content::Directive(directive) = &*approved((documents, contents), key, approval)? {
            directives.push((**directive).clone());
        }
    }
    Ok(directives)
}

/// Whether a site can be built of an election, on whatever day that is done.
///
/// # Errors
/// An election day that nobody has verified, or that is none; a law version that is not known; an anchor that the timetable does not
/// have; a date that may be shown, of a step that the law does not have.
pub fn buildable(election: &Election, laws: &[LawVersion]) -> Result<(), PublicError> {
    expect_verified(election)?;
    let day = ElectionDay::parse(&election.election_day, true)?;
    let shown: Vec<_> = election.dates.iter().filter(|date| date.provenance.verified).cloned().collect();
    schedule(find_law(laws, &election.law)?, day, &shown, &election.anchors)?;
    Ok(())
}

fn expect_verified(election: &Election) -> Result<(), PublicError> {
    if election.provenance.verified {
        return Ok(());
    }
    Err(PublicError::DayUnverified { day: election.election_day.clone() })
}

fn election_facts(
    election: &Election,
    law: &LawVersion,
    approval: &ShownAt,
) -> Result<ElectionFacts, PublicError> {
    expect_verified(election)?;
    let approved = DateTime::parse_from_rfc3339(&approval.at).map_err(|_| PublicError::NotADate {
        document: PUBLICATION,
        what: "the approval of `election`",
        value: approval.at.clone(),
    })?;
    Ok(ElectionFacts {
        id: clean(&election.id),
        name: words(&election.name_vi, &election.name_en),
        day: day(("election", "the election day of `election`"), &election.election_day)?,
        law: clean(&election.law),
        law_name: words(&law.name_vi, &law.name_en),
        citation: clean(&election.election_day_citation),
        approved: approved.with_timezone(&Utc),
    })
}

fn units(election: &Election) -> Vec<UnitFacts> {
    let mut units: Vec<_> = election
        .units
        .iter()
        .map(|unit| UnitFacts {
            code: clean(&unit.code),
            name: clean(&unit.name_vi),
            kind: words(&unit.kind_vi, &unit.kind_en),
            level: clean(&unit.level),
            parent: unit.parent.as_deref().map(clean),
            verified: unit.provenance.verified,
            source: clean(&unit.provenance.source),
        })
        .collect();
    units.sort_by(|a, b| a.code.cmp(&b.code));
    units
}

/// The National Assembly's constituencies become public when the National Election Council publishes them (article 10.2).
fn constituencies(election: &Election, as_of: NaiveDate) -> Vec<ConstituencyFacts> {
    // A date that nobody has verified says nothing.
    let said = |date: &&PlannedDate| date.kind == "actual" && date.provenance.verified;
    let published =
        election.dates.iter().filter(|date| date.rule == "publish_na_constituencies").filter(said);
    let later = |date: &str| date.parse::<NaiveDate>().is_ok_and(|day| day > as_of);
    if published.into_iter().any(|date| later(&date.date)) {
        return Vec::new();
    }
    let national = election.constituencies.iter().filter(|c| c.council == "national_assembly");
    let mut all: Vec<_> = national
        .map(|constituency| ConstituencyFacts {
            id: clean(&constituency.id),
            number: constituency.number,
            seats: constituency.seats,
            units: constituency.units.iter().map(|code| clean(code)).collect(),
            verified: constituency.provenance.verified,
            source: clean(&constituency.provenance.source),
        })
        .collect();
    all.sort_by(|a, b| (a.number, &a.id).cmp(&(b.number, &b.id)));
    all
}

fn notices(publication: &Publication) -> Result<Vec<NoticeFacts>, PublicError> {
    let mut notices = publication.notices.iter().map(notice).collect::<Result<Vec<_>, _>>()?;
    notices.sort_by(|a, b| (b.date, &a.id).cmp(&(a.date, &b.id)));
    Ok(notices)
}

fn notice(notice: &Notice) -> Result<NoticeFacts, PublicError> {
    let text = |lang: &str| notice.texts.get(lang);
    let title = |lang| text(lang).map(|text| clean(&text.title)).unwrap_or_default();
    let body = |lang| {
        let paragraphs = text(lang).map(|text| text.paragraphs.as_slice()).unwrap_or_default();
        paragraphs.iter().map(|paragraph| clean(paragraph)).collect()
    };
    Ok(NoticeFacts {
        id: clean(&notice.id),
        date: day((PUBLICATION, "the date of a notice"), &notice.date)?,
        title: Words { vi: title("vi"), en: title("en") },
        body_vi: body("vi"),
        body_en: body("en"),
        others: others(notice),
    })
}

/// In the other languages that have words.
fn others(notice: &Notice) -> BTreeMap<String, OtherFacts> {
    let others = notice.texts.iter().filter(|(code, _)| !matches!(code.as_str(), "vi" | "en"));
    let written =
        others.filter(|(code, text)| language::find(code).is_some() && (text.has_title() || text.has_text()));
    let facts = |text: &NoticeText| OtherFacts {
        title: clean(&text.title),
        body: text.paragraphs.iter().map(|paragraph| clean(paragraph)).collect(),
    };
    written.map(|(code, text)| (code.clone(), facts(text))).collect()
}

fn day((document, what): (&'static str, &'static str), text: &str) -> Result<NaiveDate, PublicError> {
    text.parse().map_err(|_| PublicError::NotADate { document, what, value: text.to_owned() })
}

fn words(vi: &str, en: &str) -> Words {
    Words { vi: clean(vi), en: clean(en) }
}
