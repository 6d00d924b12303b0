//! Reference data from the disk, or from what the binary carries.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use walkdir::WalkDir;

use super::error::CliError;
use super::terminal::Terminal;
use crate::reference;
use crate::reference::Dataset;
use crate::reference::Problems;
use crate::reference::embedded;
use crate::timetable::LawVersion;

/// Files larger than this are no reference data.
const MAX_FILE: u64 = 16 << 20;

/// The files of a path: one file, or all below a folder; named as the caller named it.
pub fn read(path: &Path) -> Result<BTreeMap<String, Vec<u8>>, CliError> {
    let mut files = BTreeMap::new();
    for entry in WalkDir::new(path).sort_by_file_name() {
        let entry = entry.map_err(|error| {
            let path = error.path().unwrap_or(path).to_owned();
            CliError::file("read", path)(error.into())
        })?;
        let hidden = entry.depth() > 0 && entry.file_name().as_encoded_bytes().starts_with(b".");
        if !entry.file_type().is_file() || hidden {
            continue;
        }
        let failed = || CliError::file("read", entry.path());
        let size = entry.metadata().map_err(|error| failed()(error.into()))?.len();
        if size > MAX_FILE {
            let path = entry.path().display();
            return Err(CliError::Usage(format!(
                "{path} quá lớn, không phải dữ liệu gốc; hãy chọn thư mục khác. / {path} is too large to be reference data. Give another folder"
            )));
        }
        let bytes = fs::read(entry.path()).map_err(failed())?;
        files.insert(entry.path().display().to_string().replace('\\', "/"), bytes);
    }
    Ok(files)
}

/// The law versions that the binary carries.
pub fn laws(terminal: &mut Terminal) -> Result<Vec<LawVersion>, CliError> {
    embedded::laws().map_err(|problems| tell(&problems, terminal))
}

/// A data set: the folder `from`, or, if there is none, the one of that name that the binary carries.
pub fn dataset(from: &Path, laws: &[LawVersion], terminal: &mut Terminal) -> Result<Dataset, CliError> {
    let name = from.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let carried = embedded::datasets().iter().any(|carried| carried == name);
    let files = match (from.exists(), carried) {
        (true, _) => read(from)?,
        (false, true) => embedded::files(name),
        (false, false) => {
            let carried: Vec<String> =
                embedded::datasets().iter().map(|name| format!("data/{name}")).collect();
            return Err(CliError::Usage(format!(
                "{from} không phải là thư mục ở đây, cũng không phải bộ dữ liệu có sẵn. / {from} is neither a folder here nor a data set that the \
                 program carries. Có sẵn / Carried are: {}",
                carried.join(", "),
                from = from.display()
            )));
        }
    };
    refuse_several(from, &files)?;
    reference::parse(&files, laws).map_err(|problems| tell(&problems, terminal))
}

/// An office is set up from one election: a folder above several data sets does not say which.
fn refuse_several(from: &Path, files: &BTreeMap<String, Vec<u8>>) -> Result<(), CliError> {
    let sets: Vec<&str> = files.keys().filter_map(|path| path.strip_suffix("/election.toml")).collect();
    if sets.len() < 2 {
        return Ok(());
    }
    let (from, sets) = (from.display(), sets.join(", "));
    Err(CliError::Usage(format!(
        "{from} chứa nhiều bộ dữ liệu; hãy chọn một bộ bằng --from. / {from} holds several data sets. Give one of them with --from: {sets}"
    )))
}

/// Tells every problem and gives the error that says how many there are.
pub fn tell(problems: &Problems, terminal: &mut Terminal) -> CliError {
    for problem in &problems.0 {
        let object = serde_json::json!({
            "file": problem.file,
            "line": problem.line,
            "kind": problem.kind.code(),
            "what": problem.what,
            "remedy": problem.remedy,
        });
        terminal.finding(&object, &problem.to_string());
    }
    CliError::Problems { count: problems.0.len() }
}
