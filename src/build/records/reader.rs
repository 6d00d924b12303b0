//! The public facts as the parts of the generated source read them: which of them a part asked for is noted, so that it is made again
//! only when one of these has moved.

use std::cell::Cell;

use chrono::NaiveDate;

use crate::policy::public::facts::ConstituencyFacts;
use crate::policy::public::facts::DocumentFacts;
use crate::policy::public::facts::ElectionFacts;
use crate::policy::public::facts::Facts;
use crate::policy::public::facts::NoticeFacts;
use crate::policy::public::facts::OwnerFacts;
use crate::policy::public::facts::StepFacts;
use crate::policy::public::facts::UnitFacts;

/// Some fields of [`Facts`], a bit for each.
pub type Fields = u8;

const ELECTION: Fields = 1;
const AS_OF: Fields = 1 << 1;
const STEPS: Fields = 1 << 2;
const UNITS: Fields = 1 << 3;
const CONSTITUENCIES: Fields = 1 << 4;
const OWNERS: Fields = 1 << 5;
const DOCUMENTS: Fields = 1 << 6;
const NOTICES: Fields = 1 << 7;

/// The fields in which two differ.
pub fn moved(before: &Facts, now: &Facts) -> Fields {
    // Named one by one: a field that is new here does not compile before it is compared.
    let Facts { election, as_of, steps, units, constituencies, owners, documents, notices } = before;
    let differ = [
        (ELECTION, *election != now.election),
        (AS_OF, *as_of != now.as_of),
        (STEPS, *steps != now.steps),
        (UNITS, *units != now.units),
        (CONSTITUENCIES, *constituencies != now.constituencies),
        (OWNERS, *owners != now.owners),
        (DOCUMENTS, *documents != now.documents),
        (NOTICES, *notices != now.notices),
    ];
    differ.into_iter().filter(|(_, differs)| *differs).fold(0, |fields, (field, _)| fields | field)
}

/// The facts, and which of them were read.
#[derive(Debug)]
pub struct Reader<'a> {
    facts: &'a Facts,
    read: Cell<Fields>,
}

impl<'a> Reader<'a> {
    /// Of which nothing was read.
    pub fn new(facts: &'a Facts) -> Self {
        Self { facts, read: Cell::default() }
    }

    /// The fields that were read.
    pub fn read(&self) -> Fields {
        self.read.get()
    }

    fn note(&self, field: Fields) -> &'a Facts {
        self.read.set(self.read.get() | field);
        self.facts
    }

    /// See [`Facts::election`].
    pub fn election(&self) -> &'a ElectionFacts {
        &self.note(ELECTION).election
    }

    /// See [`Facts::as_of`].
    pub fn as_of(&self) -> NaiveDate {
        self.note(AS_OF).as_of
    }

    /// See [`Facts::steps`].
    pub fn steps(&self) -> &'a [StepFacts] {
        &self.note(STEPS).steps
    }

    /// See [`Facts::units`].
    pub fn units(&self) -> &'a [UnitFacts] {
        &self.note(UNITS).units
    }

    /// See [`Facts::constituencies`].
    pub fn constituencies(&self) -> &'a [ConstituencyFacts] {
        &self.note(CONSTITUENCIES).constituencies
    }

    /// See [`Facts::owners`].
    pub fn owners(&self) -> &'a [OwnerFacts] {
        &self.note(OWNERS).owners
    }

    /// See [`Facts::documents`].
    pub fn documents(&self) -> &'a [DocumentFacts] {
        &self.note(DOCUMENTS).documents
    }

    /// See [`Facts::notices`].
    pub fn notices(&self) -> &'a [NoticeFacts] {
        &self.note(NOTICES).notices
    }
}
