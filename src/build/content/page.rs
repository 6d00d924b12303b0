//! A content file read: its head, its text, its address. Its Markdown is rendered later, when every address is known.

use super::config::SiteConfig;
use super::dates;
use super::error::ContentError;
use super::file::FileInfo;
use super::front_matter::PageFrontMatter;
use super::front_matter::SectionFrontMatter;
use super::front_matter::split;
use super::raw::Raw;
use super::slug::slugify;

/// A page: any `.md` file under `content/` that is not `_index.md`.
#[derive(Clone, Debug, PartialEq)]
pub struct ParsedPage {
    /// What its path says.
    pub file: FileInfo,
    /// Its head.
    pub meta: PageFrontMatter,
    /// Code of its language.
    pub lang: String,
    /// Its Markdown.
    pub raw: Raw,
    /// Line of the file on which `raw` starts, from 1.
    pub raw_line: usize,
    /// Last part of its address.
    pub slug: String,
    /// Its path on the site, with a slash at both ends.
    pub path: String,
    /// The parts of `path`.
    pub components: Vec<String>,
    /// Its absolute address.
    pub permalink: String,
}

/// A section: `_index.md`.
#[derive(Clone, Debug, PartialEq)]
pub struct ParsedSection {
    /// What its path says.
    pub file: FileInfo,
    /// Its head.
    pub meta: SectionFrontMatter,
    /// Code of its language.
    pub lang: String,
    /// Its Markdown.
    pub raw: Raw,
    /// Line of the file on which `raw` starts, from 1.
    pub raw_line: usize,
    /// Its path on the site, with a slash at both ends.
    pub path: String,
    /// The parts of `path`.
    pub components: Vec<String>,
    /// Its absolute address.
    pub permalink: String,
}

impl ParsedPage {
    /// Reads a page. `path` is its path in the source tree (`content/…`).
    ///
    /// # Errors
    /// A head that is missing, is not TOML, or has a key or value that Zola does not know.
    pub fn parse(path: &str, text: &str, config: &SiteConfig) -> Result<Self, ContentError> {
        let head = split(path, text)?;
        let mut meta = PageFrontMatter::parse(path, &head)?;
        let mut file = FileInfo::page(path);
        let lang = file.take_language(config)?;
        let named = name_for_slug(&file).to_owned();
        let dated = dates::of_file_name(&named);
        if let Some((date, _)) = dated {
            meta.take_file_date(date);
        }
        let undated = dated.and_then(|(_, rest)| rest).filter(|_| !config.slugify.paths_keep_dates);
        let slug_source = meta.slug.as_deref().or(undated).unwrap_or(&named);
        let slug = slugify(slug_source, config.slugify.paths);
        let path = page_path(&file, &meta, &slug, (lang != config.default_language).then_some(lang.as_str()));
        let (raw, raw_line) = (Raw::new(text, head.content), head.content_line);
        Ok(Self {
            components: components(&path),
            permalink: config.make_permalink(&path),
            file,
            meta,
            lang,
            raw,
            raw_line,
            slug,
            path,
        })
    }
}

impl ParsedSection {
    /// Reads a section. `path` is its path in the source tree (`content/…/_index.md`).
    ///
    /// # Errors
    /// A head that is missing, is not TOML, or has a key or value that Zola does not know.
    pub fn parse(path: &str, text: &str, config: &SiteConfig) -> Result<Self, ContentError> {
        let head = split(path, text)?;
        let meta = SectionFrontMatter::parse(path, &head)?;
        let mut file = FileInfo::section(path);
        let lang = file.take_language(config)?;
        let mut path = String::from("/");
        let prefix = (lang != config.default_language).then_some(lang.as_str());
        for part in prefix.into_iter().chain(file.components.iter().map(String::as_str)) {
            path.push_str(part);
            path.push('/');
        }
        let (raw, raw_line) = (Raw::new(text, head.content), head.content_line);
        Ok(Self {
            components: components(&path),
            permalink: config.make_permalink(&path),
            file,
            meta,
            lang,
            raw,
            raw_line,
            path,
        })
    }

    /// Whether it is the home page of its language.
    #[must_use]
    pub fn is_index(&self) -> bool {
        self.file.components.is_empty()
    }
}

/// The name of the file, or of its folder for `x/index.md`.
fn name_for_slug(file: &FileInfo) -> &str {
    if file.name != "index" {
        return &file.name;
    }
    file.path.rsplit('/').nth(1).unwrap_or(&file.name)
}

/// The path on the site; `lang` is given where it is not the default language.
fn page_path(file: &FileInfo, meta: &PageFrontMatter, slug: &str, lang: Option<&str>) -> String {
    let mut path = String::from("/");
    if let Some(own) = &meta.path {
        let own = own.trim();
        path.push_str(own.strip_prefix('/').unwrap_or(own));
    } else {
        let is_top_index =
            file.name == "index" && file.colocated_path.is_none() && file.components.is_empty();
        for part in lang.into_iter().chain(file.components.iter().map(String::as_str)) {
            path.push_str(part);
            path.push('/');
        }
        if !is_top_index {
            path.push_str(slug);
        }
    }
    if !path.ends_with('/') {
        path.push('/');
    }
    path
}

fn components(path: &str) -> Vec<String> {
    path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect()
}
