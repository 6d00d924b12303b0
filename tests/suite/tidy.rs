//! The layout test: what STYLE and DESIGN ask of the tree, checked by reading it. Each finding names file, line and remedy.

mod rust;
mod tree;

use std::collections::BTreeSet;

use regex::Regex;
use rust::RustFile;
use tree::Finding;
use tree::Repository;

/// Everything that may stand at the top of the tree. The last line is what builds and runs leave there (ignored by git).
const TOP: &str = ".ci .git .gitignore ARCHITECTURE.md BENCHMARKS.md CHANGELOG.md Cargo.lock Cargo.toml LICENSE-APACHE \
    LICENSE-MIT README.md benches clippy.toml data editor rustfmt.toml site src sync-server tests \
    node_modules niemyet target";

/// Hard limits of STYLE ("Measured").
const FILE_LINES: usize = 500;
const FUNCTION_LINES: usize = 60;
const UNWRAPS_PER_THOUSAND_LINES: usize = 2;
const README_LINES: usize = 200;

/// The modules that get clock, chance, files, network and environment as arguments (DESIGN, "PURE").
const PURE: &[&str] = &[
    "src/document",
    "src/timetable",
    "src/policy",
    "src/reference",
    "src/reporting",
    "src/build",
    "sync-server/src/wire",
    "sync-server/src/inspect",
    "sync-server/src/incoming",
    "sync-server/src/limits",
    "sync-server/src/session",
    "sync-server/src/document",
    "sync-server/src/shard",
    "sync-server/src/committer",
];

/// What a pure module may not name, and where that belongs instead.
const IMPURE: &[(&str, &str)] = &[
    (
        r"\bstd::(fs|net|env|process|thread)\b",
        "take the bytes or the value as an argument; src/replica, src/release and src/cli do I/O",
    ),
    (
        r"\bstd::time::(SystemTime|Instant)\b|\b(SystemTime|Instant|Utc|Local)::now\b",
        "take the time as an argument",
    ),
    (
        r"\b(rand|getrandom|tokio|reqwest|rustix|walkdir|notify)::",
        "this crate belongs to the shell (replica, release, watch, web, cli)",
    ),
    (
        r"\bcrate::(replica|release|watch|config|web|cli|export)\b",
        "pure modules do not know the shell: pass a value or a closure in",
    ),
];

fn assert_none(findings: &[Finding]) {
    let report: Vec<String> = findings.iter().map(ToString::to_string).collect();
    assert!(report.is_empty(), "{} place(s) to mend:\n{}", report.len(), report.join("\n"));
}

fn is_pure(path: &str) -> bool {
    PURE.iter().any(|module| path.strip_prefix(module).is_some_and(|rest| rest.starts_with(['/', '.'])))
}

fn unknown_top_entries(names: &[String]) -> Vec<Finding> {
    let known: BTreeSet<&str> = TOP.split_whitespace().collect();
    let strange = names.iter().filter(|name| !known.contains(name.as_str()));
    strange
        .map(|name| {
            Finding::new(name, 1, "is not part of the house: move it into a folder, or add it to TOP here")
        })
        .collect()
}

fn rust_shape(file: &RustFile) -> Vec<Finding> {
    let mut found = Vec::new();
    if !file.text.starts_with("//!") {
        found.push(Finding::new(
            file.path,
            1,
            "does not open with `//!`: say in one sentence what the file is for",
        ));
    }
    let lines = file.text.lines().count();
    if lines > FILE_LINES {
        found.push(Finding::new(
            file.path,
            lines,
            &format!("{lines} lines (at most {FILE_LINES}): divide it by subject"),
        ));
    }
    for function in file.functions().filter(|function| function.lines > FUNCTION_LINES) {
        let what = format!(
            "fn {} has {} lines (at most {FUNCTION_LINES}): name its steps",
            function.name, function.lines
        );
        found.push(Finding::new(file.path, function.line, &what));
    }
    found
}

fn too_many_unwraps(files: &[RustFile]) -> Vec<Finding> {
    let pattern = Regex::new(r"\.unwrap\(\)|\.expect\(").expect("a pattern");
    let (mut lines, mut places) = (0, Vec::new());
    for file in files {
        let code = file.outside_tests();
        lines += code.lines().count();
        places.extend(tree::matches(
            file.path,
            &code,
            &pattern,
            "return an error that says what is wrong and what to do",
        ));
    }
    if places.len() * 1000 > lines * UNWRAPS_PER_THOUSAND_LINES { places } else { Vec::new() }
}

fn impurities(file: &RustFile) -> Vec<Finding> {
    let code = file.outside_tests();
    let found = IMPURE.iter().flat_map(|(pattern, remedy)| {
        tree::matches(
            file.path,
            &code,
            &Regex::new(pattern).expect("a pattern"),
            &format!("is not pure: {remedy}"),
        )
    });
    found.collect()
}

