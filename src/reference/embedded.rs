//! The reference data that the binary carries, so that `demo`, `init` and `timetable` need no folder beside it.

use std::collections::BTreeMap;

use rust_embed::RustEmbed;

use super::problem::Problems;
use crate::timetable::LawVersion;

#[derive(RustEmbed)]
#[folder = "data/"]
#[include = "*.toml"]
#[include = "*.csv"]
#[include = "*.md"]
struct Data;

/// The carried files under `folder`, for example `sonla-2021`; keys begin with `data/`. Empty if there are none.
#[must_use]
pub fn files(folder: &str) -> BTreeMap<String, Vec<u8>> {
    let prefix = format!("{folder}/");
    Data::iter()
        .filter(|path| path.starts_with(&prefix))
        .filter_map(|path| Some((format!("data/{path}"), Data::get(&path)?.data.into_owned())))
        .collect()
}

/// The carried law versions, oldest first.
///
/// # Errors
/// Problems of a carried file; the tests of this project make sure that there are none.
pub fn laws() -> Result<Vec<LawVersion>, Problems> {
    super::parse_laws(&files("laws"))
}

/// The names of the carried data sets.
#[must_use]
pub fn datasets() -> Vec<String> {
    Data::iter().filter_map(|path| path.strip_suffix("/election.toml").map(str::to_owned)).collect()
}
