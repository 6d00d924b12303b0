//! Zola 0.23 and later read templates with Tera 2: it must make of `site/` the same pages, byte for byte, from the same values.
//!
//! The values are those that the real Zola 0.22 gives its templates ([`given`]); the functions and filters around Tera 2 are
//! written after the source of Zola 0.23 as it stood before its release ([`zola`]). What cannot be known without the
//! program itself: its values for `word_count`, `reading_time` and `zola_version` (no template of ours reads them), and its
//! Markdown (the pages' `content` is 0.22's here).

mod given;
mod zola;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;

use niemyet::build::source::SourceTree;

use crate::site;
use crate::support::tree;
use crate::support::tree::Tree;
use given::Given;

/// What stays different, and may: Tera 1 escapes `/` and `'` as `&#x2F;` and `&#x27;`; Tera 2 leaves `/` as it is and writes `'` as
/// `&#39;`. A reader of HTML or XML sees the same text, and no template can choose between the two.
const REFERENCES: [(&str, &str); 3] = [("&#x2F;", "/"), ("&#x27;", "'"), ("&#39;", "'")];

/// Templates that no output has of its own: others extend or include them.
const PARTS: [&str; 5] =
    ["base.html", "section.html", "phan/chua-kiem.html", "phan/dau-muc.html", "phan/ngon-ngu.html"];

/// A page that moved, and a notice if the data has none: so that every template is used.
const ADDED: [(&str, &str); 2] = [
    ("content/chuyen.md", "+++\ntitle = \"Đã chuyển\"\naliases = [\"cu/o-dau\"]\n+++\n"),
    (
        "content/thong-bao/thu.md",
        "+++\ntitle = \"Ủy ban & 'bạn'\"\ndate = 2021-03-01\nweight = 90\ntemplate = \"thong-bao-trang.html\"\n\
         [extra]\niso = \"2021-03-01\"\ndated = \"1/3/2021\"\n\
         others = [{ lang = \"hmn\", name = \"Tiếng Mông\", title = \"A & B\", paragraphs = [\"C\", \"D\"] }, \
         { lang = \"blt\", name = \"Tiếng Thái Đen\", title = \"E\", paragraphs = [\"F\"] }]\n+++\nMột \"thông báo\".\n",
    ),
];

/// One site, as values for Tera 2 and as the bytes that must come out.
struct Case {
    project: SourceTree,
    given: Given,
    ours: Tree,
}

impl Case {
    fn new(dataset: &str) -> Self {
        Self::of(site::project(dataset))
    }

    fn of(mut project: SourceTree) -> Self {
        for (path, text) in ADDED {
            project.insert(path.to_owned(), text.as_bytes().into());
        }
        let given = Given::by_zola(&project);
        let ours = site::by_engine(project.clone());
        Self { project, given, ours }
    }

    /// Where the pages that Tera 2 makes are not ours, or it refuses. `change` replaces words in one template, for Tera 2 only.
    fn differences(&self, change: Option<(&str, &str, &str)>) -> Vec<String> {
        let mut templates = zola::templates(&self.project);
        if let Some((name, from, to)) = change {
            let template = templates.get_mut(name).expect("a template of the site");
            assert!(template.contains(from), "{name} has no {from:?}");
            *template = template.replace(from, to);
        }
        let tera = match zola::tera(&self.project, &self.given, templates) {
            Ok(tera) => tera,
            Err(error) => return vec![error],
        };
        let (mut theirs, mut refused) = (Tree::new(), Vec::new());
        for (path, output) in &self.given.outputs {
            match tera.render(&output.template, &output.context()) {
                Ok(text) => drop(theirs.insert(path.clone(), text.into_bytes())),
                Err(error) => refused.push(format!("{path}: {error}")),
            }
        }
        let plain = |(path, bytes): (&String, &Vec<u8>)| (path.clone(), without_references(bytes));
        let wanted: Tree =
            self.ours.iter().filter(|(path, _)| theirs.contains_key(*path)).map(plain).collect();
        let theirs: Tree = theirs.iter().map(plain).collect();
        refused.extend(tree::difference(("ours", &wanted), ("Tera 2", &theirs)));
        refused
    }
}

