//! The public steps of the timetable.

use chrono::NaiveDate;

use super::clean;
use super::error::PublicError;
use super::facts::DateFacts;
use super::facts::StepFacts;
use super::facts::Words;
use super::words;
use crate::document::election::Election;
use crate::document::election::PlannedDate;
use crate::document::election::Provenance;
use crate::timetable::Anchor;
use crate::timetable::Bound;
use crate::timetable::ElectionDay;
use crate::timetable::LawVersion;
use crate::timetable::Moment;
use crate::timetable::Offset;
use crate::timetable::Publish;
use crate::timetable::Rule;
use crate::timetable::Step;
use crate::timetable::TimeOfDay;
use crate::timetable::schedule;
use crate::timetable::wording;

/// The steps whose rule is public, in order of date; by-election rules and undated steps last.
pub fn steps(election: &Election, law: &LawVersion, as_of: NaiveDate) -> Result<Vec<StepFacts>, PublicError> {
    // Whoever made the election was asked whether it may fall on another day than a Sunday; this is not the place to ask again.
    let day = ElectionDay::parse(&election.election_day, true)?;
    let shown: Vec<_> = election.dates.iter().filter(|date| is_known(date, as_of)).cloned().collect();
    let steps = schedule(law, day, &shown, &election.anchors)?;
    let mut facts: Vec<_> = steps
        .iter()
        .filter(|step| step.rule.publish == Publish::Public)
        .map(|step| facts(&scrub(step)))
        .collect();
    facts.sort_by_key(|step| {
        let day = if step.bound == "within" { step.end.or(step.start) } else { step.start.or(step.end) };
        (step.by_election, day.is_none(), day)
    });
    Ok(facts)
}

/// A date is shown if somebody has verified it; one that says "done" only when that day has come.
fn is_known(date: &PlannedDate, as_of: NaiveDate) -> bool {
    let come = date.date.parse::<NaiveDate>().is_ok_and(|day| day <= as_of);
    match date.kind.as_str() {
        "planned" | "override" => date.provenance.verified,
        "actual" => date.provenance.verified && come,
        _ => false,
    }
}

/// The step with every text cleaned, and without the notes that only the office reads.
fn scrub(step: &Step) -> Step {
    let rule = &step.rule;
    Step {
        rule: Rule {
            id: clean(&rule.id),
            name_vi: clean(&rule.name_vi),
            name_en: clean(&rule.name_en),
            responsible_vi: clean(&rule.responsible_vi),
            responsible_en: clean(&rule.responsible_en),
            levels: rule.levels.iter().map(|level| clean(level)).collect(),
            article: rule.article.as_deref().map(clean),
            words_vi: rule.words_vi.as_deref().map(clean),
            words_en: rule.words_en.as_deref().map(clean),
            provenance: public_part(&rule.provenance),
            ..rule.clone()
        },
        dates: step.dates.iter().map(scrub_date).collect(),
        ..step.clone()
    }
}

fn scrub_date(date: &PlannedDate) -> PlannedDate {
    PlannedDate {
        citation: clean(&date.citation),
        time: date.time.as_deref().map(clean),
        provenance: public_part(&date.provenance),
        ..date.clone()
    }
}

fn public_part(provenance: &Provenance) -> Provenance {
    Provenance { source: clean(&provenance.source), verified: provenance.verified, note: None }
}

fn facts(step: &Step) -> StepFacts {
    let rule = &step.rule;
    StepFacts {
        id: rule.id.clone(),
        name: words(&rule.name_vi, &rule.name_en),
        article: rule.article.clone().unwrap_or_default(),
        responsible: words(&rule.responsible_vi, &rule.responsible_en),
        level: rule.level(),
        bound: rule.bound.to_string(),
        rule: Words { vi: wording::rule_vi(rule), en: wording::rule_en(rule) },
        days: days_from_election(rule),
        by_election: rule.anchor == Anchor::ByElectionDay,
        start: step.start.map(Moment::date),
        end: step.end.map(Moment::date),
        time: time(step),
        latest: step.latest_of.is_some(),
        dates: step.dates.iter().filter_map(date_facts).collect(),
        fact_only: rule.id == "voter_list_posted",
        verified: rule.provenance.verified,
        source: rule.provenance.source.clone(),
        step: step.clone(),
    }
}

fn days_from_election(rule: &Rule) -> Option<i64> {
    match (rule.anchor, rule.bound, rule.offset) {
        (Anchor::ElectionDay, Bound::AtLatest | Bound::From | Bound::On, Some(Offset::Days(days))) => {
            Some(days)
        }
        _ => None,
    }
}

/// The rule's time of day, or that of the limit where the rule counts hours.
fn time(step: &Step) -> Option<Words> {
    let instant = |moment: Option<Moment>| match moment? {
        Moment::Day(_) => None,
        other => Some(other.first_instant().time()),
    };
    match &step.rule.time {
        Some(time) => Some(time_words(time)),
        None => instant(step.end).or(instant(step.start)).map(|at| time_words(&TimeOfDay::At(at))),
    }
}

fn time_words(time: &TimeOfDay) -> Words {
    let clock = |at: &chrono::NaiveTime| at.format("%H:%M").to_string();
    let (vi, en) = match time {
        TimeOfDay::At(at) => (clock(at), clock(at)),
        TimeOfDay::Between(from, to) => {
            (format!("{} đến {}", clock(from), clock(to)), format!("{} to {}", clock(from), clock(to)))
        }
        TimeOfDay::NotBefore(at, limit) => (
            format!("{} (không sớm hơn {})", clock(at), clock(limit)),
            format!("{} (not before {})", clock(at), clock(limit)),
        ),
        TimeOfDay::NotAfter(at, limit) => (
            format!("{} (không muộn hơn {})", clock(at), clock(limit)),
            format!("{} (not after {})", clock(at), clock(limit)),
        ),
        TimeOfDay::Words(text) if text == "office hours" => ("giờ hành chính".to_owned(), text.clone()),
        TimeOfDay::Words(text) if text == "after voting_end" => {
            ("ngay sau khi kết thúc bỏ phiếu".to_owned(), "at once after voting ends".to_owned())
        }
        TimeOfDay::Words(text) => (clean(text), clean(text)),
    };
    Words { vi, en }
}

fn date_facts(date: &PlannedDate) -> Option<DateFacts> {
    Some(DateFacts {
        kind: date.kind.clone(),
        date: date.date.parse().ok()?,
        time: date.time.clone(),
        citation: date.citation.clone(),
    })
}
