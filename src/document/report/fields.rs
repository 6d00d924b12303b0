//! The fields of a weekly report, as one declared table: the editor's form, the checks, the aggregate and the exports
//! all follow from it.
//!
//! No official form of the weekly report is known; the sections follow part I of the final report's form (NQ
//! 40/NQ-HĐBCQG, form 29) and the quotas of law 85/2015. The list is this project's proposal.
//!
//! What is not here, on purpose (law on the protection of state secrets 2018, article 5.5): results of vetting,
//! content of complaints, names of denouncers, a narrative of security. Only counts.

use serde::Serialize;

use super::table;
use crate::document::language;

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", content = "of", rename_all = "snake_case")]
pub enum Holds {
    /// A number of things, zero or more.
    Count,
    /// An amount of money in whole đồng, zero or more.
    Vnd,
    /// A day, `YYYY-MM-DD`.
    Date,
    /// Yes or no.
    Flag,
    /// One word of these.
    Choice(&'static [&'static str]),
    /// Paragraphs.
    Text,
    /// Rows with these columns.
    Rows(&'static [Column]),
    /// Not stored: one field as a share of another, both of the same group.
    Share(&'static str, &'static str),
}

/// How the fields of many reports become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Aggregation {
    /// Added up; a missing figure stays missing.
    Sum,
    /// The latest one counts.
    Latest,
    /// Kept beside each other, by source.
    BySource,
    /// Computed from aggregated fields.
    Derived,
}

/// A column of a field that holds rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Name in the document.
    pub name: &'static str,
    /// What a cell holds.
    pub cell: Cell,
    /// Label, Vietnamese.
    pub vi: &'static str,
    /// Label, English.
    pub en: &'static str,
}

/// What a cell holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cell {
    /// A short text, written as a whole.
    Short,
    /// A text in which people write side by side. Could take what belongs on paper: the form warns beside it.
    Long,
    /// A day, `YYYY-MM-DD`.
    Date,
    /// The id of a body; never a person.
    Body,
}

/// For what a field is asked separately.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Per {
    /// Once.
    One,
    /// For each administrative level.
    Level,
    /// For each round of consultation and each level (law 85/2015, chapter V).
    RoundAndLevel,
    /// For each of the elections held that day.
    Election,
    /// For each kind of petition and each level.
    PetitionAndLevel,
    /// For each kind of separate polling area.
    SeparateArea,
    /// For any language, by its code of two or three letters (ISO 639).
    Language,
}

/// One line of the table.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// Section of the report, 0 for the header.
    pub section: u8,
    /// First part of the id.
    pub group: &'static str,
    /// For what it is asked separately.
    pub per: Per,
    /// Last part of the id.
    pub name: &'static str,
    /// What it holds.
    pub holds: Holds,
    /// How it is aggregated.
    pub aggregation: Aggregation,
    /// Label, Vietnamese.
    pub vi: &'static str,
    /// Label, English.
    pub en: &'static str,
}

/// A field of the report: a line of the table for one of the things it is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Field {
    /// Identifier, for example `candidates.na.women`.
    pub id: String,
    /// Section of the report, 0 for the header.
    pub section: u8,
    /// What it holds.
    pub holds: Holds,
    /// How it is aggregated.
    pub aggregation: Aggregation,
    /// Label, Vietnamese.
    pub vi: String,
    /// Label, English.
    pub en: String,
}

impl Field {
    /// True if it holds a figure: a count or an amount of money.
    pub const fn is_figure(&self) -> bool {
        matches!(self.holds, Holds::Count | Holds::Vnd)
    }
}

