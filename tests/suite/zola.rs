//! Our pages against those of the real Zola, over a small site that uses every feature the engine has (tests/features).

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use niemyet::build::engine::Engine;
use niemyet::build::engine::Memory;
use niemyet::build::source::SourceTree;

use crate::support::many_addresses;
use crate::support::tree;
use crate::support::tree::Tree;
use crate::support::zola;

/// Ways of configuring the site of all features: name, and what to replace in its `config.toml`.
const VARIANTS: &[(&str, &[(&str, &str)])] = &[
    ("as it stands", &[]),
    ("below a path", &[("https://bau-cu.example", "https://bau-cu.example/son-la")]),
    ("address with a slash at its end", &[("https://bau-cu.example", "https://bau-cu.example/")]),
    (
        "paths keep their letters",
        &[("build_search_index = false", "build_search_index = false\nslugify = { paths = \"safe\" }")],
    ),
    (
        "plain external links",
        &[
            ("external_links_class = \"ra-ngoai\"\n", ""),
            ("external_links_target_blank = true\n", ""),
            ("external_links_no_follow = true\n", ""),
            ("external_links_no_referrer = true\n", "external_links_external = false\n"),
        ],
    ),
    ("footnotes at the bottom", &[("[markdown]\n", "[markdown]\nbottom_footnotes = true\n")]),
    (
        "no feeds, sitemap or robots",
        &[(
            "generate_feeds = true",
            "generate_feeds = false\ngenerate_sitemap = false\ngenerate_robots_txt = false",
        )],
    ),
];

fn features() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/features")
}

/// The site of all features with one of the [`VARIANTS`] applied to its configuration.
fn variant(name: &str) -> Tree {
    let mut files = tree::read(&features()).expect("tests/features can be read");
    let (_, replacements) = VARIANTS.iter().find(|(other, _)| *other == name).expect("a name from VARIANTS");
    let mut config = String::from_utf8(files["config.toml"].clone()).expect("config.toml is UTF-8");
    for (from, to) in *replacements {
        assert!(config.contains(from), "{name}: {from:?} is not in tests/features/config.toml");
        config = config.replacen(from, to, 1);
    }
    files.insert("config.toml".to_owned(), config.into_bytes());
    files
}

/// What the real Zola makes of a project.
fn by_zola(project: &Tree) -> Tree {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (root, out) = (folder.path().join("project"), folder.path().join("out"));
    fs::create_dir(&root).expect("a project folder");
    tree::write(&root, project).expect("the project is written");
    zola::build(&root, &out).unwrap_or_else(|error| panic!("{error}"));
    tree::read(&out).expect("Zola's output can be read")
}

/// What our engine makes of a project.
fn by_engine(project: &Tree) -> Result<Tree, String> {
    let source: SourceTree =
        project.iter().map(|(path, bytes)| (path.clone(), bytes.as_slice().into())).collect();
    let pages = Memory::default();
    Engine::build(source, &pages).map_err(|error| error.to_string())?;
    Ok(pages.into_inner())
}

#[test]
fn our_site_equals_zolas_in_every_variant() {
    let mut reports = Vec::new();
    for (name, _) in VARIANTS {
        let project = variant(name);
        match by_engine(&project) {
            Ok(ours) => reports.extend(
                tree::difference(("zola", &by_zola(&project)), ("ours", &ours))
                    .map(|report| format!("{name}: {report}")),
            ),
            Err(error) => reports.push(format!("{name}: refused: {error}\n")),
        }
    }
    assert!(reports.is_empty(), "{}", reports.join("\n"));
}

/// From 30,000 addresses on there are several files; both templates are Zola's own here.
#[test]
fn a_sitemap_that_is_divided_equals_zolas() {
    let text = |text: &str| text.as_bytes().to_vec();
    let config = "base_url = \"https://bau-cu.example/a&b\"\ndefault_language = \"vi\"\n";
    let mut project = Tree::from([
        ("config.toml".to_owned(), text(config)),
        ("content/_index.md".to_owned(), text("+++\n+++\n")),
    ]);
    for name in ["404.html", "robots.txt", "index.html", "page.html", "section.html"] {
        project.insert(format!("templates/{name}"), text("x"));
    }
    for (path, bytes) in many_addresses::files(500) {
        project.insert(path, bytes.into_bytes());
    }
    let ours = by_engine(&project).expect("it builds");
    assert!(ours.contains_key("sitemap2.xml") && !ours.contains_key("sitemap3.xml"));
    tree::assert_equal(("zola", &by_zola(&project)), ("ours", &ours));
}

#[test]
fn the_site_of_all_features_is_the_same_at_every_build_of_zolas() {
    let project = variant("as it stands");
    let first = by_zola(&project);
    assert!(first.len() > 100, "only {} files", first.len());
    tree::assert_equal(("zola", &first), ("zola again", &by_zola(&project)));
}

#[test]
fn a_project_that_zola_refuses_is_told_with_its_reason() {
    let mut project = variant("as it stands");
    project.insert("templates/page.html".to_owned(), b"{% if %}".to_vec());
    let folder = tempfile::tempdir().expect("a temporary folder");
    tree::write(folder.path(), &project).expect("the project is written");
    match zola::build(folder.path(), &folder.path().join("out")) {
        Err(zola::ZolaError::Refused(said)) => assert!(said.contains("page.html"), "{said}"),
        other => panic!("a template that does not parse was not refused: {other:?}"),
    }
}