fn grouped_imports(file: &RustFile) -> Vec<Finding> {
    let pattern = Regex::new(r"\buse (crate|super|niemyet)(::\w+)*::\{").expect("a pattern");
    tree::matches(
        file.path,
        &file.masked,
        &pattern,
        "one `use` path a line, so that import checks see every one",
    )
}

fn unfinished(file: &RustFile) -> Vec<Finding> {
    let pattern = Regex::new(r"\b(todo|unimplemented|dbg)!\(|#\[ignore").expect("a pattern");
    tree::matches(file.path, &file.masked, &pattern, "finish it, or take it out")
}

/// Invariant 3 of DESIGN: only `policy::public` makes what templates may see.
fn public_records_made(file: &RustFile) -> Vec<Finding> {
    if file.path.starts_with("src/policy/public") {
        return Vec::new();
    }
    let code = file.masked.replace("impl PublicRecords {", "").replace("-> PublicRecords {", "");
    let pattern = Regex::new(r"\bPublicRecords\s*\{").expect("a pattern");
    tree::matches(
        file.path,
        &code,
        &pattern,
        "only src/policy/public may make PublicRecords: call PublicRecords::new",
    )
}

/// Words that belong to one machine or to a package registry. Put together here so that this file does not hold them.
fn foreign_words(path: &str, text: &str) -> Vec<Finding> {
    if path == "Cargo.lock" {
        return Vec::new();
    }
    let words = [
        "/ho!me/",
        "/ro!ot/",
        "/wo!rk/",
        "/fa!rm/",
        "registry.npm!js.org",
        "static.cra!tes.io",
        "index.cra!tes.io",
    ];
    let pattern = words.map(|word| regex::escape(&word.replace('!', ""))).join("|");
    tree::matches(
        path,
        text,
        &Regex::new(&pattern).expect("a pattern"),
        "is of one machine or registry: write it relative, or leave it out",
    )
}

/// Templates keep to what Tera 1 and Tera 2 both read, and to what gives the same page every time.
fn template_words(path: &str, text: &str) -> Vec<Finding> {
    const BANNED: &[(&str, &str)] = &[
        (r"\{%-?\s*(macro|import)\b|\w+::\w+\(", "macros are gone in Zola 0.23: use an include"),
        (
            r"\{[{%][^}%]*(\b[A-Za-z_]\w*|\])\.\d+\b[^}%]*[}%]\}",
            "Tera 2 has no `.0`: use nth(n=0), first or last",
        ),
        (
            r"\b(now|get_random|get_env)\(",
            "a page must be the same at every build: take the value from a document or the configuration",
        ),
        (r"get_taxonomy|resize_image|get_image_metadata", "our engine has no such function"),
    ];
    let found = BANNED.iter().flat_map(|(pattern, remedy)| {
        tree::matches(path, text, &Regex::new(pattern).expect("a pattern"), remedy)
    });
    found.collect()
}

fn shortcodes(path: &str, text: &str) -> Vec<Finding> {
    let pattern = Regex::new(r"\{\{\s*\w+\(|\{%\s*\w+\(").expect("a pattern");
    tree::matches(path, text, &pattern, "shortcodes are gone in Zola 0.23: write Markdown, or a template")
}

fn forgotten_tests(main: &str, names: &[&str]) -> Vec<Finding> {
    let missing = names.iter().filter(|name| !main.lines().any(|line| line.trim() == format!("mod {name};")));
    missing
        .map(|name| {
            Finding::new(
                "tests/suite/main.rs",
                1,
                &format!("`mod {name};` is missing, so its tests never run"),
            )
        })
        .collect()
}

#[test]
fn the_top_of_the_tree_holds_what_the_house_has_and_no_more() {
    assert_none(&unknown_top_entries(&Repository::read().top));
}

#[test]
fn every_rust_file_keeps_its_shape() {
    let repository = Repository::read();
    let found: Vec<Finding> = repository
        .rust("")
        .iter()
        .flat_map(|file| {
            [rust_shape(file), grouped_imports(file), unfinished(file), public_records_made(file)].concat()
        })
        .collect();
    assert_none(&found);
}

#[test]
fn errors_are_returned_not_thrown() {
    let repository = Repository::read();
    assert_none(&too_many_unwraps(&[repository.rust("src/"), repository.rust("sync-server/src/")].concat()));
}

