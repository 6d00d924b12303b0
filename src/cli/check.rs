//! `niemyet check`: every problem of reference data, with file, line and remedy.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::json;

use super::data;
use super::error::CliError;
use super::terminal::Terminal;
use crate::reference;

/// Checks all paths together, so that a data set may stand on a law file beside it.
pub fn run(paths: &[PathBuf], terminal: &mut Terminal) -> Result<(), CliError> {
    let laws = data::laws(terminal)?;
    let mut files = BTreeMap::new();
    for path in paths {
        files.extend(data::read(path)?);
    }
    let checked = reference::check(&files, &laws).map_err(|problems| data::tell(&problems, terminal))?;
    let object = json!({ "files": files.len(), "laws": checked.laws, "elections": checked.elections });
    let read = [checked.laws, checked.elections].concat().join(", ");
    terminal.result(&object, &format!("{0} tệp đúng / {0} files in order: {read}", files.len()))
}
