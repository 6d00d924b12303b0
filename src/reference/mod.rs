//! Reference data: laws, units, bodies, directives as TOML and CSV that an official can read and edit.
//!
//! Pure: bytes come in, checked values go out. Every problem is collected and says which file and line, what is
//! wrong and what to do; a data set with one problem yields no data at all.

mod bodies;
mod dates;
mod directive;
mod election;
pub mod embedded;
mod law;
pub mod problem;
mod publication;
mod sheet;
mod tables;
mod text;
mod tree;
mod units;
mod words;

use std::collections::BTreeMap;

use crate::document::directive::Directive;
use crate::document::election::Body;
use crate::document::election::Election;
use crate::document::election::Provenance;
use crate::timetable::LawVersion;
use text::Place;
use text::Source;

pub use law::parse_law;
pub use problem::Kind;
pub use problem::Problem;
pub use problem::Problems;
pub use tree::Checked;
pub use tree::check;
pub use tree::parse_laws;

/// The files a data set must have; `directive*.toml` and the texts they name come on top.
pub const REQUIRED: [&str; 5] =
    ["election.toml", "units.csv", "bodies.csv", "constituencies.csv", "publication.toml"];

/// A checked data set: what `init` and `demo` import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dataset {
    /// The election with its units, bodies, constituencies, regimes and dates.
    pub election: Election,
    /// The directing documents, in the order of their files.
    pub directives: Vec<Directive>,
    /// What is public from the start.
    pub publication: Vec<PublicItem>,
}

/// A document that is public from the start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicItem {
    /// Key of the document, for example `election` or `directive/19/KL-UBBC`.
    pub key: String,
    /// Article that makes it public.
    pub basis: String,
    /// Where the row comes from.
    pub provenance: Provenance,
}

/// Reads one data set. `files` are path → bytes; the folder that holds `election.toml` is the data set, so the paths
/// may have any common beginning, which problems then show. `laws` are the known law versions.
///
/// # Errors
/// Every problem of every file.
pub fn parse(files: &BTreeMap<String, Vec<u8>>, laws: &[LawVersion]) -> Result<Dataset, Problems> {
    let mut problems = Problems::default();
    let root = root(files);
    let context = Context { root: &root, files, bodies: &[], law: None };
    for path in context.strays() {
        let what = "this file is no part of a data set";
        let remedy =
            format!("Its files are {} and directive*.toml; rename or remove it", REQUIRED.join(", "));
        problems.push(Place::file(path).problem(Kind::File, what, remedy));
    }
    let dataset = dataset(&context, laws, &mut problems);
    problems.or(dataset)
}

/// What a file of the data set may refer to.
struct Context<'c> {
    root: &'c str,
    files: &'c BTreeMap<String, Vec<u8>>,
    bodies: &'c [Body],
    law: Option<&'c LawVersion>,
}

impl<'c> Context<'c> {
    fn file(&self, name: &str) -> Option<(&'c str, &'c [u8])> {
        let (path, bytes) = self.files.get_key_value(&format!("{}{name}", self.root))?;
        Some((path, bytes))
    }

    /// A required file as text; a missing one is reported.
    fn source(&self, name: &str, problems: &mut Problems) -> Option<Source<'c>> {
        let Some((path, bytes)) = self.file(name) else {
            let path = format!("{}{name}", self.root);
            let problem =
                Place::file(&path).problem(Kind::File, "the file is missing", "Add it to the data set");
            problems.push(problem);
            return None;
        };
        Source::read(path, bytes, problems)
    }

    /// The files directly in the folder, by name.
    fn names(&self) -> impl Iterator<Item = (&'c str, &'c str)> {
        let (root, files) = (self.root, self.files);
        files.keys().filter_map(move |path| {
            path.strip_prefix(root).filter(|name| !name.contains('/')).map(|name| (path.as_str(), name))
        })
    }

    /// Directive files in the order of their names.
    fn directives(&self) -> impl Iterator<Item = &'c str> {
        self.names().map(|(_, name)| name).filter(|name| is_directive(name))
    }

    /// Data files that nothing reads: a misspelt name must not pass as an absent file.
    fn strays(&self) -> Vec<&'c str> {
        let data = |name: &str| name.ends_with(".toml") || name.ends_with(".csv");
        let known = |name: &str| REQUIRED.contains(&name) || is_directive(name);
        self.names().filter(|(_, name)| data(name) && !known(name)).map(|(path, _)| path).collect()
    }
}

fn is_directive(name: &str) -> bool {
    name.starts_with("directive") && name.ends_with(".toml")
}

/// The folder of `election.toml`, with its final slash.
fn root(files: &BTreeMap<String, Vec<u8>>) -> String {
    let election = files.keys().find_map(|path| {
        path.strip_suffix("election.toml").filter(|root| root.is_empty() || root.ends_with('/'))
    });
    election.unwrap_or_default().to_owned()
}

fn dataset(context: &Context<'_>, laws: &[LawVersion], problems: &mut Problems) -> Option<Dataset> {
    let sources = REQUIRED.map(|name| context.source(name, problems));
    let [election, units, bodies, constituencies, publication] = &sources;
    let draft = election.as_ref().and_then(|source| election::read(source, laws, problems));
    let law = draft.as_ref().and_then(|draft| draft.law);
    let levels = law.map(|law| law.levels.as_slice());
    let units = units.as_ref().map(|source| units::read(source, levels, problems)).unwrap_or_default();
    let bodies =
        bodies.as_ref().map(|source| bodies::read_bodies(source, &units, problems)).unwrap_or_default();
    let constituencies = constituencies
        .as_ref()
        .map(|source| bodies::read_constituencies(source, &units, problems))
        .unwrap_or_default();
    let context = Context { bodies: &bodies, law, ..*context };
    let directives = directives(&context, problems);
    let publication = publication.as_ref().map(|source| publication::read(source, &directives, problems));
    let mut election = draft?.finish(&bodies, problems);
    (election.units, election.bodies, election.constituencies) = (units, bodies, constituencies);
    Some(Dataset { election, directives, publication: publication? })
}

fn directives(context: &Context<'_>, problems: &mut Problems) -> Vec<Directive> {
    let mut found: Vec<Directive> = Vec::new();
    for name in context.directives() {
        let Some(source) = context.source(name, problems) else {
            continue;
        };
        let Some(directive) = directive::read(&source, context, problems) else {
            continue;
        };
        if found.iter().any(|known| known.symbol == directive.symbol) {
            let what = format!("directive \"{}\" stands in two files", directive.symbol.escape_debug());
            problems.push(source.whole().problem(Kind::Duplicate, what, "Remove one of the two files"));
        }
        found.push(directive);
    }
    found
}