fn without_references(bytes: &[u8]) -> Vec<u8> {
    let text = std::str::from_utf8(bytes).expect("UTF-8");
    REFERENCES.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to)).into_bytes()
}

fn names_of_templates() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("site/templates");
    tree::read(&folder).expect("site/templates").into_keys().collect()
}

#[test]
fn tera_2_makes_every_page_of_the_site_as_we_do() {
    let mut used: BTreeSet<String> = PARTS.map(str::to_owned).into();
    for dataset in ["sonla-2021", "sonla-2026"] {
        let case = Case::new(dataset);
        let differences = case.differences(None);
        assert!(differences.is_empty(), "{dataset}:\n{}", differences.join("\n"));
        let rendered = &case.given.outputs;
        for (path, _) in case.ours.iter().filter(|(path, _)| is_made_by_a_template(path)) {
            assert!(rendered.contains_key(path), "{dataset}: Tera 2 was not asked for {path}");
        }
        used.extend(rendered.values().map(|output| output.template.clone()));
        let languages: BTreeMap<bool, usize> = rendered.keys().fold(BTreeMap::new(), |mut counts, path| {
            *counts.entry(path.starts_with("en/")).or_default() += 1;
            counts
        });
        assert!(
            languages.values().all(|count| *count > 25) && languages.len() == 2,
            "{dataset}: {languages:?}"
        );
        let escaped = case.ours.values().any(|bytes| without_references(bytes) != *bytes);
        assert!(escaped, "{dataset}: no page has the references for which an exception is made");
    }
    assert_eq!(names_of_templates(), used);
}

#[test]
fn names_of_a_hostile_hand_show_as_text_in_tera_2_too() {
    let case = Case::of(site::hostile_project());
    let differences = case.differences(None);
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    // Zola 0.23 runs Tera over the text of a page as well, so none may stand there.
    for (path, bytes) in case.project.iter().filter(|(path, _)| path.ends_with(".md")) {
        let text = std::str::from_utf8(bytes).expect("UTF-8");
        let body = text.splitn(3, "+++\n").nth(2).expect("a head between two `+++`");
        assert!(!body.contains("{{") && !body.contains("{%"), "{path}: {body}");
    }
}

/// Everything but style sheets, icons and data.
fn is_made_by_a_template(path: &str) -> bool {
    path.ends_with(".html") || path.ends_with(".xml") || path == "robots.txt"
}

#[test]
fn a_template_that_reads_differently_in_tera_2_is_found() {
    let case = Case::new("sonla-2026");
    for (template, from, to, word) in [
        ("page.html", "<div class=\"van\"", "<div  class=\"van\"", "Tera 2"),
        ("sitemap.xml", "<loc>", "<loc> ", "sitemap.xml"),
        // What our templates did before, or would do if nobody looked.
        ("atom.xml", "%Y-%m-%dT%H:%M:%S%:z", "%+", "atom.xml"),
        ("base.html", "\"/_index.md\"", "\"/_index.en.md\"", "language"),
        ("phan/ngon-ngu.html", "{% if page is defined", "{% if page.title", "page"),
        ("404.html", "{% block main -%}", "{% block main -%}{{ khong_co }}", "khong_co"),
    ] {
        let found = case.differences(Some((template, from, to)));
        assert!(found.iter().any(|said| said.contains(word)), "{template}: {to}: {found:?}");
    }
}

#[test]
fn what_tera_2_does_not_have_is_found() {
    let empty = (SourceTree::new(), Given::default());
    for (text, word) in [
        ("{{ 1 | khong_co }}", "khong_co"),
        ("{{ khong_co() }}", "khong_co"),
        ("{{ now() }}", "now"),
        ("{% if 1 is khong_co %}{% endif %}", "khong_co"),
        ("{{ page.list.0 }}", "404.html"),
        ("{% macro m() %}{% endmacro %}", "404.html"),
        ("{{ 1 | urlencode }}", "urlencode"),
        ("{% extends \"khong-co.html\" %}", "khong-co.html"),
    ] {
        let set = BTreeMap::from([("404.html".to_owned(), text.to_owned())]);
        let error = zola::tera(&empty.0, &empty.1, set).expect_err(text);
        assert!(error.contains(word), "{text}: {error}");
    }
}
