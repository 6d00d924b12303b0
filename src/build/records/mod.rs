//! Public records → the part of the site's source that is not written by hand: content pages, data for templates, open data,
//! the index of the search page, calendars. Every text is escaped for the format it goes into; the same records give the same bytes.

mod calendar;
mod duties;
mod open_data;
mod places;
mod schedule;
mod search;
pub mod text;
pub mod words;

use std::sync::Arc;

use rayon::prelude::*;
use serde_json::Value;
use serde_json::json;

use super::source::SourceTree;
use crate::policy::public::PublicRecords;
use crate::policy::public::facts::Facts;
use crate::timetable::TimetableError;
use words::Lang;

/// How many coming dates the first page shows.
const NEXT_DATES: usize = 6;

/// What makes some of the generated files: path and text.
type Part = fn(&Facts) -> Result<Vec<(String, String)>, TimetableError>;

/// The generated files, by path in the Zola project.
///
/// # Errors
/// What the calendar writer refuses.
pub fn source_files(records: &PublicRecords) -> Result<SourceTree, TimetableError> {
    let facts = records.facts();
    let parts: [Part; 7] = [
        |facts| Ok(schedule::pages(facts)),
        |facts| Ok(open_data::files(facts)),
        calendar::files,
        |facts| Ok(search::files(facts)),
        |facts| Ok(places::pages(facts)),
        |facts| Ok(duties::pages(facts)),
        |facts| Ok(template_data(facts)),
    ];
    let files = parts.par_iter().with_max_len(1).map(|part| part(facts)).collect::<Result<Vec<_>, _>>()?;
    Ok(files.into_iter().flatten().map(|(path, text)| (path, Arc::from(text.into_bytes()))).collect())
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

/// `data/*.json`: what templates load and no page carries. Each file holds only what some pages need, so that a change
/// touches those pages only.
fn template_data(facts: &Facts) -> Vec<(String, String)> {
    let mut files = Vec::new();
    for lang in Lang::BOTH {
        let code = lang.say("vi", "en");
        files.push((format!("data/chung.{code}.json"), pretty(&common(facts, lang))));
        let next = schedule::next(facts, lang, NEXT_DATES);
        files.push((format!("data/sap-toi.{code}.json"), pretty(&json!({ "next": next }))));
        files.push((format!("data/don-vi.{code}.json"), pretty(&places::overview(facts, lang))));
    }
    files
}

/// What every page says of the election.
fn common(facts: &Facts, lang: Lang) -> Value {
    let vote = facts.steps.iter().find(|step| step.id == "election_day");
    json!({
        "election": lang.of(&facts.election.name),
        "day": facts.election.day,
        "day_long": words::long_date(facts.election.day, lang),
        "day_plain": words::plain_date(facts.election.day, lang),
        "law": lang.of(&facts.election.law_name),
        "citation": words::resolution(&facts.election.citation),
        "as_of": facts.as_of,
        "as_of_long": words::long_date(facts.as_of, lang),
        "as_of_plain": words::plain_date(facts.as_of, lang),
        "as_of_short": words::short_date(facts.as_of, lang),
        "days_left": (facts.election.day - facts.as_of).num_days(),
        "voting_hours": vote.and_then(|step| step.time.as_ref()).map(|time| lang.of(time)),
        "notices": facts.notices.len(),
    })
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}
