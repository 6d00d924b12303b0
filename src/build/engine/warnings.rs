//! What a site may contain and hardly means: pages that no list can place, office files beside pages. The site builds all the same,
//! as with Zola; what was found is told beside it.

use std::collections::BTreeSet;
use std::fmt;

use super::BuildError;
use super::Engine;
use super::node::NodeId;
use super::order;
use super::site::Site;
use super::update::file_name;
use crate::build::content::front_matter::SortBy;
use crate::build::source::Edit;
use crate::build::source::SourceTree;

/// Documents that carry their author's name, comments and tracked changes with them.
const OFFICE: [&str; 13] =
    ["doc", "docm", "docx", "odp", "ods", "odt", "pages", "ppt", "pptx", "rtf", "xls", "xlsm", "xlsx"];

/// Something that a person should look at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Warning {
    /// File in the source tree.
    pub path: String,
    /// What is the matter, and what to do.
    pub message: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.path, self.message)
    }
}

impl Engine {
    /// Warnings about the whole site, in order of path. It looks at every file: after an edit ask [`Engine::warnings_of`].
    pub fn warnings(&self) -> Vec<Warning> {
        self.site.files.keys().filter_map(|path| about(&self.site, path)).collect()
    }

    /// Warnings about the files that were edited, and about the pages of the sections that were.
    pub fn warnings_of(&self, edits: &[Edit]) -> Vec<Warning> {
        let library = &self.site.library;
        let mut paths: BTreeSet<&str> = BTreeSet::new();
        for edit in edits {
            paths.insert(&edit.path);
            let section = library.find_section(&edit.path);
            let places = section.and_then(|id| library.listed.get(&id)).into_iter().flatten();
            for folder in places.filter_map(|place| library.places.get(place)) {
                paths.extend(folder.pages.iter().map(|page| &*library.node(*page).source));
            }
        }
        paths.into_iter().filter_map(|path| about(&self.site, path)).collect()
    }

    /// Warnings about a site that is not rendered.
    ///
    /// # Errors
    /// The first source that cannot be used.
    pub fn inspect(source: SourceTree) -> Result<Vec<Warning>, BuildError> {
        Self::load(source).map(|(engine, _)| engine.warnings())
    }
}

fn about(site: &Site, path: &str) -> Option<Warning> {
    let message = match site.library.find(path) {
        Some(page) => not_placed(site, page)?,
        None => left_beside(site, path)?,
    };
    Some(Warning { path: path.to_owned(), message })
}

/// A page that lacks what its section sorts by.
fn not_placed(site: &Site, id: NodeId) -> Option<String> {
    let node = site.library.node(id);
    let page = node.page().filter(|page| page.meta.render)?;
    let (section, sort_by) = node.home.sections.iter().find_map(|section| {
        let section = site.library.node(*section).section()?;
        let sort_by = section.meta.sort_by;
        (!order::is_sortable(page, sort_by)).then_some((&section.file.path, sort_by))
    })?;
    let lacks = match sort_by {
        SortBy::Date => "date",
        SortBy::UpdateDate => "updated",
        SortBy::Title | SortBy::TitleBytes => "title",
        SortBy::Weight => "weight",
        SortBy::Slug | SortBy::Permalink | SortBy::None => return None,
    };
    let (fate_vi, fate) = match site.library.is_written(id) {
        true => ("không có trong danh sách đó", "is left out of that list"),
        false => ("không được công bố", "is not published"),
    };
    Some(format!(
        "`{section}` xếp trang theo `{lacks}` mà trang này không có nên {fate_vi}; hãy thêm `{lacks}` ở đầu trang, hoặc đổi `sort_by`. / \
         `{section}` sorts its pages by `{lacks}`, and this page has none, so it {fate}; add `{lacks}` to its head, or change \
         `sort_by`"
    ))
}

/// A file beside a page that is published with it and should hardly be.
fn left_beside(site: &Site, path: &str) -> Option<String> {
    let name = file_name(path);
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase())?;
    let is_lock = name.starts_with("~$") || name.starts_with(".~lock.") || extension == "tmp";
    let folder = if path.starts_with("static/") { "static/" } else { "content/" };
    let published = folder == "static/" || path.starts_with(folder) && is_published(site, path);
    if is_lock && published {
        let said = "phần mềm văn phòng để sót tệp này và nó sẽ ra công khai; hãy đóng văn bản rồi xóa tệp. / An office program left this file \
                    behind, and it is published; close the document and delete the file";
        return Some(said.to_owned());
    }
    (published && OFFICE.contains(&&*extension)).then(|| {
        format!(
            "tệp văn phòng này sẽ ra công khai nguyên trạng, kèm tên người viết, ghi chú và dấu vết sửa; hãy đăng bản PDF, hoặc chuyển khỏi \
             `{folder}`. / This office file is published as it is, with its author, comments and tracked changes; publish a PDF of it instead, \
             or move it out of `{folder}`"
        )
    })
}

/// True if a page or section above takes the file along.
fn is_published(site: &Site, path: &str) -> bool {
    let mut folder = path;
    while let Some((above, _)) = folder.rsplit_once('/') {
        folder = above;
        for lang in site.library.config.languages.keys() {
            let section = site.library.index_name(lang);
            let page = section.trim_start_matches('_');
            let owners = [format!("{folder}/{page}"), format!("{folder}/{section}")];
            let mut found = owners.iter().filter_map(|owner| site.library.find(owner));
            if found.any(|id| site.library.node(id).assets.sources.iter().any(|source| source == path)) {
                return true;
            }
        }
    }
    false
}
