//! What waits for the communications team: each document that can be public, as the public sees it now and as it would.

mod desk;

use serde::Serialize;

use super::Place;
use super::RebuildError;
use crate::document::Key;
use crate::document::Kind;
use crate::policy::public::facts::Words;
use crate::policy::public::part::Change;
use desk::Read;

/// Changes that are listed of one document.
const LISTED: usize = 200;
/// Changes that are listed of all documents and the notices together, but for the first of each.
const TOGETHER: usize = 2_000;
/// Changes of each document that are listed however long the others are.
const FIRST: usize = 20;

/// Where a document stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// The public has not seen it, and nobody has decided.
    New,
    /// The public sees it otherwise than it stands, and nobody has decided.
    Changed,
    /// It is approved as it stands, or by rule, and the next release shows it so.
    Approved,
    /// The public sees it as it stands.
    Shown,
    /// It is held back as it stands.
    Held,
    /// The public sees it still; the next release does not show it.
    Withdrawn,
}

/// A decision: heads, by whom, when, and on what it rests or why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// The heads that it names.
    pub heads: Vec<String>,
    /// The body.
    pub by: String,
    /// When.
    pub at: String,
    /// What it rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basis: Option<String>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// True if two approvals were written at once, and nobody has chosen yet which is meant.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub contested: bool,
}

/// A document that can be public.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Item {
    /// Its key.
    pub key: String,
    /// Its kind.
    pub kind: Kind,
    /// What people call it.
    pub title: Words,
    /// Where it stands.
    pub state: State,
    /// The heads that it has.
    pub heads: Vec<String>,
    /// The heads that the current release shows; none if it does not.
    pub shown: Option<Vec<String>>,
    /// Its approval.
    pub approved: Option<Decision>,
    /// Its holding back, also if it has moved on since.
    pub held: Option<Decision>,
    /// Whether it is shown by rule.
    pub by_rule: bool,
    /// Whether a rule for it may be set.
    pub may_be_by_rule: bool,
    /// Whether it may be held back: of the election there must be an approved version that the site goes on with.
    pub may_be_held: bool,
    /// Whether it may be withdrawn: the whole site stands on the election.
    pub may_be_withdrawn: bool,
    /// What the public would see otherwise than in the current release.
    pub changes: Vec<Change>,
    /// Changes beyond those that are listed.
    pub changes_left_off: usize,
    /// Why it could not be made public as it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// A standing approval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleRow {
    /// Of this kind.
    pub kind: Kind,
    /// The body.
    pub by: String,
    /// When.
    pub at: String,
    /// What it rests on.
    pub basis: String,
}

/// A release by its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Named {
    /// Its name.
    pub id: String,
    /// When it was made.
    pub at: String,
}

/// How the notices differ from those that the public sees.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Notices {
    /// What the public would see otherwise.
    pub changes: Vec<Change>,
    /// Changes beyond those that are listed.
    pub changes_left_off: usize,
}

/// Everything that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Pending {
    /// The current release.
    pub release: Option<Named>,
    /// Whether nothing is released by itself.
    pub paused: bool,
    /// The standing approvals.
    pub rules: Vec<RuleRow>,
    /// The documents.
    pub items: Vec<Item>,
    /// The notices.
    pub notices: Notices,
    /// How often the content of a document was read for this.
    #[serde(skip)]
    pub reads: usize,
}

/// What waits in a working folder. Reads its documents anew.
///
/// # Errors
/// What cannot be read.
pub fn pending(place: Place<'_>) -> Result<Pending, RebuildError> {
    let (read, engine) = (Read::new(place)?, super::embedded_name());
    let desk = read.desk(place.settings(&engine));
    let mut left = TOGETHER;
    let items = desk.keys().map(|key| {
        let item = desk.item(key, left.clamp(FIRST, LISTED));
        left = left.saturating_sub(item.changes.len());
        item
    });
    let items: Vec<Item> = items.collect();
    Ok(Pending {
        release: read.release(),
        paused: place.releases.is_paused()?,
        rules: desk.rules(),
        items,
        notices: desk.notices(left.clamp(FIRST, LISTED)),
        reads: desk.reads(),
    })
}

/// One document as it waits, with at most so many changes; nothing if it is not here or can never be public.
///
/// # Errors
/// What cannot be read.
pub fn item(place: Place<'_>, key: &Key, most: usize) -> Result<Option<Item>, RebuildError> {
    let (read, engine) = (Read::new(place)?, super::embedded_name());
    let desk = read.desk(place.settings(&engine));
    Ok(desk.keys().find(|known| *known == key).map(|key| desk.item(key, most)))
}
