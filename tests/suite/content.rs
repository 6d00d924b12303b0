//! One source file in, one parsed page out: equal to what the real Zola 0.22 made of the same fixtures (their `expected/`
//! folders are its output, less feeds and taxonomies), and everything it accepts and we do not is refused by name.

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use niemyet::build::content::ContentError;
use niemyet::build::content::MarkdownContext;
use niemyet::build::content::ParsedPage;
use niemyet::build::content::ParsedSection;
use niemyet::build::content::SiteConfig;
use niemyet::build::content::SlugifyStrategy;
use niemyet::build::content::compile_sass;
use niemyet::build::content::load_data;
use niemyet::build::content::markdown_filter;
use niemyet::build::content::reading::reading_time;
use niemyet::build::content::render_markdown;
use niemyet::build::content::slugify;
use unicode_segmentation::UnicodeSegmentation;

pub mod site;

use site::Site;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/fixtures/content").join(name)
}

/// Compares every file that Zola wrote with ours, and that neither wrote more.
fn assert_equals_zola(name: &str) {
    let root = fixture(name);
    let ours = Site::read(&root).and_then(|site| site.render()).expect("the fixture is good");
    let theirs = site::read_tree(&root.join("expected"));
    for (path, bytes) in &theirs {
        let expected = std::str::from_utf8(bytes).expect("UTF-8");
        let got = ours.get(path).unwrap_or_else(|| panic!("{name}: we did not write {path}"));
        assert_eq!(got, expected, "{name}: {path}");
    }
    let extra: Vec<_> = ours.keys().filter(|path| !theirs.contains_key(*path)).collect();
    assert!(extra.is_empty(), "{name}: Zola did not write {extra:?}");
    assert!(!theirs.is_empty());
}

#[test]
fn pages_equal_zola_with_default_settings() {
    assert_equals_zola("plain");
}

#[test]
fn pages_equal_zola_with_every_setting_on() {
    assert_equals_zola("rich");
}

const CONFIG: &str = "base_url = \"https://bau-cu.example\"\ndefault_language = \"vi\"\n[languages.en]\n";

fn config() -> SiteConfig {
    SiteConfig::parse("config.toml", CONFIG).expect("good")
}

fn config_error(line: &str) -> String {
    let text = format!("base_url = \"https://bau-cu.example\"\n\n{line}\n");
    SiteConfig::parse("config.toml", &text).expect_err(line).to_string()
}

#[test]
fn what_zola_has_and_we_have_not_is_refused_by_name_and_line() {
    let cases = [
        ("build_search_index = true", "config.toml:3: `build_search_index` is not implemented"),
        ("minify_html = true", "config.toml:3: `minify_html` is not implemented"),
        ("theme = \"x\"", "config.toml:3: `theme` is not implemented"),
        ("ignored_content = [\"*.x\"]", "config.toml:3: `ignored_content` is not implemented"),
        ("ignored_static = [\"*.x\"]", "config.toml:3: `ignored_static` is not implemented"),
        ("[markdown]\nrender_emoji = true", "config.toml:4: `markdown.render_emoji` is not implemented"),
        ("[markdown.highlighting]\ntheme = \"x\"", "`markdown.highlighting` is not implemented"),
        ("[link_checker]\ninternal_level = \"warn\"", "config.toml:4: `link_checker.internal_level` is not"),
        (
            "[languages.en]\nbuild_search_index = true",
            "config.toml:4: `languages.en.build_search_index` is not",
        ),
        ("[search]\ninclude_path = true", "config.toml:4: `search.include_path` is not implemented"),
    ];
    for (line, expected) in cases {
        let message = config_error(line);
        assert!(message.contains(expected), "{line}: {message}");
        assert!(message.ends_with("remove it or build with --engine zola"), "{message}");
    }
}

