//! `niemyet.toml` and `NIEMYET_…`: one typed value, read once, unknown keys refused.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::Path;

use chrono::NaiveDate;
use serde::Deserialize;

/// Name of the settings file in the working folder.
pub const FILE: &str = "niemyet.toml";

/// What a new working folder's settings file says.
pub const TEMPLATE: &str = "\
# Settings of this working folder. Each can also be given as NIEMYET_BASE_URL and so on, which wins over this file.

# Address under which the public reads the site; without it the one of site/config.toml stands.
# base_url = \"https://example.org\"

# The day that \"next dates\" counts from; without it, today in Asia/Ho_Chi_Minh.
# as_of = 2021-03-05

# Releases that are kept besides the current one.
# keep_releases = 20

# Address that `niemyet serve` listens on.
# listen = \"127.0.0.1:8080\"
";

/// The settings of a working folder. None of them is secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Public address of the site, `http` or `https`, without a slash at the end.
    pub base_url: Option<String>,
    /// The day that "next dates" counts from.
    pub as_of: Option<NaiveDate>,
    /// Releases kept.
    pub keep_releases: NonZeroUsize,
    /// Address that `serve` listens on.
    pub listen: SocketAddr,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            base_url: None,
            as_of: None,
            keep_releases: NonZeroUsize::MIN.saturating_add(19),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
        }
    }
}

/// A setting that cannot be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The file is not what we read.
    #[error("{file}:{line}: {what}. Settings are: base_url, as_of, keep_releases, listen")]
    File {
        /// The file.
        file: String,
        /// Line in it.
        line: usize,
        /// What is wrong.
        what: String,
    },
    /// A value is not what its setting takes.
    #[error("{place}: `{value}` is not {expected}. Correct it and repeat the command")]
    Value {
        /// File and key, or the environment variable.
        place: String,
        /// The value.
        value: String,
        /// What it should be.
        expected: &'static str,
    },
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    base_url: Option<String>,
    as_of: Option<toml::value::Datetime>,
    keep_releases: Option<i64>,
    listen: Option<String>,
}

impl Config {
    /// Reads the settings: first the file's text, if there is one, then the environment, which wins.
    pub fn read(
        file: Option<(&Path, &str)>,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, ConfigError> {
        let mut config = Self::default();
        if let Some((path, text)) = file {
            let path = path.display().to_string();
            let raw: Raw = toml::from_str(text).map_err(|error| {
                let start = error.span().map_or(0, |span| span.start).min(text.len());
                let line = text.as_bytes()[..start].iter().filter(|byte| **byte == b'\n').count() + 1;
                // The parser's own words may end in a list or an "expected"; one line is enough beside the line number.
                let what = error.message().lines().collect::<Vec<_>>().join(", ");
                ConfigError::File { file: path.clone(), line, what }
            })?;
            config.take("base_url", raw.base_url, &path)?;
            config.take("as_of", raw.as_of.map(|date| date.to_string()), &path)?;
            config.take("keep_releases", raw.keep_releases.map(|count| count.to_string()), &path)?;
            config.take("listen", raw.listen, &path)?;
        }
        for key in ["base_url", "as_of", "keep_releases", "listen"] {
            let name = format!("NIEMYET_{}", key.to_uppercase());
            config.take(key, variable(&name), "the environment")?;
        }
        Ok(config)
    }

    fn take(&mut self, key: &str, value: Option<String>, place: &str) -> Result<(), ConfigError> {
        let Some(value) = value else {
            return Ok(());
        };
        let refused = |expected| ConfigError::Value {
            place: format!("{place}: {key}"),
            value: value.clone(),
            expected,
        };
        match key {
            "base_url" => {
                let url =
                    base_url(&value).ok_or_else(|| refused("an address such as https://example.org"))?;
                self.base_url = Some(url);
            }
            "as_of" => {
                let date = value.parse().map_err(|_| refused("a date such as 2021-03-05"))?;
                self.as_of = Some(date);
            }
            "keep_releases" => {
                self.keep_releases = value.parse().map_err(|_| refused("a number from 1 up"))?;
            }
            _ => {
                self.listen =
                    value.parse().map_err(|_| refused("an address and port such as 127.0.0.1:8080"))?;
            }
        }
        Ok(())
    }
}

/// A public address in the form that pages use, or `None` if it is none.
fn base_url(text: &str) -> Option<String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    // It is written into every page and into the site's TOML: nothing that could end a string or a tag.
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/[]%".contains(c);
    let host = rest.split('/').next()?;
    (!host.is_empty() && rest.chars().all(plain)).then(|| text.trim_end_matches('/').to_owned())
}
