//! Which documents are shown, and as they stood when: what `publication` decides, as a function of it and of the heads that
//! documents have.

use std::collections::BTreeMap;

use crate::document::Key;
use crate::document::publication::Publication;
use crate::document::publication::by_law;

/// A document that is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownAt {
    /// The heads at which it is shown, sorted.
    pub heads: Vec<String>,
    /// Who approved that, them or the kind.
    pub by: String,
    /// When, RFC 3339.
    pub at: String,
    /// What the approval rests on.
    pub basis: String,
    /// Whether it is shown by rule, at whatever heads it has.
    pub by_rule: bool,
}

/// What a publication decides. Whoever has one has it from a publication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    publication: Publication,
    items: BTreeMap<Key, ShownAt>,
}

impl Shown {
    /// With the documents as they are now; `heads` gives the sorted heads of a document that is here.
    ///
    /// A document of a kind that is shown by rule is shown as it stands. One that is held back is shown as it was last approved,
    /// unless it is held back exactly so: of two decisions about the same heads the careful one counts. The election alone goes on as
    /// it was last approved, whatever is held back: without it nothing could be released, withdrawals included.
    pub fn now(publication: &Publication, mut heads: impl FnMut(&Key) -> Option<Vec<String>>) -> Self {
        let mut shown = Self::with(publication, |key| heads(key).filter(|_| publication.is_by_rule(key)));
        shown.items.retain(|key, at| {
            let held = publication.held.get(key).is_some_and(|hold| hold.heads == at.heads);
            at.by_rule || *key == Key::Election || !held
        });
        shown
    }

    /// As a release recorded it: what was shown by rule stands at the recorded heads.
    pub fn recorded(publication: &Publication, documents: &BTreeMap<String, Vec<String>>) -> Self {
        // Whatever is not at its approved heads was shown by rule.
        let mut shown = Self::with(publication, |key| {
            let heads = documents.get(&key.to_string())?;
            let approved = publication.items.get(key).is_some_and(|approval| approval.heads == *heads);
            (publication.is_by_rule(key) || !approved).then(|| heads.clone())
        });
        shown.items.retain(|key, _| documents.contains_key(&key.to_string()));
        shown
    }

    fn with(publication: &Publication, mut by_rule: impl FnMut(&Key) -> Option<Vec<String>>) -> Self {
        let approved = publication.items.iter().map(|(key, approval)| {
            let shown = ShownAt {
                heads: approval.heads.clone(),
                by: approval.by.clone(),
                at: approval.at.clone(),
                basis: approval.basis.clone(),
                by_rule: false,
            };
            (key.clone(), shown)
        });
        let mut items: BTreeMap<Key, ShownAt> = approved.collect();
        for (kind, rule) in &publication.rules {
            // Of the kinds that are public by law each has one document.
            let key = Key::Election;
            if !by_law(*kind) || key.kind() != *kind {
                continue;
            }
            let Some(heads) = by_rule(&key) else { continue };
            let (by, at, basis) = (rule.by.clone(), rule.at.clone(), rule.basis.clone());
            items.insert(key, ShownAt { heads, by, at, basis, by_rule: true });
        }
        Self { publication: publication.clone(), items }
    }

    /// The documents that are shown.
    pub fn items(&self) -> &BTreeMap<Key, ShownAt> {
        &self.items
    }

    /// The publication that decides so.
    pub fn publication(&self) -> &Publication {
        &self.publication
    }
}
