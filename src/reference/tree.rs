//! A whole folder of reference data: law files and any number of data sets.

use std::collections::BTreeMap;

use super::Kind;
use super::Problems;
use super::law::parse_law;
use super::parse;
use super::text::Place;
use crate::timetable::LawVersion;

/// What a check found in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Ids of the law versions read, oldest first.
    pub laws: Vec<String>,
    /// Ids of the elections read.
    pub elections: Vec<String>,
}

type Files = BTreeMap<String, Vec<u8>>;

/// Checks every law file (a `.toml` in a folder `laws`) and every data set (a folder with `election.toml`) of a tree.
/// Law versions of the tree stand before those in `known`.
///
/// # Errors
/// Every problem of every file; also that there is nothing to check.
pub fn check(files: &Files, known: &[LawVersion]) -> Result<Checked, Problems> {
    let mut problems = Problems::default();
    let own = match parse_laws(files) {
        Ok(laws) => laws,
        Err(found) => {
            problems.0.extend(found.0);
            Vec::new()
        }
    };
    let mut checked = Checked { laws: own.iter().map(|law| law.id.clone()).collect(), elections: Vec::new() };
    let others = known.iter().filter(|law| !checked.laws.contains(&law.id)).cloned();
    let laws: Vec<LawVersion> = own.iter().cloned().chain(others).collect();
    let roots: Vec<&str> = files.keys().filter_map(|path| dataset_root(path)).collect();
    for root in &roots {
        let part: Files = files
            .iter()
            .filter(|(path, _)| path.starts_with(root))
            .map(|(p, b)| (p.clone(), b.clone()))
            .collect();
        match parse(&part, &laws) {
            Ok(dataset) => checked.elections.push(dataset.election.id),
            Err(found) => problems.0.extend(found.0),
        }
    }
    if roots.is_empty() && !files.keys().any(|path| is_law(path)) {
        let what = "there is neither a law file (laws/*.toml) nor a data set (a folder with election.toml)";
        let file = files.keys().next().map_or("(empty folder)", String::as_str);
        problems.push(Place::file(file).problem(Kind::File, what, "Give the folder that holds them"));
    }
    problems.or(Some(checked))
}

/// Reads the law files of a tree, oldest law first.
///
/// # Errors
/// Every problem of every law file; two files with one law version.
pub fn parse_laws(files: &Files) -> Result<Vec<LawVersion>, Problems> {
    let mut problems = Problems::default();
    let mut laws: Vec<LawVersion> = Vec::new();
    for (path, bytes) in files.iter().filter(|(path, _)| is_law(path)) {
        match parse_law(path, bytes) {
            Ok(law) if laws.iter().any(|known| known.id == law.id) => {
                let what = format!("law version {} stands in two files", law.id.escape_debug());
                problems.push(Place::file(path).problem(
                    Kind::Duplicate,
                    what,
                    "Remove one of the two files",
                ));
            }
            Ok(law) => laws.push(law),
            Err(found) => problems.0.extend(found.0),
        }
    }
    // An id is number/year.
    laws.sort_by_key(|law| law.id.rsplit('/').next().map(str::to_owned));
    problems.or(Some(laws))
}

fn is_law(path: &str) -> bool {
    path.ends_with(".toml") && (path.starts_with("laws/") || path.contains("/laws/"))
}

fn dataset_root(path: &str) -> Option<&str> {
    path.strip_suffix("election.toml").filter(|root| root.is_empty() || root.ends_with('/'))
}
