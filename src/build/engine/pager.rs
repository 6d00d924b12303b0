//! One part of a paginated list, as `paginator` shows it, and the addresses of such parts.

use super::model::PAGE_ALONE;
use super::model::View;
use super::node::Field;
use super::node::NodeId;
use crate::build::content::page::ParsedSection;
use crate::build::template::eval::text;
use crate::build::template::value::Ids;
use crate::build::template::value::Val;

/// Fields of `paginator`, in Zola's order.
pub(super) const PAGINATOR_FIELDS: [&str; 10] = [
    "paginate_by",
    "first",
    "last",
    "previous",
    "next",
    "number_pagers",
    "base_url",
    "pages",
    "current_index",
    "total_pages",
];

/// One part of a paginated list.
#[derive(Clone, Debug)]
pub struct Pager<'s> {
    /// The section.
    pub section: NodeId,
    /// The list node of this part.
    pub list: Option<NodeId>,
    /// Its pages in this part.
    pub pages: Ids<'s>,
    /// Number of this part, from 1.
    pub index: usize,
    /// Pages of all parts, unwritten ones included, as Zola counts.
    pub total: usize,
    /// Number of parts.
    pub count: usize,
}

impl<'s> View<'s> {
    pub(super) fn paginator_field(&self, name: &str) -> Option<Val<'s>> {
        let pager = self.pager.as_ref()?;
        let section = self.node(pager.section).section()?;
        let part = |index: usize| text(section_part(section, index));
        self.recorder.note_mask(pager.section, Field::Permalink.bit());
        match name {
            "last" | "next" | "number_pagers" => self.recorder.note(pager.section, Field::Pagers),
            "total_pages" => self.recorder.note(pager.section, Field::Entries),
            "paginate_by" => self.recorder.note(pager.section, Field::PaginateBy),
            "pages" => {
                if let Some(list) = pager.list {
                    self.recorder.note(list, Field::Pages);
                }
            }
            _ => {}
        }
        Some(match name {
            "paginate_by" => section.meta.paginate_by.map_or(Val::Null, Val::count),
            "first" => Val::Str(&section.permalink),
            "last" => part(pager.count),
            "previous" if pager.index > 1 => part(pager.index - 1),
            "next" if pager.index < pager.count => part(pager.index + 1),
            "previous" | "next" => Val::Null,
            "number_pagers" => Val::count(pager.count),
            "base_url" => text(base_url(section)),
            "pages" => Val::Objects(PAGE_ALONE, pager.pages.clone()),
            "current_index" => Val::count(pager.index),
            "total_pages" => Val::count(pager.total),
            _ => return None,
        })
    }
}

/// Address above the numbered parts of a list.
pub fn base_url(section: &ParsedSection) -> String {
    match section.meta.paginate_path.as_str() {
        "" => section.permalink.clone(),
        path => format!("{}{path}/", section.permalink),
    }
}

/// Address of a part of a paginated list; the first has the address of the section.
pub fn section_part(section: &ParsedSection, index: usize) -> String {
    if index <= 1 { section.permalink.clone() } else { format!("{}{index}/", base_url(section)) }
}
