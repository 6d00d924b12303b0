//! Documents at their approved heads + the site's source → the complete Zola project, and the record of what went in.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use sha2::Digest;
use sha2::Sha256;

use super::documents::Documents;
use crate::build::records::Sources;
use crate::build::source::SourceTree;
use crate::document::Content;
use crate::document::Contents;
use crate::document::DocumentError;
use crate::document::Key;
use crate::document::format_heads;
use crate::document::parse_heads;
use crate::policy::public::PublicError;
use crate::policy::public::PublicRecords;
use crate::policy::public::Shown;
use crate::release::Inputs;
use crate::release::manifest;
use crate::timetable::LawVersion;
use crate::timetable::TimetableError;

/// Version of niemyet, which decides with the inputs what the bytes of a release are.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Why there is no project to build.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// No publication document.
    #[error(
        "thư mục không có văn bản `publication` nên chưa có gì được duyệt; hãy phục hồi bản sao lưu, hoặc chạy `niemyet init` ở thư mục mới. / \
         The folder holds no `publication`, so nothing is approved. Restore it, or run `niemyet init` in a new folder"
    )]
    NoPublication,
    /// A document cannot be read at its heads.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// What is approved cannot be made public.
    #[error(transparent)]
    Public(#[from] PublicError),
    /// The calendar.
    #[error(transparent)]
    Timetable(#[from] TimetableError),
}

/// What a build needs besides documents and site.
#[derive(Clone, Copy, Debug)]
pub struct Settings<'a> {
    /// What was read of documents lately.
    pub contents: &'a Contents,
    /// The known law versions.
    pub laws: &'a [LawVersion],
    /// The day that "next dates" counts from.
    pub as_of: NaiveDate,
    /// Address of the site, if it overrides the one of `config.toml`.
    pub base_url: Option<&'a str>,
    /// Name and version of the engine, for the record.
    pub engine: &'a str,
}

/// A project and the record of its inputs.
#[derive(Clone, Debug)]
pub struct Project {
    /// Every file of the Zola project.
    pub tree: SourceTree,
    /// What it was made from.
    pub inputs: Inputs,
}

/// What is made from documents, before it is laid over the site.
#[derive(Clone, Debug)]
pub struct Generated {
    sources: Sources,
    /// The generated files.
    pub files: SourceTree,
    /// Heads of every document that went in.
    pub documents: BTreeMap<String, Vec<String>>,
}

/// The project of what is approved now.
pub fn current(
    documents: &mut Documents,
    site: &SourceTree,
    settings: Settings<'_>,
) -> Result<Project, ProjectError> {
    let (shown, heads) = shown(documents, settings.contents)?;
    Ok(lay(&generate((&shown, &heads), documents, settings, None)?, site, settings))
}

/// What `publication` shows now, and its heads.
pub fn shown(documents: &mut Documents, contents: &Contents) -> Result<(Shown, Vec<String>), ProjectError> {
    let document = documents.get_mut(&Key::Publication).ok_or(ProjectError::NoPublication)?;
    let heads = format_heads(&document.heads());
    let content = contents.at(&Key::Publication, &document.heads(), || document.content())?;
    let Content::Publication(publication) = &*content else {
        return Err(ProjectError::NoPublication);
    };
    let now = |key: &Key| documents.get_mut(key).map(|document| format_heads(&document.heads()));
    Ok((Shown::now(publication, now), heads))
}

/// The project from which a release was made, by the heads that it recorded.
pub fn recorded(
    documents: &Documents,
    inputs: &Inputs,
    site: &SourceTree,
    settings: Settings<'_>,
) -> Result<Project, ProjectError> {
    let document = documents.get(&Key::Publication).ok_or(ProjectError::NoPublication)?;
    let heads = inputs.documents.get(Key::Publication.kind().word()).map(Vec::as_slice).unwrap_or_default();
    let Content::Publication(publication) = document.at_heads(&parse_heads(heads)?)? else {
        return Err(ProjectError::NoPublication);
    };
    let shown = Shown::recorded(&publication, &inputs.documents);
    Ok(lay(&generate((&shown, heads), documents, settings, None)?, site, settings))
}

/// The files that are made of documents: what is shown, and the heads of `publication` that say so. Those of `before` go on where
/// nothing that they were made of has moved.
pub fn generate(
    (shown, heads): (&Shown, &[String]),
    documents: &Documents,
    settings: Settings<'_>,
    before: Option<&Generated>,
) -> Result<Generated, ProjectError> {
    let records = PublicRecords::new(shown, (documents, settings.contents), settings.laws, settings.as_of)?;
    let approved = shown.items().iter().map(|(key, shown)| (key.to_string(), shown.heads.clone()));
    let sources = Sources::new(records, before.map(|before| &before.sources))?;
    Ok(Generated {
        files: sources.files(),
        sources,
        documents: approved.chain([(Key::Publication.to_string(), heads.to_vec())]).collect(),
    })
}

/// The whole project: generated files over the site's own.
pub fn lay(generated: &Generated, site: &SourceTree, settings: Settings<'_>) -> Project {
    let mut tree = site.clone();
    tree.extend(generated.files.iter().map(|(path, bytes)| (path.clone(), Arc::clone(bytes))));
    if let Some(config) = config(site, settings.base_url) {
        tree.insert(CONFIG.to_owned(), config);
    }
    Project { tree, inputs: inputs(generated, &hash(site), settings) }
}

/// The record of what goes into a build; `site` is the site's hash.
pub fn inputs(generated: &Generated, site: &str, settings: Settings<'_>) -> Inputs {
    Inputs {
        as_of: settings.as_of.to_string(),
        base_url: settings.base_url.map(str::to_owned),
        documents: generated.documents.clone(),
        site: site.to_owned(),
        niemyet: VERSION.to_owned(),
        engine: settings.engine.to_owned(),
    }
}

/// Settings of the site, in its source.
pub const CONFIG: &str = "config.toml";

/// The site's settings with another address, if it has any and another is wanted.
pub fn config(site: &SourceTree, base_url: Option<&str>) -> Option<Arc<[u8]>> {
    let (bytes, url) = (site.get(CONFIG)?, base_url?);
    Some(Arc::from(with_base_url(&String::from_utf8_lossy(bytes), url).into_bytes()))
}

/// SHA-256 over the site's paths and bytes, each with its length before it so that no two trees give one input.
pub fn hash(site: &SourceTree) -> String {
    let mut hasher = Sha256::new();
    for (path, bytes) in site {
        hasher.update((path.len() as u64).to_be_bytes());
        hasher.update(path);
        hasher.update((bytes.len() as u64).to_be_bytes());
        hasher.update(bytes);
    }
    manifest::hex(&hasher.finalize().into())
}

/// The site's settings with another address, every other line where it was: messages name lines of this file.
fn with_base_url(config: &str, url: &str) -> String {
    let line = format!("base_url = \"{url}\"");
    let mut found = false;
    let mut in_table = false;
    let mut lines: Vec<&str> = Vec::new();
    for text in config.lines() {
        in_table |= text.trim_start().starts_with('[');
        let key = text.split('=').next().unwrap_or_default().trim();
        if !in_table && !found && key == "base_url" && text.contains('=') {
            found = true;
            lines.push(&line);
        } else {
            lines.push(text);
        }
    }
    if !found {
        lines.insert(0, &line);
    }
    lines.join("\n") + "\n"
}
