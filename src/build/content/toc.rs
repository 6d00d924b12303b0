//! The headings of a page as a tree.

use serde::Serialize;

/// A heading, as templates see it in `page.toc`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Heading {
    /// 1 to 6.
    pub level: u32,
    /// The `id` attribute.
    pub id: String,
    /// Absolute address of the heading.
    pub permalink: String,
    /// Its text without markup.
    pub title: String,
    /// Deeper headings that follow it.
    pub children: Vec<Heading>,
}

/// Nests headings: each goes under the nearest one before it that is of a higher rank, however many ranks lie between.
pub(crate) fn nest(headings: Vec<Heading>) -> Vec<Heading> {
    let mut open: Vec<Heading> = Vec::new();
    let mut roots = Vec::new();
    for heading in headings {
        close_down_to(heading.level, &mut open, &mut roots);
        open.push(heading);
    }
    close_down_to(0, &mut open, &mut roots);
    roots
}

/// Hands every open heading of rank `level` or deeper to its parent.
fn close_down_to(level: u32, open: &mut Vec<Heading>, roots: &mut Vec<Heading>) {
    while let Some(done) = open.pop_if(|last| last.level >= level) {
        open.last_mut().map_or(&mut *roots, |parent| &mut parent.children).push(done);
    }
}

/// Whether a heading of the tree has this id.
#[must_use]
pub fn has_anchor(toc: &[Heading], anchor: &str) -> bool {
    toc.iter().any(|heading| heading.id == anchor || has_anchor(&heading.children, anchor))
}
