//! Folders as values: read one whole, and say where two differ.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

/// The files of a folder: path (relative, `/`-separated) to bytes.
pub type Tree = BTreeMap<String, Vec<u8>>;

/// How many differing files a report shows.
const SHOWN: usize = 8;

/// Reads every file below `folder`.
pub fn read(folder: &Path) -> io::Result<Tree> {
    let mut tree = Tree::new();
    for entry in walkdir::WalkDir::new(folder).sort_by_file_name() {
        let entry = entry?;
        if entry.file_type().is_file() {
            let relative = entry.path().strip_prefix(folder).map_err(io::Error::other)?;
            let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
            tree.insert(parts.join("/"), fs::read(entry.path())?);
        }
    }
    Ok(tree)
}

/// Writes every file of a tree below `folder`, creating folders as needed.
pub fn write(folder: &Path, tree: &Tree) -> io::Result<()> {
    for (path, bytes) in tree {
        let target = folder.join(path);
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(target, bytes)?;
    }
    Ok(())
}

/// `None` if both trees hold the same files with the same bytes; otherwise which files differ and where each first does.
pub fn difference(expected: (&str, &Tree), actual: (&str, &Tree)) -> Option<String> {
    let ((expected_name, expected), (actual_name, actual)) = (expected, actual);
    let mut found = Vec::new();
    for (path, bytes) in expected {
        match actual.get(path) {
            None => found.push(format!("{path}: only in {expected_name}\n")),
            Some(other) if other != bytes => {
                found.push(format!(
                    "{path}: {}",
                    first_difference((expected_name, bytes), (actual_name, other))
                ));
            }
            Some(_) => {}
        }
    }
    for path in actual.keys().filter(|path| !expected.contains_key(*path)) {
        found.push(format!("{path}: only in {actual_name}\n"));
    }
    if found.is_empty() {
        return None;
    }
    let mut report = format!("{} of {} files differ\n", found.len(), expected.len().max(actual.len()));
    for one in found.iter().take(SHOWN) {
        report.push_str(one);
    }
    if found.len() > SHOWN {
        let _ = writeln!(report, "… and {} more", found.len() - SHOWN);
    }
    Some(report)
}

/// Panics with the report of [`difference`] unless both trees are equal.
pub fn assert_equal(expected: (&str, &Tree), actual: (&str, &Tree)) {
    if let Some(report) = difference(expected, actual) {
        panic!("{report}");
    }
}

/// The first line in which two files differ, from both sides; for other than text the first byte.
fn first_difference(expected: (&str, &[u8]), actual: (&str, &[u8])) -> String {
    let at = expected.1.iter().zip(actual.1).position(|(left, right)| left != right);
    let at = at.unwrap_or(expected.1.len().min(actual.1.len()));
    let (Ok(left), Ok(right)) = (std::str::from_utf8(expected.1), std::str::from_utf8(actual.1)) else {
        return format!("byte {at} differs ({} and {} bytes)\n", expected.1.len(), actual.1.len());
    };
    let line = expected.1[..at].iter().filter(|byte| **byte == b'\n').count();
    let width = expected.0.len().max(actual.0.len());
    let mut report = format!("line {} differs\n", line + 1);
    for (name, text) in [(expected.0, left), (actual.0, right)] {
        let shown = text
            .split('\n')
            .nth(line)
            .map_or_else(|| "(no such line)".to_owned(), |line| window(line, at, text));
        let _ = writeln!(report, "  {name:>width$} │ {shown}");
    }
    report
}

/// The part of a line around byte `at` of the text, so that a long line stays readable.
fn window(line: &str, at: usize, text: &str) -> String {
    const AROUND: usize = 80;
    let start = line.as_ptr() as usize - text.as_ptr() as usize;
    let column = at.saturating_sub(start).min(line.len());
    let from = line.floor_char_boundary(column.saturating_sub(AROUND));
    let to = line.ceil_char_boundary((column + AROUND).min(line.len()));
    let (left, right) = (if from > 0 { "…" } else { "" }, if to < line.len() { "…" } else { "" });
    format!("{left}{:?}{right}", &line[from..to])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &str)]) -> Tree {
        files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect()
    }

    #[test]
    fn equal_trees_have_no_difference() {
        let one = tree(&[("a", "x"), ("b/c", "y")]);
        assert_eq!(difference(("zola", &one), ("ours", &one.clone())), None);
    }

    #[test]
    fn a_difference_names_file_line_and_both_sides() {
        let zola = tree(&[("a.html", "một\nhai\nba"), ("chỉ-zola", "")]);
        let ours = tree(&[("a.html", "một\nhải\nba"), ("chỉ-ta", "")]);
        let report = difference(("zola", &zola), ("ours", &ours)).expect("they differ");
        assert!(report.starts_with("3 of 2 files differ\n"), "{report}");
        for part in [
            "a.html: line 2",
            "zola │ \"hai\"",
            "ours │ \"hải\"",
            "chỉ-zola: only in zola",
            "chỉ-ta: only in ours",
        ] {
            assert!(report.contains(part), "{part:?} is missing from\n{report}");
        }
    }

    #[test]
    fn a_missing_end_is_a_difference() {
        let report = difference(("zola", &tree(&[("a", "x\ny")])), ("ours", &tree(&[("a", "x")])))
            .expect("they differ");
        assert!(report.contains("a: line 1 differs"), "{report}");
    }

    #[test]
    fn a_written_tree_reads_back() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let files = tree(&[("ngày bầu cử.md", "x"), ("b/c", "y")]);
        write(folder.path(), &files).expect("written");
        assert_eq!(read(folder.path()).expect("read"), files);
    }
}
