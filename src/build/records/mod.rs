//! Public records → the part of the site's source that is not written by hand: content pages, data for templates, open data,
//! the index of the search page, calendars. Every text is escaped for the format it goes into; the same records give the same bytes.

mod calendar;
mod duties;
mod open_data;
mod places;
mod reader;
mod schedule;
mod search;
pub mod text;
mod units;
pub mod words;

use std::sync::Arc;

use rayon::prelude::*;
use serde_json::Value;
use serde_json::json;

use super::source::SourceTree;
use crate::policy::public::PublicRecords;
use crate::timetable::TimetableError;
use reader::Fields;
use reader::Reader;
use words::Lang;

/// How many coming dates the first page shows.
const NEXT_DATES: usize = 6;

/// What makes some of the generated files: path and text.
type Part = fn(&Reader<'_>) -> Result<Vec<(String, String)>, TimetableError>;

/// All of them; each takes as few of the facts as it can, so that a change makes few anew.
const PARTS: [Part; 19] = [
    |facts| Ok(schedule::pages(facts)),
    calendar::files,
    |facts| Ok(places::pages(facts)),
    |facts| Ok(duties::owners(facts)),
    |facts| Ok(duties::documents(facts)),
    |facts| Ok(duties::notices(facts)),
    |facts| Ok(data("chung", facts, common)),
    |facts| {
        Ok(data("sap-toi", facts, |facts, lang| json!({ "next": schedule::next(facts, lang, NEXT_DATES) })))
    },
    |facts| Ok(data("don-vi", facts, places::overview)),
    |facts| Ok(open_data::files(facts, open_data::steps)),
    |facts| Ok(open_data::files(facts, open_data::units)),
    |facts| Ok(open_data::files(facts, open_data::constituencies)),
    |facts| Ok(open_data::files(facts, open_data::tasks)),
    |facts| Ok(open_data::files(facts, open_data::documents)),
    |facts| Ok(search::files(facts, search::steps)),
    |facts| Ok(search::files(facts, search::units)),
    |facts| Ok(search::files(facts, search::tasks)),
    |facts| Ok(search::files(facts, search::documents)),
    |facts| Ok(search::files(facts, search::notices)),
];

/// The generated files as they were made last, and of what.
#[derive(Clone, Debug)]
pub struct Sources {
    records: PublicRecords,
    /// In the order of [`PARTS`].
    parts: Vec<Arc<Made>>,
}

/// What one part came to.
#[derive(Debug)]
struct Made {
    files: SourceTree,
    /// The facts that it read. The same facts give the same bytes.
    read: Fields,
}

impl Made {
    fn new(part: Part, records: &PublicRecords) -> Result<Self, TimetableError> {
        let facts = Reader::new(records.facts());
        let files = part(&facts)?;
        let files = files.into_iter().map(|(path, text)| (path, Arc::from(text.into_bytes()))).collect();
        Ok(Self { files, read: facts.read() })
    }
}

impl Sources {
    /// The files that these records give; those of `before` go on where nothing that they were made of has moved.
    ///
    /// # Errors
    /// What the calendar writer refuses.
    pub fn new(records: PublicRecords, before: Option<&Self>) -> Result<Self, TimetableError> {
        let moved =
            before.map_or(Fields::MAX, |before| reader::moved(before.records.facts(), records.facts()));
        let make = |(at, part): (usize, &Part)| {
            let known = before.and_then(|before| before.parts.get(at)).filter(|made| made.read & moved == 0);
            known.map_or_else(|| Made::new(*part, &records).map(Arc::new), |made| Ok(Arc::clone(made)))
        };
        let parts = PARTS.par_iter().enumerate().with_max_len(1).map(make).collect::<Result<_, _>>()?;
        Ok(Self { records, parts })
    }

    /// All of them, by path in the Zola project.
    pub fn files(&self) -> SourceTree {
        let files = self.parts.iter().flat_map(|made| &made.files);
        files.map(|(path, bytes)| (path.clone(), Arc::clone(bytes))).collect()
    }
}

/// The generated files, by path in the Zola project.
///
/// # Errors
/// As [`Sources::new`].
pub fn source_files(records: &PublicRecords) -> Result<SourceTree, TimetableError> {
    Ok(Sources::new(records.clone(), None)?.files())
}

/// The document of which a generated page is made, by its key, as far as its path tells; `documents` are those that went in.
pub fn document_of<'a>(path: &str, documents: impl Iterator<Item = &'a str>) -> Option<String> {
    let (section, file) = path.strip_prefix("content/")?.split_once('/')?;
    match section {
        "thong-bao" => Some("publication".to_owned()),
        "lich" | "don-vi" => Some("election".to_owned()),
        "van-ban" | "nhiem-vu" => {
            let directives: Vec<(&str, &str)> =
                documents.filter_map(|key| Some((key, key.strip_prefix("directive/")?))).collect();
            let named = directives.iter().find(|(_, symbol)| file.starts_with(&slug::slugify(symbol)));
            let found = named.or_else(|| directives.first().filter(|_| directives.len() == 1));
            found.map(|(key, _)| (*key).to_owned())
        }
        _ => None,
    }
}

/// The whole Zola project: the hand-written files of `site` with the generated ones laid over them.
///
/// # Errors
/// As [`source_files`].
pub fn project(site: &SourceTree, records: &PublicRecords) -> Result<SourceTree, TimetableError> {
    let mut tree = site.clone();
    tree.extend(source_files(records)?);
    Ok(tree)
}

/// `data/<name>.<language>.json`: what templates load and no page carries. Each file holds only what some pages need, so that a
/// change touches those pages only.
fn data(name: &str, facts: &Reader<'_>, value: fn(&Reader<'_>, Lang) -> Value) -> Vec<(String, String)> {
    let file = |lang: Lang| {
        (format!("data/{name}.{}.json", lang.say("vi", "en")), text::pretty(&value(facts, lang)))
    };
    Lang::BOTH.into_iter().map(file).collect()
}

/// What every page says of the election.
fn common(facts: &Reader<'_>, lang: Lang) -> Value {
    let vote = facts.steps().iter().find(|step| step.id == "election_day");
    json!({
        "election": lang.of(&facts.election().name),
        "day": facts.election().day,
        "day_long": words::long_date(facts.election().day, lang),
        "day_plain": words::plain_date(facts.election().day, lang),
        "law": lang.of(&facts.election().law_name),
        "citation": words::resolution(&facts.election().citation),
        "as_of": facts.as_of(),
        "as_of_long": words::long_date(facts.as_of(), lang),
        "as_of_plain": words::plain_date(facts.as_of(), lang),
        "as_of_short": words::short_date(facts.as_of(), lang),
        "days_left": (facts.election().day - facts.as_of()).num_days(),
        "voting_hours": vote.and_then(|step| step.time.as_ref()).map(|time| lang.of(time)),
        "notices": facts.notices().len(),
    })
}
