//! The programs that are compared, each as a process of its own.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

use super::Result;
use super::measure;
use super::measure::Sample;

/// A program that builds the site.
pub struct Peer {
    pub name: &'static str,
    program: PathBuf,
    first: Vec<String>,
}

impl Peer {
    /// The command that builds `project` into `out`.
    pub fn build(&self, project: &Path, out: &Path) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.first);
        match self.name {
            "zola" => command.arg("--root").arg(project).args(["build", "--force", "--output-dir"]).arg(out),
            "hugo" => command.arg("--source").arg(project.join("hugo")).arg("--destination").arg(out),
            _ => command.arg("--full").arg(project).arg(out),
        };
        command
    }

    /// What the start alone takes, for the program that runs inside another.
    pub fn start(&self) -> Option<Result<Sample>> {
        (!self.first.is_empty() && self.name == "zola")
            .then(|| measure::run(Command::new(&self.program).args(&self.first).arg("--version")))
    }
}

/// Zola (required), Hugo (if it is there) and ours.
pub fn installed() -> Result<Vec<Peer>> {
    let zola = match env::var_os("NIEMYET_ZOLA") {
        Some(own) => Peer { name: "zola", program: own.into(), first: Vec::new() },
        None => Peer {
            name: "zola",
            program: "node".into(),
            first: vec![concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tools/zola.mjs").to_owned()],
        },
    };
    let version = Command::new(&zola.program).args(&zola.first).arg("--version").output();
    if !version.is_ok_and(|output| output.status.success()) {
        return Err(
            "the real Zola is not there: run tests/run once, or set NIEMYET_ZOLA to a `zola` 0.22 program"
                .into(),
        );
    }
    let mut peers = vec![zola];
    if Command::new("hugo").arg("version").output().is_ok_and(|output| output.status.success()) {
        peers.push(Peer { name: "hugo", program: "hugo".into(), first: Vec::new() });
    }
    peers.push(Peer { name: "niemyet", program: env::current_exe()?, first: Vec::new() });
    Ok(peers)
}

/// Whether two folders hold the same files; nothing to compare for Hugo, whose templates are its own.
pub fn same_site(zola: &Path, other: &Path) -> Result<Option<bool>> {
    if other.ends_with("hugo") {
        return Ok(None);
    }
    Ok(Some(read(zola)? == read(other)?))
}

/// Every file below a folder, by its path.
pub fn read(folder: &Path) -> io::Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut files = BTreeMap::new();
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry?;
        if entry.file_type().is_file() {
            let path = entry.path().strip_prefix(folder).map_err(io::Error::other)?.to_owned();
            files.insert(path, fs::read(entry.path())?);
        }
    }
    Ok(files)
}
