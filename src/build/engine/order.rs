//! How a section orders its pages, and lists that stay sorted while single entries come and go.

use std::cmp::Ordering;

use lexical_sort::natural_lexical_cmp;

use super::node::NodeId;
use crate::build::content::front_matter::SortBy;
use crate::build::content::page::ParsedPage;

/// Can the page be placed in that order? Pages without a date, weight or title are left out of the list, as in Zola.
pub fn is_sortable(page: &ParsedPage, sort_by: SortBy) -> bool {
    match sort_by {
        SortBy::Date => page.meta.datetime.is_some(),
        SortBy::UpdateDate => page.meta.datetime.is_some() || page.meta.updated_datetime.is_some(),
        SortBy::Title | SortBy::TitleBytes => page.meta.title.is_some(),
        SortBy::Weight => page.meta.weight.is_some(),
        SortBy::Slug | SortBy::Permalink | SortBy::None => true,
    }
}

/// Which page comes first; ties go by address.
pub fn compare(a: &ParsedPage, b: &ParsedPage, sort_by: SortBy) -> Ordering {
    let order = match sort_by {
        SortBy::Date => b.meta.datetime.cmp(&a.meta.datetime),
        SortBy::UpdateDate => {
            b.meta.datetime.max(b.meta.updated_datetime).cmp(&a.meta.datetime.max(a.meta.updated_datetime))
        }
        SortBy::Title => natural_lexical_cmp(
            a.meta.title.as_deref().unwrap_or_default(),
            b.meta.title.as_deref().unwrap_or_default(),
        ),
        SortBy::TitleBytes => a.meta.title.cmp(&b.meta.title),
        SortBy::Weight => a.meta.weight.cmp(&b.meta.weight),
        SortBy::Slug => natural_lexical_cmp(&a.slug, &b.slug),
        SortBy::Permalink | SortBy::None => Ordering::Equal,
    };
    order.then_with(|| a.permalink.cmp(&b.permalink))
}

/// Puts an id where it belongs in a sorted list; `order` compares the one at hand with the one to insert.
pub fn insert(list: &mut Vec<NodeId>, id: NodeId, order: impl FnMut(&NodeId) -> Ordering) {
    if let Err(at) = list.binary_search_by(order) {
        list.insert(at, id);
    }
}

/// How many entries two lists share at their start and at their end.
pub fn common_ends(a: &[NodeId], b: &[NodeId]) -> (usize, usize) {
    let start = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let end = a[start..].iter().rev().zip(b[start..].iter().rev()).take_while(|(x, y)| x == y).count();
    (start, end)
}
