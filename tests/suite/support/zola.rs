//! Builds a project with the real Zola, the reference for what our pages must be.

use std::env;
use std::ffi::OsString;
use std::fmt;
use std::io;
use std::path::Path;
use std::process::Command;

/// The environment variable that names a `zola` 0.22 program to use instead of the one from npm.
const OWN_ZOLA: &str = "NIEMYET_ZOLA";

/// The version whose output ours must equal.
const VERSION: &str = "zola 0.22";

/// Why the real Zola gave no site.
#[derive(Debug)]
pub enum ZolaError {
    /// The program did not start, or is not of the version we compare with.
    Missing(String),
    /// It ran and refused the project; what it said.
    Refused(String),
}

impl fmt::Display for ZolaError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(why) => write!(
                out,
                "the real {VERSION} is needed for this comparison and is not there: {why}\n\
                 Run tests/run once (it installs Zola in tests/tools), or set {OWN_ZOLA} to a `zola` program."
            ),
            Self::Refused(said) => write!(out, "Zola refused the project:\n{said}"),
        }
    }
}

impl std::error::Error for ZolaError {}

/// Builds the Zola project in `project` into `out`, which must not exist or be empty. Never skips: without Zola it fails.
pub fn build(project: &Path, out: &Path) -> Result<(), ZolaError> {
    let version = run(&["--version".into()])?;
    if !version.starts_with(VERSION) {
        return Err(ZolaError::Missing(format!("found {:?}", version.trim())));
    }
    let arguments = [
        "--root".into(),
        project.into(),
        "build".into(),
        "--force".into(),
        "--output-dir".into(),
        out.into(),
    ];
    run(&arguments).map(|_| ())
}

/// The program that runs Zola, and its first arguments.
pub fn command() -> Command {
    if let Some(own) = env::var_os(OWN_ZOLA) {
        return Command::new(own);
    }
    let mut command = Command::new("node");
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tools/zola.mjs"));
    command
}

fn run(arguments: &[OsString]) -> Result<String, ZolaError> {
    let missing = |error: io::Error| ZolaError::Missing(error.to_string());
    let output = command().args(arguments).output().map_err(missing)?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() {
        return Ok(text(&output.stdout));
    }
    let said = text(&output.stderr);
    if said.contains("zola.mjs: Zola is not installed") || said.contains("Cannot find module") {
        return Err(ZolaError::Missing(said));
    }
    Err(ZolaError::Refused(format!("{}{said}", text(&output.stdout))))
}
