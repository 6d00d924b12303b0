//! Documents that are written as a whole from reference data: `election` and `directive/<symbol>`.
//!
//! Writing changes only what differs: rows are matched by their identifier, so a corrected name is one small change
//! and not a new list. Two replicas that import the same data offline both insert the rows; reading keeps the first
//! of each identifier.

use std::collections::BTreeSet;

use automerge::ROOT;
use autosurgeon::Reconcile;
use autosurgeon::ReconcileError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::directive::Directive;
use super::election::Election;
use super::error::DocumentError;
use super::key::Kind;
use super::open::Document;
use super::read::View;

/// Makes an `election` document hold exactly this; pending until the document is committed.
pub fn write_election(document: &mut Document, election: &Election) -> Result<(), DocumentError> {
    document.expect_kind(Kind::Election)?;
    if election.id != document.election() {
        let reason = format!("it belongs to election `{}`, not to `{}`", document.election(), election.id);
        return Err(document.refused(reason));
    }
    write(document, election)
}

/// Makes a `directive/<symbol>` document hold exactly this; pending until the document is committed.
pub fn write_directive(document: &mut Document, directive: &Directive) -> Result<(), DocumentError> {
    document.expect_kind(Kind::Directive)?;
    let own = document.key().to_string();
    if own != format!("{}/{}", Kind::Directive, directive.symbol) {
        return Err(document.refused(format!(
            "văn bản chỉ đạo `{0}` có khóa khác. / Directive `{0}` belongs elsewhere",
            directive.symbol
        )));
    }
    write(document, directive)
}

fn write<T: Reconcile>(document: &mut Document, value: &T) -> Result<(), DocumentError> {
    document.write(|doc| {
        autosurgeon::reconcile_prop(doc, ROOT, "content", value).map_err(|error| match error {
            ReconcileError::Automerge(source) => source,
            ReconcileError::TopLevelNotMap | ReconcileError::StaleHeads(_) => automerge::AutomergeError::Fail,
        })
    })
}

/// Reads a record; fields that were never written are as in its default, so that a document that was just begun can
/// be read.
pub(super) fn read<T: Default + Serialize + DeserializeOwned>(view: &View<'_>) -> Result<T, DocumentError> {
    let wrong = |what: &str, error: serde_json::Error| match view.content() {
        Ok(content) => content.wrong(format!("{what} ({error})")),
        Err(unread) => unread,
    };
    let mut json = serde_json::to_value(T::default()).map_err(|error| wrong("readable", error))?;
    overlay(&mut json, view.json()?);
    T::deserialize(json).map_err(|error| wrong("complete", error))
}

fn overlay(under: &mut Value, over: Value) {
    match (under, over) {
        (Value::Object(under), Value::Object(over)) => {
            for (name, value) in over {
                overlay(under.entry(name).or_insert(Value::Null), value);
            }
        }
        (under, Value::Array(rows)) => *under = Value::Array(first_of_each(rows)),
        (under, over) => *under = over,
    }
}

/// Drops rows whose identifier stood in an earlier row; a row without one is its own identifier.
fn first_of_each(rows: Vec<Value>) -> Vec<Value> {
    let mut seen = BTreeSet::new();
    let identifier = |row: &Value| {
        let name = ["id", "code", "symbol"].iter().find_map(|name| row.get(name))?;
        name.as_str().map(str::to_owned)
    };
    let known = |row: &Value| identifier(row).unwrap_or_else(|| row.to_string());
    rows.into_iter().filter(|row| seen.insert(known(row))).collect()
}
