//! What builds and is hardly meant: pages that no list can place, office files beside pages. File and remedy are told.

use std::fs;

use niemyet::build::engine::Engine;
use niemyet::build::engine::Memory;
use niemyet::build::source::Edit;
use niemyet::build::source::SourceTree;

use crate::support::cli::Office;
use crate::support::cli::stderr;

const CONFIG: &str = "base_url = \"https://thu.example\"\ndefault_language = \"vi\"\n[languages.en]\n";

fn site(files: &[(&str, &str)]) -> SourceTree {
    let always = [
        ("config.toml", CONFIG),
        ("content/_index.md", "+++\n+++\n"),
        ("content/_index.en.md", "+++\n+++\n"),
        ("templates/index.html", "."),
        ("templates/section.html", "."),
        ("templates/page.html", "."),
        ("templates/404.html", "."),
        ("templates/robots.txt", "."),
        ("templates/sitemap.xml", "."),
    ];
    let all = always.iter().chain(files);
    all.map(|(path, text)| ((*path).to_owned(), text.as_bytes().into())).collect()
}

fn engine(files: &[(&str, &str)]) -> (Engine, Vec<String>) {
    let memory = Memory::default();
    let engine = Engine::build(site(files), &memory).unwrap();
    (engine, memory.into_inner().into_keys().collect())
}

fn told(files: &[(&str, &str)]) -> Vec<String> {
    let (engine, _) = engine(files);
    let warnings = engine.warnings();
    assert_eq!(Engine::inspect(site(files)).unwrap(), warnings, "without rendering it is the same");
    warnings.iter().map(ToString::to_string).collect()
}

fn section(sort_by: &str) -> String {
    format!("+++\nsort_by = \"{sort_by}\"\n+++\n")
}

#[test]
fn a_page_that_its_section_cannot_place_is_told_with_what_it_lacks() {
    const BARE: &str = "+++\n+++\n";
    const FULL: &str = "+++\ntitle = \"a\"\nweight = 1\ndate = 2021-05-23\n+++\n";
    for (sort_by, lacks) in [
        ("weight", Some("weight")),
        ("date", Some("date")),
        ("update_date", Some("updated")),
        ("title", Some("title")),
        ("title_bytes", Some("title")),
        ("slug", None),
        ("permalink", None),
        ("none", None),
    ] {
        let section = section(sort_by);
        let files = [("content/a/_index.md", &*section), ("content/a/x.md", BARE), ("content/a/y.md", FULL)];
        let told = told(&files);
        match lacks {
            None => assert_eq!(told, [""; 0], "{sort_by}"),
            Some(lacks) => {
                let [one] = &told[..] else { panic!("{sort_by}: {told:?}") };
                assert!(one.starts_with("content/a/x.md: `content/a/_index.md`"), "{one}");
                assert!(one.contains(&format!("add `{lacks}` to its head")), "{one}");
                assert!(one.contains("is not published"), "{one}");
                let (_, outputs) = engine(&files);
                assert!(!outputs.contains(&"a/x/index.html".to_owned()), "{sort_by}: it is published");
            }
        }
    }
    let hidden = "+++\nrender = false\n+++\n";
    let draft = "+++\ndraft = true\n+++\n";
    let section = section("weight");
    let files = [("content/a/_index.md", &*section), ("content/a/x.md", hidden), ("content/a/z.md", draft)];
    assert_eq!(told(&files), [""; 0]);
}

#[test]
fn a_page_that_one_of_two_lists_leaves_out_is_published() {
    let files = [
        ("content/a/_index.md", "+++\nsort_by = \"weight\"\n+++\n"),
        ("content/a/b/_index.md", "+++\ntransparent = true\nsort_by = \"slug\"\n+++\n"),
        ("content/a/b/x.md", "+++\n+++\n"),
    ];
    let told = told(&files);
    assert!(told.len() == 1 && told[0].contains("left out of that list"), "{told:?}");
    assert!(engine(&files).1.contains(&"a/b/x/index.html".to_owned()));
}

