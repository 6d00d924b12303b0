//! The working folder and where everything lies in it.

use std::fs;
use std::io;
use std::path::Path;

use super::FolderError;
use crate::config;
use crate::config::Config;

/// Folder of the site's source, a Zola site that officials may edit.
pub const SITE: &str = "site";
/// Folder of the releases.
pub const RELEASES: &str = "releases";

/// A path as it can be typed in a shell: in single quotes where it holds more than plain characters.
pub fn typed(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_alphanumeric() || "-_./+,:@%=".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text;
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// The settings of a folder that is still to be set up: what the environment says.
pub fn environment() -> Result<Config, FolderError> {
    Ok(Config::read(None, |name| std::env::var(name).ok())?)
}

/// The settings of a working folder, the environment included.
pub fn config(dir: &Path) -> Result<Config, FolderError> {
    let path = dir.join(config::FILE);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(FolderError::NotAFolder { dir: dir.to_owned() });
        }
        Err(source) => return Err(FolderError::Io { action: "read", path, source }),
    };
    Ok(Config::read(Some((&path, &text)), |name| std::env::var(name).ok())?)
}
