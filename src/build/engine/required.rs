//! What must be among a site's files, and what must not, before anything is read.

use super::error::BuildError;
use crate::build::content::config::SiteConfig;
use crate::build::source::SourceTree;

/// Checks a site's files, at a first build and after every edit.
///
/// # Errors
/// If a language has no home page, or if there is a theme.
pub fn check(config: &SiteConfig, files: &SourceTree) -> Result<(), BuildError> {
    if files.range("themes/".to_owned()..).next().is_some_and(|(path, _)| path.starts_with("themes/")) {
        let message = "themes are not implemented by niemyet's engine; copy the templates into `templates/`";
        return Err(BuildError::source("themes/", message));
    }
    for lang in config.languages.keys() {
        let name = if *lang == config.default_language {
            "_index.md".to_owned()
        } else {
            format!("_index.{lang}.md")
        };
        if !files.contains_key(&format!("content/{name}")) {
            let message = format!("`content/{name}` is missing; create it, if only with `+++` twice");
            return Err(BuildError::source("content/", message));
        }
    }
    Ok(())
}