#[test]
fn office_files_that_are_published_are_told_and_others_are_not() {
    let files = [
        ("content/a/_index.en.md", "+++\n+++\n"),
        ("content/a/Kế hoạch.DOCX", "x"),
        ("content/a/~$hoạch.docx", "x"),
        ("content/a/.~lock.bảng.ods#", "x"),
        ("content/a/kế-hoạch.pdf", "x"),
        ("content/b/index.md", "+++\n+++\n"),
        ("content/b/sâu/bảng.xlsx", "x"),
        ("content/c/không ai lấy.docx", "x"),
        ("static/mẫu đơn.docx", "x"),
        ("static/~$mẫu.docx", "x"),
    ];
    let (engine, outputs) = engine(&files);
    let warned: Vec<String> = engine.warnings().into_iter().map(|warning| warning.path).collect();
    let wanted = [
        "content/a/.~lock.bảng.ods#",
        "content/a/Kế hoạch.DOCX",
        "content/a/~$hoạch.docx",
        "content/b/sâu/bảng.xlsx",
        "static/mẫu đơn.docx",
        "static/~$mẫu.docx",
    ];
    assert_eq!(warned, wanted);
    for output in ["en/a/Kế hoạch.DOCX", "b/sâu/bảng.xlsx", "mẫu đơn.docx", "~$mẫu.docx"] {
        assert!(outputs.contains(&output.to_owned()), "{output} is not published: {outputs:?}");
    }
    assert!(!outputs.iter().any(|path| path.contains("không ai lấy")));
    for warning in engine.warnings() {
        let lock = warning.path.contains("~$") || warning.path.contains(".~lock.");
        assert!(
            warning.message.contains(if lock { "delete the file" } else { "publish a PDF" }),
            "{warning}"
        );
        let folder = warning.path.split_once('/').unwrap().0;
        assert!(lock || warning.message.contains(&format!("move it out of `{folder}/`")), "{warning}");
    }
}

#[test]
fn after_an_edit_only_what_it_touches_is_told() {
    let weight = section("weight");
    let (mut engine, _) = engine(&[
        ("content/a/_index.md", "+++\nsort_by = \"slug\"\n+++\n"),
        ("content/a/x.md", "+++\n+++\n"),
        ("content/b/_index.md", &*weight),
        ("content/b/y.md", "+++\n+++\n"),
    ]);
    let mut after = |path: &str, text: &str| {
        let edits = [Edit { path: path.to_owned(), bytes: Some(text.as_bytes().into()) }];
        engine.apply(&edits).unwrap();
        engine.warnings_of(&edits).into_iter().map(|warning| warning.path).collect::<Vec<_>>()
    };
    assert_eq!(after("content/a/x.md", "+++\n+++\nx"), [""; 0]);
    assert_eq!(after("content/a/_index.md", &weight), ["content/a/x.md"]);
    assert_eq!(after("content/a/x.md", "+++\nweight = 1\n+++\n"), [""; 0]);
    assert_eq!(after("content/a/z.xlsx", "x"), ["content/a/z.xlsx"]);
    assert_eq!(after("static/mẫu.docx", "x"), ["static/mẫu.docx"]);
    assert_eq!(after("content/b/y.md", "+++\n+++\ny"), ["content/b/y.md"]);
}

#[test]
fn build_tells_them_each_time_and_gives_them_as_json() {
    let office = Office::ready();
    let built: serde_json::Value = serde_json::from_str(&office.ok(&["--json", "build"])).unwrap();
    assert_eq!(built["warnings"], serde_json::json!([]));
    fs::write(office.path("niemyet/site/content/lich/nháp.docx"), "x").unwrap();
    fs::write(office.path("niemyet/site/content/lich/them.md"), "+++\ntitle = \"Thêm\"\n+++\n").unwrap();
    // New, unchanged, from nothing: told each time.
    for arguments in [&["--json", "build"][..], &["--json", "build"], &["--json", "build", "--full"]] {
        let done = office.run(arguments);
        let said = stderr(&done);
        assert!(
            said.contains("warning: content/lich/nháp.docx: tệp văn phòng")
                && said.contains("This office file"),
            "{said}"
        );
        assert!(said.contains("warning: content/lich/them.md: `content/lich/_index.md`"), "{said}");
        let built: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
        let paths: Vec<&str> =
            built["warnings"].as_array().unwrap().iter().map(|one| one["path"].as_str().unwrap()).collect();
        assert_eq!(paths, ["content/lich/nháp.docx", "content/lich/them.md"]);
    }
}