#[test]
fn a_wrong_configuration_is_refused_with_its_line() {
    let cases = [
        ("titel = \"x\"", "config.toml:3: unknown field `titel`"),
        ("[languages.e]", "config.toml:3: `e` is not a language code"),
        ("[markdown]\nsmart = true", "config.toml:4: unknown field `smart`"),
        ("[slugify]\npaths = \"of\"", "config.toml:4: unknown variant `of`"),
        ("taxonomies = [{ nam = \"x\" }]", "config.toml:3: unknown field `nam`"),
        (
            "exclude_paginated_pages_in_sitemap = \"some\"",
            "config.toml:3: `exclude_paginated_pages_in_sitemap` is",
        ),
        (
            "title = \"a\"\n[languages.en]\ntitle = \"b\"",
            "config.toml:4: `title` of the default language is given",
        ),
        (
            "[markdown]\nexternal_links_class = \"a'b\"",
            "config.toml:4: `markdown.external_links_class` contains",
        ),
        ("title = \n", "config.toml:3: "),
    ];
    for (line, expected) in cases {
        let message = config_error(line);
        assert!(message.contains(expected), "{line}: {message}");
    }
    let message = SiteConfig::parse("config.toml", "title = \"x\"\n").expect_err("no address").to_string();
    assert!(message.contains("`base_url` is missing; write"), "{message}");
}

#[test]
fn the_default_language_may_be_set_in_either_place() {
    let text = "base_url = \"https://x.example\"\ntitle = \"a\"\n[languages.en]\ndescription = \"b\"\n[languages.vi]\n";
    let config = SiteConfig::parse("config.toml", text).expect("good");
    let english = &config.languages["en"];
    assert_eq!((english.title.as_deref(), english.description.as_deref()), (Some("a"), Some("b")));
    assert_eq!(config.to_value("vi")["languages"]["en"]["title"], "a");
}

#[test]
fn permalinks_have_one_slash_at_the_joint_and_one_at_the_end() {
    for base in ["https://x.example", "https://x.example/"] {
        let text = format!("base_url = \"{base}\"\n");
        let config = SiteConfig::parse("config.toml", &text).expect("good");
        let cases = [
            ("/", "/"),
            ("/a", "/a/"),
            ("a/", "/a/"),
            ("a/atom.xml", "/a/atom.xml"),
            ("/a#b", "/a#b"),
            ("", "/"),
        ];
        for (path, expected) in cases {
            assert_eq!(config.make_permalink(path), format!("https://x.example{expected}"));
        }
    }
}

fn page(text: &str) -> Result<ParsedPage, ContentError> {
    ParsedPage::parse("content/a/b.md", text, &config())
}

#[test]
fn a_wrong_head_is_refused_with_its_line() {
    let cases = [
        ("chữ", "content/a/b.md:1: the file has no front matter; begin it"),
        ("---\ntitle: x\n---\n", "content/a/b.md:1: front matter in YAML (`---`) is not implemented"),
        ("\n+++\ntitle = \"x\"\n", "content/a/b.md:2: the `+++` of the front matter is never closed"),
        ("+++\n\ntitel = \"x\"\n+++", "content/a/b.md:3: unknown field `titel`"),
        ("\n\n+++\ntitle = x\n+++", "content/a/b.md:4: "),
        ("+++\nweight = -1\n+++", "content/a/b.md:2: "),
        ("+++\nslug = \"\"\n+++", "content/a/b.md:2: `slug` is empty"),
        ("+++\ndate = \"hôm nay\"\n+++", "content/a/b.md:2: `date` is not a date; write a TOML date"),
        ("+++\ndate = 10:00:00\n+++", "content/a/b.md:2: `date` is not a day of the calendar"),
        ("+++\n[taxonomies]\nx = [\"a\",\n\" \"]\n+++", "content/a/b.md:4: a taxonomy term is empty"),
    ];
    for (text, expected) in cases {
        let message = page(text).expect_err(text).to_string();
        assert!(message.contains(expected), "{text:?}: {message}");
    }
    let section = ParsedSection::parse("content/_index.md", "+++\nsort_by = \"x\"\n+++\n", &config());
    assert!(
        section.expect_err("no such order").to_string().contains("content/_index.md:2: unknown variant `x`")
    );
    let named = ParsedPage::parse("content/b.fr.md", "+++\n+++\n", &config())
        .expect_err("fr is not listed")
        .to_string();
    assert!(named.contains("`fr`") && named.contains("[languages.fr]"), "{named}");
}

