//! `niemyet.toml` and `NIEMYET_…`: one typed value, read once, unknown keys refused.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::Path;

use chrono::NaiveDate;
use niemyet_sync::http::Origin;
use toml::Spanned;
use toml::Value;

use crate::document::key::BodyId;

/// Name of the settings file in the working folder.
pub const FILE: &str = "niemyet.toml";

/// What a new working folder's settings file says.
pub const TEMPLATE: &str = "\
# Settings of this working folder. Each can also be given as NIEMYET_BASE_URL and so on, which wins over this file.

# Address under which the public reads the site; without it the one of site/config.toml stands.
# base_url = \"https://example.org\"

# The day that \"next dates\" counts from; without it, today in Asia/Ho_Chi_Minh.
# as_of = 2021-03-05

# Releases that are kept besides the current one: the newest, and as many of those that somebody asked for or went back to.
# keep_releases = 20

# Address that `niemyet serve` listens on.
# listen = \"127.0.0.1:8080\"

# Address under which browsers and offices reach this server, if it is not the one above: https, through a proxy that ends TLS.
# origin = \"https://example.org\"

# The body for which this folder edits tasks and reports, by its id in the election.
# body = \"team_security\"

# Proxies whose X-Forwarded-For is believed.
# proxies = [\"127.0.0.1\"]

# Connections of offices at once, in all and of one account.
# sync_connections = 4096
# sync_connections_per_account = 64

# The longest message of an office, in MiB; the new changes of one account in a minute, after its first 100,000: more wait.
# sync_message_mib = 16
# sync_changes_per_minute = 12000

# Documents that one account may begin.
# sync_documents_per_account = 20000

# Memory for documents and messages of all offices, in MiB, at least 32 times the longest message: a half for documents, a quarter for what
# waits to be sent, the rest for what arrives. Nobody more is let in while it is used up. And the seconds after which a document that
# nobody uses leaves it.
# sync_memory_mib = 2048
# sync_idle_seconds = 300

# Characters of a password at least, and days that a login in a browser lasts.
# password_shortest = 12
# session_days = 14
";

/// The settings of a working folder. None of them is secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Public address of the site, `http` or `https`, without a slash at the end.
    pub base_url: Option<String>,
    /// The day that "next dates" counts from.
    pub as_of: Option<NaiveDate>,
    /// Releases kept: of the newest, and of those that somebody chose.
    pub keep_releases: NonZeroUsize,
    /// Address that `serve` listens on.
    pub listen: SocketAddr,
    /// Where browsers and offices find the server.
    pub origin: Option<Origin>,
    /// The body for which tasks and reports are edited.
    pub body: Option<BodyId>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub proxies: Vec<IpAddr>,
    /// What differs from the defaults of the sync server.
    pub sync: SyncConfig,
}

/// Settings of the sync server; without one, the server's own default stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SyncConfig {
    /// Connections at once.
    pub connections: Option<usize>,
    /// Connections of one account at once.
    pub connections_per_account: Option<usize>,
    /// Bytes of the longest message.
    pub message_bytes: Option<usize>,
    /// Changes of an account in a minute.
    pub changes_per_minute: Option<u32>,
    /// Documents that one account may begin.
    pub documents_per_account: Option<u64>,
    /// Bytes of memory for documents and messages of all.
    pub memory_bytes: Option<usize>,
    /// Milliseconds after which a document that nobody uses leaves memory.
    pub idle: Option<i64>,
    /// Characters of a password at least.
    pub password_shortest: Option<usize>,
    /// Milliseconds that a login in a browser lasts.
    pub session_lasts: Option<i64>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            base_url: None,
            as_of: None,
            keep_releases: NonZeroUsize::MIN.saturating_add(19),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            origin: None,
            body: None,
            proxies: Vec::new(),
            sync: SyncConfig::default(),
        }
    }
}

