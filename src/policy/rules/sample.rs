//! One of each record that is written as a whole, with every field filled: what their names and types are, taken from the
//! types themselves, so that no list of names can fall behind.

use std::sync::LazyLock;

use serde_json::Value;

use crate::document::directive::CitedDocument;
use crate::document::directive::Directive;
use crate::document::directive::Task;
use crate::document::election::Body;
use crate::document::election::Constituency;
use crate::document::election::Election;
use crate::document::election::PlannedDate;
use crate::document::election::Provenance;
use crate::document::election::Regime;
use crate::document::election::Unit;

/// The `election` document.
pub(super) static ELECTION: LazyLock<Value> = LazyLock::new(|| json(&election()));

/// A `directive` document.
pub(super) static DIRECTIVE: LazyLock<Value> = LazyLock::new(|| json(&directive()));

/// Stands in a sample where a day stands, or the time of one.
pub(super) const DAY: &str = "YYYY-MM-DD";
pub(super) const CLOCK: &str = "HH:MM";
/// Stands where it is said what a date is beside the limit of the law.
pub(super) const DATE_KIND: &str = "planned | actual | override | withdrawn";

fn json(record: &impl serde::Serialize) -> Value {
    // Strings, numbers, lists: nothing that JSON could not hold; an empty schema would refuse everything.
    serde_json::to_value(record).unwrap_or_default()
}

fn word() -> Option<String> {
    Some(String::new())
}

fn provenance() -> Provenance {
    Provenance { note: word(), ..Provenance::default() }
}

fn election() -> Election {
    let texts = || vec![String::new()];
    Election {
        election_day: DAY.to_owned(),
        provenance: provenance(),
        units: vec![Unit { parent: word(), provenance: provenance(), ..Unit::default() }],
        bodies: vec![Body { unit: word(), provenance: provenance(), ..Body::default() }],
        constituencies: vec![Constituency {
            units: texts(),
            provenance: provenance(),
            ..Constituency::default()
        }],
        regimes: vec![Regime { reporters: texts(), provenance: provenance(), ..Regime::default() }],
        dates: vec![PlannedDate {
            kind: DATE_KIND.to_owned(),
            date: DAY.to_owned(),
            time: Some(CLOCK.to_owned()),
            provenance: provenance(),
            ..PlannedDate::default()
        }],
        ..Election::default()
    }
}

fn directive() -> Directive {
    let texts = || vec![String::new()];
    Directive {
        recipients_vi: texts(),
        tasks: vec![Task {
            owners: texts(),
            collaborators: texts(),
            cited: texts(),
            deadline_vi: word(),
            rules: texts(),
            ..Task::default()
        }],
        cited: vec![CitedDocument { date: word(), provenance: provenance(), ..CitedDocument::default() }],
        provenance: provenance(),
        ..Directive::default()
    }
}