#[test]
fn pure_modules_touch_nothing_outside() {
    let repository = Repository::read();
    let files = repository.rust("");
    let pure: Vec<&RustFile> = files.iter().filter(|file| is_pure(file.path)).collect();
    assert!(pure.len() > 5, "the pure modules moved: adjust PURE here");
    assert_none(&pure.into_iter().flat_map(impurities).collect::<Vec<_>>());
}

#[test]
fn unsafe_code_is_the_one_call_that_has_no_other_way() {
    let repository = Repository::read();
    let files = repository.rust("");
    let word = Regex::new(r"\bunsafe\b").unwrap();
    let places = |file: &RustFile| vec![file.path.to_owned(); word.find_iter(&file.masked).count()];
    let found: Vec<String> = files.iter().flat_map(places).collect();
    assert_eq!(found, ["sync-server/src/memory.rs"]);
}

/// The sync server knows documents and accounts. What they are about, only this crate knows.
fn election_words(path: &str, text: &str) -> Vec<Finding> {
    let words = r"(?i)\b(elections?|districts?|voters?|ballots?|candidates?)\b|\bniemyet::|^niemyet\b";
    let pattern = Regex::new(words).expect("a pattern");
    // The crate's first words say that it knows nothing of them.
    let text = if path == "sync-server/src/lib.rs" {
        text.replacen("elections", "them", 1)
    } else {
        text.to_owned()
    };
    tree::matches(
        path,
        &text,
        &pattern,
        "the sync server knows nothing of elections: let the root say it through access::Rules",
    )
}

#[test]
fn the_sync_server_knows_nothing_of_elections() {
    let repository = Repository::read();
    let found = repository.texts("sync-server/src/").chain(repository.texts("sync-server/Cargo.toml"));
    assert_none(&found.flat_map(|(path, text)| election_words(path, text)).collect::<Vec<_>>());
}

#[test]
fn no_file_knows_one_machine_or_registry() {
    let repository = Repository::read();
    assert_none(&repository.texts("").flat_map(|(path, text)| foreign_words(path, text)).collect::<Vec<_>>());
}

#[test]
fn templates_keep_to_the_common_subset() {
    let repository = Repository::read();
    let templates = repository.texts("site/templates/").flat_map(|(path, text)| template_words(path, text));
    let content = repository.texts("site/content/").flat_map(|(path, text)| shortcodes(path, text));
    assert_none(&templates.chain(content).collect::<Vec<_>>());
}

#[test]
fn every_test_file_is_run_and_every_fixture_used() {
    let repository = Repository::read();
    let names: Vec<&str> =
        repository.rust("tests/suite/").iter().filter_map(|file| rust::module_name(file.path)).collect();
    let main = repository.text("tests/suite/main.rs").expect("the suite's main file");
    let mut found = forgotten_tests(main, &names);
    let tests: String = repository
        .texts("tests/suite/")
        .filter(|(path, _)| path.ends_with(".rs"))
        .map(|(_, text)| text)
        .collect();
    for path in repository.paths("tests/suite/fixtures/") {
        let used = path.split('/').skip(3).any(|part| tests.contains(part));
        if !used {
            found.push(Finding::new(path, 1, "no test names this fixture: use it or delete it"));
        }
    }
    assert_none(&found);
}

/// What programs say to programs, in English as everywhere in the protocol, and what gets its Vietnamese words elsewhere.
const ONE_LANGUAGE: &[&str] = &[
    "sync-server/src/wire/",
    "sync-server/src/inspect/",
    "sync-server/src/incoming.rs",
    "sync-server/src/effect.rs",
    // sync-server/src/account/words.rs has the Vietnamese.
    "sync-server/src/account/error.rs",
];