/// A setting that cannot be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The file is not TOML.
    #[error(
        "{file}:{line}: dòng này không đọc được; hãy sửa: văn bản để trong dấu nháy (base_url = \"https://example.org\"), ngày và số thì không \
         (as_of = 2021-03-05). / {file}:{line}: {what}. Correct this line: texts stand in quotes (base_url = \"https://example.org\"), days \
         and numbers do not (as_of = 2021-03-05)"
    )]
    Syntax {
        /// The file.
        file: String,
        /// Line in it.
        line: usize,
        /// What is wrong.
        what: String,
    },
    /// There is no such setting.
    #[error(
        "{file}:{line}: không có mục cấu hình `{name}`; hãy sửa tên hoặc bỏ dòng này. / {file}:{line}: unknown setting `{name}`; correct its \
         name or take the line out. Các mục / Settings are: {}",
        names()
    )]
    Unknown {
        /// The file.
        file: String,
        /// Line in it.
        line: usize,
        /// Its name.
        name: String,
    },
    /// A value is not what its setting takes.
    #[error(
        "{place}: `{value}` không dùng được; cần {}. Hãy sửa rồi chạy lại. / {place}: `{value}` is not {}. Correct it and repeat the command",
        expected.0, expected.1
    )]
    Value {
        /// File, line and setting, or the environment variable.
        place: String,
        /// The value.
        value: String,
        /// What it should be, in both languages.
        expected: (&'static str, &'static str),
    },
}

/// A setting: its name, what it takes in both languages, and how it is taken.
struct Key {
    name: &'static str,
    expected: (&'static str, &'static str),
    take: fn(&mut Config, &str) -> Option<()>,
}

const fn key(
    name: &'static str,
    expected: (&'static str, &'static str),
    take: fn(&mut Config, &str) -> Option<()>,
) -> Key {
    Key { name, expected, take }
}

const KEYS: &[Key] = &[
    key(
        "base_url",
        ("một địa chỉ như https://example.org", "an address such as https://example.org"),
        |config, text| base_url(text).map(|url| config.base_url = Some(url)),
    ),
    key(
        "as_of",
        ("một ngày có thật, ví dụ as_of = 2021-03-05", "a date that exists, for example as_of = 2021-03-05"),
        |config, text| text.parse().ok().map(|date| config.as_of = Some(date)),
    ),
    key("keep_releases", ("một số từ 1 trở lên", "a number from 1 up"), |config, text| {
        text.parse().ok().map(|count| config.keep_releases = count)
    }),
    key(
        "listen",
        ("địa chỉ và cổng như 127.0.0.1:8080", "an address and port such as 127.0.0.1:8080"),
        |config, text| text.parse().ok().map(|address| config.listen = address),
    ),
    key(
        "origin",
        (
            "https://host, hoặc http://127.0.0.1:port nếu chỉ dùng trên máy này, không kèm đường dẫn",
            "https://host, or http://127.0.0.1:port for this machine alone, without a path",
        ),
        |config, text| Origin::parse(text).ok().map(|origin| config.origin = Some(origin)),
    ),
    key(
        "body",
        ("mã của một cơ quan, ví dụ team_security", "the id of a body, such as team_security"),
        |config, text| BodyId::new(text).ok().map(|body| config.body = Some(body)),
    ),
    key(
        "proxies",
        (
            "các địa chỉ như 127.0.0.1, cách nhau bằng dấu phẩy",
            "addresses such as 127.0.0.1, with commas between",
        ),
        |config, text| {
            let addresses = text.split(',').map(str::trim).filter(|text| !text.is_empty()).map(str::parse);
            addresses.collect::<Result<_, _>>().ok().map(|addresses| config.proxies = addresses)
        },
    ),
    key(
        "sync_connections",
        ("một số từ 1 đến 1000000", "a number from 1 to 1000000"),
        |config, text| number(text, 1_000_000).map(|count| config.sync.connections = Some(count)),
    ),
    key(
        "sync_connections_per_account",
        ("một số từ 1 đến 1000000", "a number from 1 to 1000000"),
        |config, text| number(text, 1_000_000).map(|count| config.sync.connections_per_account = Some(count)),
    ),
    key("sync_message_mib", ("một số từ 1 đến 1024", "a number from 1 to 1024"), |config, text| {
        number(text, 1024).map(|mib: usize| config.sync.message_bytes = Some(mib << 20))
    }),
    key(
        "sync_changes_per_minute",
        ("một số từ 1 đến 10000000", "a number from 1 to 10000000"),
        |config, text| number(text, 10_000_000).map(|count| config.sync.changes_per_minute = Some(count)),
    ),
    key(
        "sync_documents_per_account",
        ("một số từ 1 đến 10000000", "a number from 1 to 10000000"),
        |config, text| number(text, 10_000_000).map(|count| config.sync.documents_per_account = Some(count)),
    ),
    key(
        "sync_memory_mib",
        ("một số từ 32 đến 1048576", "a number from 32 to 1048576"),
        |config, text| {
            let mib = number(text, 1 << 20).filter(|mib: &usize| *mib >= 32);
            mib.map(|mib| config.sync.memory_bytes = Some(mib << 20))
        },
    ),
    key(
        "sync_idle_seconds",
        ("một số từ 1 đến 86400", "a number from 1 to 86400"),
        |config, text| number(text, 86_400).map(|seconds: i64| config.sync.idle = Some(seconds * 1_000)),
    ),
    // Fewer than 8 characters no norm allows (NIST SP 800-63B, 5.1.1); more than 64 a person may not be asked for.
    key("password_shortest", ("một số từ 8 đến 64", "a number from 8 to 64"), |config, text| {
        number(text, 64).filter(|count| *count >= 8).map(|count| config.sync.password_shortest = Some(count))
    }),
    key("session_days", ("một số từ 1 đến 365", "a number from 1 to 365"), |config, text| {
        number(text, 365).map(|days: i64| config.sync.session_lasts = Some(days * 86_400_000))
    }),
];

