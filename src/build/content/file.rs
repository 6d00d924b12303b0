//! What the path of a source file says about the page: its section, its language, its companions in other languages.

use super::config::SiteConfig;
use super::error::ContentError;

/// A file under `content/`. Every path is relative to the project and separated by `/`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileInfo {
    /// Path in the source tree: `content/lich/ngay-bau-cu.en.md`.
    pub path: String,
    /// `ngay-bau-cu.en.md`.
    pub filename: String,
    /// `ngay-bau-cu`: no extension, no language code. `_index` for a section.
    pub name: String,
    /// Path from `content/`, with the language code: `lich/ngay-bau-cu.en.md`.
    pub relative: String,
    /// For `x/index.md`: `x/`, the folder (from `content/`) whose other files belong to the page.
    pub colocated_path: Option<String>,
    /// Folder of the section that the page belongs to, or the section's own folder: `content/lich`.
    pub parent: String,
    /// Folder above `parent`; only for sections.
    pub grand_parent: Option<String>,
    /// Folders from `content/` to the section: `["lich"]`.
    pub components: Vec<String>,
    /// `parent` and name without language: equal for the versions of one page in several languages.
    pub canonical: String,
}

impl FileInfo {
    /// Reads the path of a page.
    #[must_use]
    pub fn page(path: &str) -> Self {
        let mut info = Self::any(path);
        let is_colocated = info.name.split('.').next() == Some("index") && !info.components.is_empty();
        if is_colocated {
            info.colocated_path = Some(format!("{}/", info.components.join("/")));
            info.components.pop();
            info.parent = folder_of(&info.parent).to_owned();
        }
        info
    }

    /// Reads the path of a section (`…/_index.md`).
    #[must_use]
    pub fn section(path: &str) -> Self {
        let mut info = Self::any(path);
        info.grand_parent = info.parent.contains('/').then(|| folder_of(&info.parent).to_owned());
        info
    }

    fn any(path: &str) -> Self {
        let parent = folder_of(path);
        let filename = path.rsplit('/').next().unwrap_or(path);
        let name = stem(filename);
        let components: Vec<String> =
            parent.split('/').skip_while(|part| *part != "content").skip(1).map(str::to_owned).collect();
        let mut relative = components.join("/");
        if !relative.is_empty() {
            relative.push('/');
        }
        relative.push_str(name);
        relative.push_str(".md");
        Self {
            path: path.to_owned(),
            filename: filename.to_owned(),
            name: name.to_owned(),
            relative,
            colocated_path: None,
            parent: parent.to_owned(),
            grand_parent: None,
            components,
            canonical: format!("{parent}/{name}"),
        }
    }

    /// Takes the language code off the name and returns it; the default language where there is none.
    ///
    /// # Errors
    /// A code that the configuration does not list.
    pub fn take_language(&mut self, config: &SiteConfig) -> Result<String, ContentError> {
        let default = config.default_language.as_str();
        let Some((name, code)) = self.name.split_once('.').filter(|_| config.is_multilingual()) else {
            return Ok(default.to_owned());
        };
        // Zola leaves the code of the default language in the name, and so in the address.
        if code == default {
            return Ok(default.to_owned());
        }
        if !config.languages.contains_key(code) {
            return Err(ContentError::invalid(
                &self.path,
                1,
                format!("the file name has the language code `{code}`, which config.toml does not list"),
                format!("add [languages.{code}] to config.toml or rename the file"),
            ));
        }
        let (name, code) = (name.to_owned(), code.to_owned());
        self.canonical = format!("{}/{name}", folder_of(&self.path));
        self.name = name;
        Ok(code)
    }
}

/// The folder of a path, empty at the top.
pub(crate) fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// A file name without its last extension.
fn stem(filename: &str) -> &str {
    filename.rsplit_once('.').map_or(filename, |(stem, _)| stem)
}
