//! The units as pages need them: each by its code, and with those under it.

use std::collections::HashMap;

use super::reader::Reader;
use super::text;
use crate::policy::public::facts::ConstituencyFacts;
use crate::policy::public::facts::UnitFacts;

/// The units and the constituencies they vote in.
#[derive(Debug)]
pub struct Units<'a> {
    all: &'a [UnitFacts],
    constituencies: &'a [ConstituencyFacts],
    by_code: HashMap<&'a str, &'a UnitFacts>,
    /// By the code of the unit above them, in the order of the facts.
    below: HashMap<&'a str, Vec<&'a UnitFacts>>,
    /// The last part of the address of those that have a page of their own, by code, which a document has once.
    stems: HashMap<&'a str, String>,
}

impl<'a> Units<'a> {
    /// Those of these facts.
    pub fn of(facts: &Reader<'a>) -> Self {
        let (all, constituencies) = (facts.units(), facts.constituencies());
        let mut by_code = HashMap::with_capacity(all.len());
        let mut below: HashMap<_, Vec<_>> = HashMap::new();
        for unit in all {
            by_code.entry(unit.code.as_str()).or_insert(unit);
            if let Some(parent) = &unit.parent {
                below.entry(parent.as_str()).or_default().push(unit);
            }
        }
        // Below the province, with units under it.
        let paged = all.iter().filter(|unit| unit.parent.is_some() && below.contains_key(unit.code.as_str()));
        let stems =
            paged.map(|unit| (unit.code.as_str(), text::named_stem(&unit.name, &unit.code))).collect();
        Self { all, constituencies, by_code, below, stems }
    }

    /// All of them, in order of code.
    pub fn all(&self) -> &'a [UnitFacts] {
        self.all
    }

    /// The one with this code.
    pub fn find(&self, code: &str) -> Option<&'a UnitFacts> {
        self.by_code.get(code).copied()
    }

    /// The one above it.
    pub fn above(&self, unit: &UnitFacts) -> Option<&'a UnitFacts> {
        unit.parent.as_deref().and_then(|code| self.find(code))
    }

    /// Those right under it.
    pub fn below(&self, unit: &UnitFacts) -> &[&'a UnitFacts] {
        self.below.get(unit.code.as_str()).map_or(&[], Vec::as_slice)
    }

    /// The last part of the address of its page, if it has one of its own.
    pub fn stem(&self, unit: &UnitFacts) -> Option<&str> {
        self.stems.get(unit.code.as_str()).map(String::as_str)
    }

    /// The constituencies that name this code.
    pub fn constituencies(&self, code: &str) -> impl Iterator<Item = &'a ConstituencyFacts> {
        self.constituencies.iter().filter(move |one| one.units.iter().any(|unit| unit == code))
    }
}
