//! Incremental equals full, byte for byte: random sequences of edits over the site of all features.

use std::collections::BTreeMap;
use std::path::Path;

use niemyet::build::engine::Engine;
use niemyet::build::engine::Memory;
use niemyet::build::source::Changes;
use niemyet::build::source::Edit;
use niemyet::build::source::SourceTree;
use proptest::prelude::*;

use crate::support::cases;
use crate::support::tree;

pub mod directed;
mod large;

/// Output path → bytes.
pub type Pages = BTreeMap<String, Vec<u8>>;

fn features() -> SourceTree {
    let files =
        tree::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/features")).expect("tests/features");
    files.into_iter().map(|(path, bytes)| (path, bytes.into())).collect()
}

pub fn full(source: &SourceTree) -> Result<(Engine, Pages), String> {
    let memory = Memory::default();
    let engine = Engine::build(source.clone(), &memory).map_err(|error| error.to_string())?;
    Ok((engine, memory.into_inner()))
}

pub fn take(pages: &mut Pages, changes: Changes) {
    for path in changes.removed {
        assert!(pages.remove(&path).is_some(), "{path} was removed but never written");
    }
    for (path, bytes) in changes.written {
        let before = pages.insert(path.clone(), bytes.to_vec());
        assert_ne!(before.as_deref(), Some(&*bytes), "{path} was written but did not change");
    }
}

pub fn assert_same(ours: &Pages, full: &Pages, what: &str) {
    for (path, bytes) in full {
        let found = ours.get(path).unwrap_or_else(|| panic!("{what}: {path} is missing"));
        let (left, right) = (String::from_utf8_lossy(found), String::from_utf8_lossy(bytes));
        let differs = left.lines().zip(right.lines()).find(|(a, b)| a != b);
        assert!(left == right, "{what}: {path} differs from a full build: (incremental, full) = {differs:?}");
    }
    let extra: Vec<_> = ours.keys().filter(|path| !full.contains_key(*path)).collect();
    assert!(extra.is_empty(), "{what}: a full build has no {extra:?}");
}

/// Kinds of random changes.
const KINDS: u8 = 27;

/// One random change, given as numbers that are folded onto whatever files there are.
#[derive(Clone, Debug)]
struct Change {
    kind: u8,
    file: usize,
    value: usize,
}

fn change() -> impl Strategy<Value = Change> {
    (0..KINDS, any::<usize>(), 0..1000_usize).prop_map(|(kind, file, value)| Change { kind, file, value })
}

fn pick(source: &SourceTree, file: usize, wanted: impl Fn(&str) -> bool) -> Option<String> {
    let paths: Vec<&String> = source.keys().filter(|path| wanted(path)).collect();
    (!paths.is_empty()).then(|| paths[file % paths.len()].clone())
}

fn is_page(path: &str) -> bool {
    path.starts_with("content/") && path.ends_with(".md") && !path.contains("_index")
}

fn is_section(path: &str) -> bool {
    path.starts_with("content/") && path.contains("/_index") && path.matches('/').count() > 1
}

/// Sets or adds a line `key = value` to the head of a file.
fn with_key(text: &str, key: &str, value: &str) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let end = lines.iter().skip(1).position(|line| line == "+++").map_or(1, |at| at + 1);
    let table = lines[..end].iter().position(|line| line.starts_with('[')).unwrap_or(end);
    lines.retain({
        let mut at = 0;
        move |line| {
            at += 1;
            at > table || !line.starts_with(&format!("{key} ="))
        }
    });
    lines.insert(1, format!("{key} = {value}"));
    lines.join("\n") + "\n"
}