/// Identifier of one thing, its label in Vietnamese and in English.
type Thing = (&'static str, &'static str, &'static str);

const LEVELS: [Thing; 3] = [
    ("province", "cấp tỉnh", "province level"),
    ("district", "cấp huyện", "district level"),
    ("commune", "cấp xã", "commune level"),
];
const ROUNDS: [Thing; 3] = [
    ("r1", "hiệp thương lần thứ nhất", "first consultation"),
    ("r2", "hiệp thương lần thứ hai", "second consultation"),
    ("r3", "hiệp thương lần thứ ba", "third consultation"),
];
const ELECTIONS: [Thing; 4] = [
    ("na", "đại biểu Quốc hội", "National Assembly"),
    ("pc_province", "đại biểu HĐND cấp tỉnh", "province People's Council"),
    ("pc_district", "đại biểu HĐND cấp huyện", "district People's Council"),
    ("pc_commune", "đại biểu HĐND cấp xã", "commune People's Council"),
];
const PETITIONS: [Thing; 3] = [
    ("complaint", "khiếu nại", "complaints"),
    ("denunciation", "tố cáo", "denunciations"),
    ("recommendation", "kiến nghị", "recommendations"),
];
const SEPARATE: [Thing; 3] = [
    ("armed_forces", "đơn vị vũ trang", "armed forces"),
    ("hospital", "bệnh viện, cơ sở chăm sóc", "hospitals and care homes"),
    ("custody", "cơ sở tạm giam, giáo dục, cai nghiện", "custody and correction"),
];

/// Every field, in the order of the form. Languages are open: a field `communication.<code>.by_language` exists for
/// every code, and those of the province's people stand in this list.
pub fn all() -> impl Iterator<Item = Field> {
    table::LINES.iter().flat_map(|line| things(line.per).into_iter().map(|thing| field(line, &thing)))
}

/// The field with this id.
pub fn find(id: &str) -> Option<Field> {
    language(id).or_else(|| all().find(|field| field.id == id))
}

/// Ids of the fields that hold paragraphs.
pub(in crate::document) fn texts() -> impl Iterator<Item = String> {
    all().filter(|field| field.holds == Holds::Text).map(|field| field.id)
}

/// Ids of the fields that hold rows.
pub(in crate::document) fn lists() -> impl Iterator<Item = String> {
    all().filter(|field| matches!(field.holds, Holds::Rows(_))).map(|field| field.id)
}

struct Asked {
    id: String,
    vi: String,
    en: String,
}

fn things(per: Per) -> Vec<Asked> {
    let each = |things: &[Thing]| things.iter().map(asked).collect();
    match per {
        Per::One => vec![Asked { id: String::new(), vi: String::new(), en: String::new() }],
        Per::Level => each(&LEVELS),
        Per::Election => each(&ELECTIONS),
        Per::SeparateArea => each(&SEPARATE),
        Per::RoundAndLevel => crossed(&ROUNDS, &LEVELS),
        Per::PetitionAndLevel => crossed(&PETITIONS, &LEVELS),
        Per::Language => spoken().collect(),
    }
}

/// The languages of the province's people.
fn spoken() -> impl Iterator<Item = Asked> {
    let people = language::ALL.iter().filter(|one| one.code != "en");
    people.map(|one| Asked { id: one.code.into(), vi: one.vi.replacen('T', "t", 1), en: one.en.into() })
}

fn asked(&(id, vi, en): &Thing) -> Asked {
    Asked { id: id.to_owned(), vi: vi.to_owned(), en: en.to_owned() }
}

fn crossed(outer: &[Thing], inner: &[Thing]) -> Vec<Asked> {
    let pair = |a: &Thing, b: &Thing| Asked {
        id: format!("{}.{}", a.0, b.0),
        vi: format!("{}, {}", a.1, b.1),
        en: format!("{}, {}", a.2, b.2),
    };
    outer.iter().flat_map(|a| inner.iter().map(move |b| pair(a, b))).collect()
}

fn field(line: &Line, thing: &Asked) -> Field {
    let parts = [line.group, &thing.id, line.name];
    let id = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(".");
    let label = |own: &str, thing: &str| {
        if thing.is_empty() { own.to_owned() } else { format!("{own} ({thing})") }
    };
    Field {
        id,
        section: line.section,
        holds: line.holds,
        aggregation: line.aggregation,
        vi: label(line.vi, &thing.vi),
        en: label(line.en, &thing.en),
    }
}

fn language(id: &str) -> Option<Field> {
    let line = table::LINES.iter().find(|line| line.per == Per::Language)?;
    let code = id.strip_prefix(line.group)?.strip_prefix('.')?.strip_suffix(line.name)?.strip_suffix('.')?;
    let written = (2..=3).contains(&code.len()) && code.chars().all(|c| c.is_ascii_lowercase());
    let named = spoken().find(|one| one.id == code);
    let thing = named.unwrap_or_else(|| Asked { id: code.into(), vi: code.into(), en: code.into() });
    written.then(|| field(line, &thing))
}