/// Words of an error go to a screen or a terminal: Vietnamese, ` / `, English.
fn errors_in_one_language(file: &RustFile) -> Vec<Finding> {
    if ONE_LANGUAGE.iter().any(|path| file.path.starts_with(path)) {
        return Vec::new();
    }
    let pattern = Regex::new(r#"(?s)#\[error\(\s*"((?:[^"\\]|\\.)*)""#).expect("a pattern");
    let one_language = |words: &str| {
        let words = Regex::new(r"\{[^}]*\}").expect("a pattern").replace_all(words, "");
        let has_letters = words.chars().any(char::is_alphabetic);
        let both = words.split_once(" / ").is_some_and(|(first, _)| !first.is_ascii());
        has_letters && !both
    };
    let found = pattern.captures_iter(file.text).filter(|found| one_language(&found[1]));
    found
        .map(|found| {
            let line = 1 + file.text[..found.get(0).map_or(0, |all| all.start())].matches('\n').count();
            Finding::new(file.path, line, "speaks one language: write Vietnamese, ` / `, English")
        })
        .collect()
}

#[test]
fn errors_speak_both_languages() {
    let repository = Repository::read();
    let files = [repository.rust("src/"), repository.rust("sync-server/src/")].concat();
    assert_none(&files.iter().flat_map(errors_in_one_language).collect::<Vec<_>>());
}

#[test]
fn the_readme_is_short() {
    let repository = Repository::read();
    let lines = repository.text("README.md").map_or(0, |text| text.lines().count());
    assert!(
        lines <= README_LINES,
        "README.md has {lines} lines (at most {README_LINES}): move the rest to ARCHITECTURE.md"
    );
}

mod the_rules_themselves {
    //! Each rule finds what it is for.

    use super::*;

    fn lines(found: &[Finding]) -> Vec<usize> {
        found.iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn shape() {
        assert_eq!(lines(&rust_shape(&RustFile::new("src/a.rs", "fn a() {}\n"))), [1]);
        let long = format!("//! A.\n{}", "// x\n".repeat(FILE_LINES));
        assert_eq!(lines(&rust_shape(&RustFile::new("src/a.rs", &long))), [FILE_LINES + 1]);
        let long = format!("//! A.\n\nfn a() {{\n{}}}\n", "    b();\n".repeat(FUNCTION_LINES));
        assert_eq!(lines(&rust_shape(&RustFile::new("src/a.rs", &long))), [3]);
    }

    #[test]
    fn purity() {
        let text = "//! A.\nuse std::fs;\n// std::fs in a comment\nfn a() { Utc::now(); \"tokio::x\"; }\nuse crate::cli::run;\n#[cfg(test)]\nmod tests { use std::fs; }\n";
        assert_eq!(lines(&impurities(&RustFile::new("src/build/a.rs", text))), [2, 4, 5]);
        for (path, pure) in [
            ("src/build/a.rs", true),
            ("src/document.rs", true),
            ("src/builder/a.rs", false),
            ("src/cli/a.rs", false),
        ] {
            assert_eq!(is_pure(path), pure, "{path}");
        }
    }

    #[test]
    fn unwraps_imports_and_leftovers() {
        let many =
            "//! A.\nfn a() {\n    b.unwrap();\n}\n#[cfg(test)]\nmod tests { fn a() { b.unwrap(); } }\n";
        assert_eq!(lines(&too_many_unwraps(&[RustFile::new("src/a.rs", many)])), [3]);
        let few = format!("{many}{}", "// x\n".repeat(1000));
        assert_eq!(lines(&too_many_unwraps(&[RustFile::new("src/a.rs", &few)])), [0; 0]);
        let text = "//! A.\nuse crate::{a, b};\nuse crate::c::{d};\nuse std::{io};\n// use crate::{x};\ntodo!();\n#[ignore]\n";
        let file = RustFile::new("src/a.rs", text);
        assert_eq!((lines(&grouped_imports(&file)), lines(&unfinished(&file))), (vec![2, 3], vec![6, 7]));
        let text = "//! A.\nlet a = PublicRecords { b };\nfn b() -> PublicRecords {\n";
        assert_eq!(lines(&public_records_made(&RustFile::new("src/build/a.rs", text))), [2]);
        assert_eq!(lines(&public_records_made(&RustFile::new("src/policy/public.rs", text))), [0; 0]);
    }

    #[test]
    fn words() {
        let home = ["a\n/ho", "me/x"].concat();
        assert_eq!(lines(&foreign_words("a.md", &home)), [2]);
        let text = "{% import \"a\" as b %}\n{{ b::c() }}\n{{ a.0 }}\n{{ a[1].2 | x }}\n{{ now() }}\n{{ 1.0 }} {{ a.b1 }} v1.0\n";
        let mut found = lines(&template_words("site/templates/a.html", text));
        found.sort_unstable();
        assert_eq!(found, [1, 2, 3, 4, 5]);
        let text =
            "//! A.\nuse niemyet::document::Key;\n/// An election.\nlet voters = 1;\nuse niemyet_sync::id;\n";
        assert_eq!(lines(&election_words("sync-server/src/a.rs", text)), [2, 3, 4]);
        let text = "//! A.\n#[error(\"no\")]\n#[error(transparent)]\n#[error(\"{a}: {b}\")]\n#[error(\n    \"không. / No: {a}\"\n)]\n";
        assert_eq!(lines(&errors_in_one_language(&RustFile::new("src/a.rs", text))), [2]);
        assert_eq!(lines(&shortcodes("a.md", "{{ a }}\n{{ youtube(id=1) }}\n{% quote(a=1) %}\n")), [2, 3]);
        assert_eq!(forgotten_tests("mod a;\n//mod b;\n", &["a", "b"]).len(), 1);
        assert_eq!(unknown_top_entries(&["src".to_owned(), "notes".to_owned()]).len(), 1);
    }
}