/// The edits that a change means for a source.
fn edits(source: &SourceTree, change: &Change) -> Vec<Edit> {
    let Change { kind, file, value } = *change;
    let head = |key: &str, text: String, wanted: &dyn Fn(&str) -> bool| {
        let path = pick(source, file, wanted)?;
        let old = String::from_utf8_lossy(&source[&path]).into_owned();
        Some(vec![(path, Some(with_key(&old, key, &text)))])
    };
    let found: Option<Vec<(String, Option<String>)>> = match kind {
        0 => head("title", format!("\"Tên mới {value}\""), &is_page),
        1 => head("weight", value.to_string(), &is_page),
        2 => head("date", format!("2021-0{}-{:02}", value % 9 + 1, value % 28 + 1), &is_page),
        3 => head("description", format!("\"Mô tả {value}\""), &is_page),
        4 => head("slug", format!("\"duong-{value}\""), &is_page),
        5 => head("title", format!("\"Mục {value}\""), &is_section),
        6 => head("weight", value.to_string(), &is_section),
        7 => head("transparent", (value % 2 == 0).to_string(), &is_section),
        8 => head("sort_by", ["\"weight\"", "\"date\"", "\"title\"", "\"slug\""][value % 4].to_owned(), &is_section),
        9 => head("paginate_by", (value % 4).to_string(), &is_section),
        10 => head("draft", (value % 2 == 0).to_string(), &is_page),
        11 => head("generate_feeds", (value % 2 == 0).to_string(), &is_section),
        12 => pick(source, file, is_page).map(|path| {
            let old = String::from_utf8_lossy(&source[&path]).into_owned();
            vec![(path, Some(format!("{old}\n## Thêm {value}\n\nmột đoạn mới\n")))]
        }),
        13 => pick(source, file, |path| is_page(path) || is_section(path)).map(|path| vec![(path, None)]),
        14 => pick(source, file, is_section).map(|path| {
            let folder = path.rsplit_once('/').expect("a folder").0.to_owned();
            let text = format!(
                "+++\ntitle = \"Trang {value}\"\nweight = {}\ndate = 2022-01-{:02}\n+++\n[về nhà](@/_index.md)\n",
                value + 2000,
                value % 28 + 1
            );
            vec![(format!("{folder}/moi-{value}.md"), Some(text))]
        }),
        15 => pick(source, file, |path| path.starts_with("templates/")).map(|path| {
            let old = String::from_utf8_lossy(&source[&path]).into_owned();
            vec![(path, Some(old.replacen("</", &format!("<!-- {value} --></"), 1)))]
        }),
        16 => pick(source, file, |path| path.starts_with("static/") || path.starts_with("data/")).map(|path| {
            let old = String::from_utf8_lossy(&source[&path]).into_owned();
            vec![(path, Some(format!("{old}\n")))]
        }),
        18..KINDS => return rarer_edits(source, change),
        _ => pick(source, file, is_section).map(|path| {
            let folder = path.rsplit_once('/').expect("a folder").0.to_owned() + "/";
            source.keys().filter(|path| path.starts_with(&folder)).map(|path| (path.clone(), None)).collect()
        }),
    };
    as_edits(found.unwrap_or_default())
}

fn as_edits(files: Vec<(String, Option<String>)>) -> Vec<Edit> {
    let edit = |(path, text): (String, Option<String>)| Edit {
        path,
        bytes: text.map(|text| text.into_bytes().into()),
    };
    files.into_iter().map(edit).collect()
}