fn names() -> String {
    KEYS.iter().map(|key| key.name).collect::<Vec<_>>().join(", ")
}

/// A number from 1 to `most`.
fn number<N: std::str::FromStr + PartialOrd + From<u8>>(text: &str, most: N) -> Option<N> {
    text.parse().ok().filter(|number| *number >= N::from(1) && *number <= most)
}

/// A value of the file as the environment would give it.
fn plain(value: Value) -> String {
    match value {
        Value::String(text) => text,
        Value::Array(values) => values.into_iter().map(plain).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

impl Config {
    /// Reads the settings: first the file's text, if there is one, then the environment, which wins.
    pub fn read(
        file: Option<(&Path, &str)>,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, ConfigError> {
        let mut config = Self::default();
        if let Some((path, text)) = file {
            let file = path.display().to_string();
            let line = |start: usize| {
                text.as_bytes()[..start.min(text.len())].iter().filter(|byte| **byte == b'\n').count() + 1
            };
            let entries: BTreeMap<Spanned<String>, Spanned<Value>> =
                toml::from_str(text).map_err(|error| {
                    // The parser's own words may end in a list or an "expected"; one line is enough beside the line number.
                    let what = error.message().lines().collect::<Vec<_>>().join(", ");
                    ConfigError::Syntax {
                        file: file.clone(),
                        line: line(error.span().map_or(0, |span| span.start)),
                        what,
                    }
                })?;
            for (name, value) in entries {
                let line = line(name.span().start);
                let name = name.into_inner();
                let Some(key) = KEYS.iter().find(|key| key.name == name) else {
                    return Err(ConfigError::Unknown { file, line, name });
                };
                config.take(key, &plain(value.into_inner()), format!("{file}:{line}: {name}"))?;
            }
        }
        for key in KEYS {
            let name = format!("NIEMYET_{}", key.name.to_uppercase());
            if let Some(value) = variable(&name) {
                config.take(key, &value, name)?;
            }
        }
        Ok(config)
    }

    fn take(&mut self, key: &Key, value: &str, place: String) -> Result<(), ConfigError> {
        (key.take)(self, value).ok_or_else(|| ConfigError::Value {
            place,
            value: value.to_owned(),
            expected: key.expected,
        })
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