#[test]
fn a_dated_file_name_gives_the_date_and_leaves_the_address() {
    let cases = [
        ("2021-05-23-ngay", Some("2021-05-23"), "ngay"),
        ("2021-05-23_ngay", Some("2021-05-23"), "ngay"),
        ("2021-05-23 - ngay", Some("2021-05-23"), "ngay"),
        ("2021-05-23ngay", Some("2021-05-23"), "2021-05-23ngay"),
        ("2021-05-23T07:00:00Z-gio", Some("2021-05-23T07:00:00Z"), "gio"),
        ("2021-05-23T07:00:00.5+07:00_gio", Some("2021-05-23T07:00:00.5+07:00"), "gio"),
        ("2021-05-23T07:00-gio", Some("2021-05-23"), "2021-05-23t07-00-gio"),
        ("2021-13-23-ngay", None, "2021-13-23-ngay"),
        ("ngày-2021-05-23", None, "ngay-2021-05-23"),
    ];
    // With several languages a dot in a name starts a language code.
    let config = SiteConfig::parse("config.toml", "base_url = \"https://bau-cu.example\"\n").expect("good");
    for (name, date, slug) in cases {
        let page = ParsedPage::parse(&format!("content/{name}.md"), "+++\n+++\n", &config).expect("good");
        assert_eq!((page.meta.date.as_deref(), page.slug.as_str()), (date, slug), "{name}");
    }
}

fn render(raw: &str) -> Result<String, ContentError> {
    let config = config();
    let ctx =
        MarkdownContext { first_line: 4, ..MarkdownContext::of_filter(&config, "content/a/b.md", &|_| None) };
    render_markdown(raw, &ctx).map(|rendered| rendered.body)
}

#[test]
fn shortcodes_and_broken_links_are_refused_with_their_line() {
    let cases = [
        ("a\n\n{{ anh(src=\"x\") }}", "content/a/b.md:6: the shortcode `{{ anh(…` is not implemented"),
        ("{% khung() %}x{% end %}", "content/a/b.md:4: the shortcode `{% khung(…` is not"),
        ("a {{/* anh() */}}", "content/a/b.md:4: the shortcode `{{ anh(…` is not"),
        ("\n{% end %}", "content/a/b.md:5: the shortcode `{% end %}` is not"),
        ("a\nb [x](@/khong/co.md#y)", "content/a/b.md:5: broken link `@/khong/co.md#y`"),
        ("a\n\n[x]()", "content/a/b.md:6: a link has no address"),
    ];
    for (raw, expected) in cases {
        let message = render(raw).expect_err(raw).to_string();
        assert!(message.contains(expected), "{raw:?}: {message}");
    }
    assert_eq!(render("{{ x }} {% y %} {{ 1() }}").expect("text"), "<p>{{ x }} {% y %} {{ 1() }}</p>\n");
}

#[test]
fn the_filter_takes_off_the_paragraph_only_inline() {
    let config = config();
    let resolve = |path: &str| (path == "a.md").then(|| "https://x/a/".to_owned());
    let ctx = MarkdownContext::of_filter(&config, "templates/page.html", &resolve);
    let filter = |text: &str, inline| markdown_filter(text, inline, &ctx).expect("good");
    assert_eq!(
        filter("*a* [b](@/a.md#c) [d](e)", false),
        "<p><em>a</em> <a href=\"https://x/a/#c\">b</a> <a href=\"e\">d</a></p>\n"
    );
    assert_eq!(filter("a\n\nb", true), "a</p>\n<p>b");
    assert_eq!(filter("# Đầu", true), "<h1 id=\"dau\">Đầu</h1>\n");
}

#[test]
fn the_sites_own_templates_write_anchors_and_cutoffs() {
    let config = config();
    let anchor = |id: &str, level: u32| Ok(format!("<a data-x='{level}' href=#{id}>neo</a>"));
    let cutoff = |summary: &str| Ok(format!("[{}]", summary.len()));
    let base = MarkdownContext::of_filter(&config, "x.md", &|_| None);
    let ctx = MarkdownContext {
        anchor_link: Some(&anchor),
        summary_cutoff: Some(&cutoff),
        insert_anchor: niemyet::build::content::InsertAnchor::Heading,
        ..base
    };
    let rendered = render_markdown("## Hai\n\nmột <!-- more --> hai", &ctx).expect("good");
    assert!(
        rendered.body.starts_with("<h2 id=\"hai\"><a data-x='2' href=#hai>Hai</a></h2>\n"),
        "{}",
        rendered.body
    );
    assert!(rendered.summary.expect("a summary").ends_with("<p>một[58]</p>\n"));
    let failing = |_: &str, _: u32| Err("hỏng".to_owned());
    let ctx = MarkdownContext { anchor_link: Some(&failing), ..ctx };
    assert!(
        render_markdown("# x", &ctx)
            .expect_err("fails")
            .to_string()
            .contains("hỏng; correct templates/anchor-link.html")
    );
}