/// Edits of what sections mean for their pages, of addresses, and of several files at once.
fn rarer_edits(source: &SourceTree, change: &Change) -> Vec<Edit> {
    let Change { kind, file, value } = *change;
    let head = |wanted: &dyn Fn(&str) -> bool, key: &str, text: String| {
        let path = pick(source, file, wanted)?;
        let old = String::from_utf8_lossy(&source[&path]).into_owned();
        Some(vec![(path, Some(with_key(&old, key, &text)))])
    };
    let found: Option<Vec<(String, Option<String>)>> = match kind {
        18 => head(&is_section, "page_template", "\"page.html\"".to_owned()),
        19 => {
            let anchors = ["\"left\"", "\"right\"", "\"heading\"", "\"none\""][value % 4];
            head(&is_section, "insert_anchor_links", anchors.to_owned())
        }
        20 => head(&is_section, "paginate_reversed", (value % 2 == 0).to_string()),
        21 => head(&is_section, "redirect_to", "\"lich\"".to_owned()),
        22 => {
            head(&|path| is_page(path) || is_section(path), "aliases", format!("[\"bi-danh-{}\"]", value % 5))
        }
        23 => head(&is_page, "render", (value % 2 == 0).to_string()),
        24 => pick(source, file, |path| is_page(path) || is_section(path)).map(|path| {
            let folder = path.rsplit_once('/').expect("a folder").0.to_owned();
            let asset = format!("{folder}/Tep-{}.txt", value % 3);
            let text = (!source.contains_key(&asset)).then(|| format!("tệp {value}"));
            vec![(asset, text)]
        }),
        25 => pick(source, file, is_page).map(|path| {
            let translation = path.replace(".md", ".en.md").replace(".en.en.", ".en.");
            vec![(translation, Some(format!("+++\ntitle = \"In English {value}\"\nweight = {value}\n+++\n")))]
        }),
        // A page moves to another name while another of its folder is edited.
        _ => pick(source, file, is_page).map(|path| {
            let old = String::from_utf8_lossy(&source[&path]).into_owned();
            let moved = path.replace(".md", &format!("-{}.md", value % 7));
            let mut edits = vec![(path.clone(), None), (moved, Some(old))];
            if let Some(other) = pick(source, file / 3 + value, |other| is_page(other) && other != path) {
                let old = String::from_utf8_lossy(&source[&other]).into_owned();
                edits.push((other, Some(with_key(&old, "weight", &value.to_string()))));
            }
            edits
        }),
    };
    as_edits(found.unwrap_or_default())
}

pub fn applied(source: &SourceTree, edits: &[Edit]) -> SourceTree {
    let mut source = source.clone();
    for edit in edits {
        match &edit.bytes {
            Some(bytes) => source.insert(edit.path.clone(), bytes.clone()),
            None => source.remove(&edit.path),
        };
    }
    source
}

/// Applies changes one after the other; each state must equal a full build, each refusal must leave the state alone.
fn run(changes: &[Change]) -> usize {
    let mut source = features();
    let (mut engine, mut pages) = full(&source).expect("the site of all features builds");
    let mut accepted = 0;
    for (at, change) in changes.iter().enumerate() {
        let edits = edits(&source, change);
        let next = applied(&source, &edits);
        let what = format!(
            "change {at} {change:?} of {:?}",
            edits.iter().map(|edit| &edit.path).collect::<Vec<_>>()
        );
        match (engine.apply(&edits), full(&next)) {
            (Ok(changed), Ok((_, expected))) => {
                take(&mut pages, changed);
                assert_same(&pages, &expected, &what);
                source = next;
                accepted += 1;
            }
            (Err(_), Err(_)) => {
                assert_eq!(engine.source(), &source, "{what}: a refused change stays in the source");
            }
            (Ok(_), Err(error)) => panic!("{what}: accepted, but a full build says {error}"),
            (Err(error), Ok(_)) => panic!("{what}: refused with {error}, but a full build accepts it"),
        }
    }
    accepted
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(12), max_shrink_iters: 60, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_sequence_of_edits_equals_a_full_build(changes in prop::collection::vec(change(), 1..8)) {
        run(&changes);
    }
}

#[test]
fn most_random_edits_are_accepted() {
    let changes: Vec<Change> = (0..120)
        .map(|at| Change { kind: (at % usize::from(KINDS)) as u8, file: at * 7919, value: at * 31 % 1000 })
        .collect();
    let accepted = run(&changes);
    assert!(
        accepted > 30,
        "only {accepted} of {} edits were accepted: the property proves little",
        changes.len()
    );
}