#[test]
fn words_are_counted_as_the_unicode_standard_says() {
    for c in ('\u{20}'..='\u{250}')
        .chain('\u{1e00}'..='\u{1f00}')
        .chain(['\u{301}', '\u{200b}', '\u{feff}', '中', '😀'])
    {
        for text in [format!("a{c}b"), format!("a{c} {c}b 1{c}2"), format!("{c}"), format!("a.{c} {c}{c}'s")]
        {
            assert_eq!(reading_time(&text).0, text.unicode_words().count(), "{text:?}");
        }
    }
    assert_eq!(reading_time("một hai ```ba bốn``` năm"), (3, 1));
    assert_eq!(reading_time(&"từ ".repeat(201)), (201, 2));
    assert_eq!(reading_time(""), (0, 0));
}

#[test]
fn slugs_follow_the_strategy() {
    let name = "Đơn vị: \"Mường La\" <số 1>. ";
    assert_eq!(slugify(name, SlugifyStrategy::On), "don-vi-muong-la-so-1");
    assert_eq!(slugify(name, SlugifyStrategy::Safe), "Đơn vị Mường La số 1");
    assert_eq!(slugify(name, SlugifyStrategy::Off), name);
}

#[test]
fn data_files_are_refused_with_the_line() {
    let cases = [
        ("data/a.json", "{\n\"a\": }", "data/a.json:2: "),
        ("data/a.csv", "a,b\n1,2\n3\n", "data/a.csv:3: "),
        ("data/a.toml", "a = 1\nb = \n", "data/a.toml:2: "),
        ("data/a.yaml", "a: 1", "data/a.yaml:1: `load_data` of yaml is not implemented"),
    ];
    for (path, text, expected) in cases {
        let message = load_data(path, text, None).expect_err(path).to_string();
        assert!(message.contains(expected), "{message}");
    }
    assert_eq!(load_data("x", "[1]", Some("JSON")).expect("JSON")[0], 1);
    assert!(load_data("x", "", Some("ini")).expect_err("unknown").to_string().contains("no format `ini`"));
}

fn sheets(files: &[(&str, &str)]) -> Result<BTreeMap<String, Vec<String>>, ContentError> {
    let files: BTreeMap<String, Arc<[u8]>> =
        files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().into())).collect();
    let compiled = compile_sass(&files)?;
    Ok(compiled.into_iter().map(|sheet| (sheet.css_path, sheet.read.into_iter().collect())).collect())
}

#[test]
fn a_style_sheet_names_what_it_was_made_from() {
    let read =
        sheets(&[("sass/a/b.scss", "@use '../c/d';"), ("sass/c/_d.scss", "x{y:z}"), ("sass/_no.scss", "")]);
    let expected = vec!["sass/a/b.scss".to_owned(), "sass/c/_d.scss".to_owned()];
    assert_eq!(read.expect("good"), BTreeMap::from([("a/b.css".to_owned(), expected)]));
}

#[test]
fn a_style_sheet_that_climbs_out_draws_numbers_or_clashes_is_refused() {
    let cases = [
        (vec![("sass/a.scss", "@import '../../etc/passwd';")], "which is outside sass/"),
        (vec![("sass/a.scss", "@import '/etc/passwd';")], "which is outside sass/"),
        (
            vec![("sass/a.scss", "@import '../templates/x';"), ("templates/_x.scss", "")],
            "the style sheet does not compile",
        ),
        (vec![("sass/a.scss", "\na{b:random(3)}")], "sass/a.scss:2: the Sass function `random(…)`"),
        (vec![("sass/a.scss", ""), ("sass/a.sass", "")], "gives the same a.css"),
        (vec![("sass/a.scss", "a{")], "sass/a.scss: the style sheet does not compile"),
    ];
    for (files, expected) in cases {
        let message = sheets(&files).expect_err(expected).to_string();
        assert!(message.contains(expected), "{message}");
    }
}
