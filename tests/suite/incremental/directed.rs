//! One test per way in which a rebuild could miss something: after each step the site equals a full build.

use niemyet::build::engine::Engine;
use niemyet::build::source::Edit;
use niemyet::build::source::SourceTree;

use super::Pages;
use super::applied;
use super::assert_same;
use super::full;
use super::take;

const CONFIG: &str = r#"base_url = "https://thu.example"
default_language = "vi"
title = "Thử"
compile_sass = true
generate_feeds = true
feed_limit = 2
build_search_index = false
[languages.en]
generate_feeds = true
"#;

const PAGE: &str = r#"{{ page.title }}|{{ page.permalink }}|{{ page.content | safe }}|{{ page.ancestors | join(sep=">") }}
{{ page.toc | json_encode }}|{{ page.assets | join }}|{% if page.lower %}{{ page.lower.title }}{% endif %}|
{%- if page.higher %}{{ page.higher.permalink }}{% endif %}
{%- for t in page.translations %}{{ t.lang }} {{ t.title }} {{ t.permalink }};{% endfor %}
{%- for b in page.backlinks %}<{{ b.title }} {{ b.permalink }}{% endfor %}
{%- include ["rieng.html", "chung.html"] ignore missing %}
{%- set d = load_data(path="bang.json", required=false) %}{{ d | json_encode }}"#;

const LIST: &str = r#"{{ section.title }}|{{ section.content | safe }}|{{ section.subsections | join }}|{{ section.assets | join }}
{%- for s in section.subsections %}{% set sub = get_section(path=s) %}{{ sub.title }} {{ sub.pages | length }};{% endfor %}
{%- if paginator %}{{ paginator.current_index }}/{{ paginator.number_pagers }} {{ paginator.total_pages }} {{ paginator.last }}
{%- for p in paginator.pages %}{{ p.title }};{% endfor %}
{%- else %}{% for p in section.pages %}{{ p.title }} {{ p.permalink }};{% endfor %}{% endif %}
{%- for b in section.backlinks %}<{{ b.title }} {{ b.permalink }}{% endfor %}"#;

const FEED: &str = r#"{{ last_updated | default(value="-") }}{% for p in pages %}{{ p.title }} {{ p.permalink }} {{ p.date }};{% endfor %}"#;

/// A small site whose templates show whatever can move.
pub fn small() -> SourceTree {
    source(&[
        ("config.toml", CONFIG),
        ("templates/page.html", PAGE),
        ("templates/mau.html", "mẫu {{ page.title }}"),
        ("templates/section.html", LIST),
        ("templates/index.html", LIST),
        ("templates/chung.html", "chung"),
        ("templates/404.html", "không thấy"),
        ("templates/robots.txt", "robots"),
        ("templates/atom.xml", FEED),
        ("templates/sitemap.xml", "{% for e in entries %}{{ e.permalink }} {{ e.updated }};{% endfor %}"),
        ("templates/split_sitemap_index.xml", "{% for s in sitemaps %}{{ s }};{% endfor %}"),
        ("templates/internal/alias.html", "tới {{ url }}"),
        ("content/_index.md", "+++\ntitle = \"Nhà\"\n+++\n"),
        ("content/_index.en.md", "+++\ntitle = \"Home\"\n+++\n"),
        ("content/tin/_index.md", "+++\ntitle = \"Tin\"\nsort_by = \"weight\"\n+++\n"),
        ("content/tin/mot.md", "+++\ntitle = \"Một\"\nweight = 1\ndate = 2021-05-01\n+++\n## Đầu\n"),
        (
            "content/tin/hai.md",
            "+++\ntitle = \"Hai\"\nweight = 2\ndate = 2021-05-02\n+++\n[một](@/tin/mot.md)\n",
        ),
        ("content/tin/ba.md", "+++\ntitle = \"Ba\"\nweight = 3\ndate = 2021-05-03\n+++\n"),
    ])
}

fn source(files: &[(&str, &str)]) -> SourceTree {
    files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().into())).collect()
}

/// A site that is edited step by step.
pub struct Story {
    source: SourceTree,
    engine: Engine,
    pages: Pages,
    steps: usize,
}

impl Story {
    pub fn of(files: &[(&str, &str)]) -> Self {
        let mut tree = small();
        tree.extend(source(files));
        let (engine, pages) = full(&tree).expect("the first state builds");
        Self { source: tree, engine, pages, steps: 0 }
    }

    fn try_step(&mut self, files: &[(&str, Option<&str>)]) -> Result<(), String> {
        let edits: Vec<Edit> = files
            .iter()
            .map(|(path, text)| Edit {
                path: (*path).to_owned(),
                bytes: text.map(|text| text.as_bytes().into()),
            })
            .collect();
        let next = applied(&self.source, &edits);
        self.steps += 1;
        let what = format!("step {}: {files:?}", self.steps);
        match (self.engine.apply(&edits), full(&next)) {
            (Ok(changes), Ok((_, expected))) => {
                take(&mut self.pages, changes);
                assert_same(&self.pages, &expected, &what);
                assert_eq!(self.engine.source(), &next, "{what}: sources");
                self.source = next;
                Ok(())
            }
            (Err(ours), Err(fulls)) => {
                assert!(!fulls.is_empty(), "{what}: a full build gives no reason");
                assert_eq!(self.engine.source(), &self.source, "{what}: a refused change stays");
                Err(ours.to_string())
            }
            (Ok(_), Err(error)) => panic!("{what}: accepted, but a full build says {error}"),
            (Err(error), Ok(_)) => panic!("{what}: refused with {error}, but a full build accepts it"),
        }
    }

    /// Whether there is an output of that path.
    pub fn has(&self, path: &str) -> bool {
        self.pages.contains_key(path)
    }

    /// An edit that is accepted.
    pub fn step(&mut self, files: &[(&str, Option<&str>)]) -> &mut Self {
        self.try_step(files).unwrap_or_else(|error| panic!("step {}: {files:?}: {error}", self.steps));
        self
    }

    /// An edit that is refused with these words.
    pub fn refused(&mut self, words: &str, files: &[(&str, Option<&str>)]) -> &mut Self {
        let error = self.try_step(files).expect_err("an edit that must be refused");
        assert!(error.contains(words), "step {}: {error:?} does not say {words:?}", self.steps);
        self
    }
}

fn page(head: &str, body: &str) -> String {
    format!("+++\n{head}\n+++\n{body}\n")
}

#[test]
fn transparent_chains_move_pages_up_and_down() {
    let sub = |more: &str| page(&format!("title = \"Con\"\nsort_by = \"weight\"\n{more}"), "");
    let leaf = page("title = \"Lá\"\nweight = 2", "");
    Story::of(&[
        ("content/tin/con/_index.md", &sub("transparent = true")),
        ("content/tin/con/chau/_index.md", &sub("transparent = true")),
        ("content/tin/con/chau/la.md", &leaf),
    ])
    .step(&[("content/tin/con/_index.md", Some(&sub("")))])
    .step(&[("content/tin/con/chau/_index.md", None)])
    .step(&[("content/tin/con/chau/_index.md", Some(&sub("transparent = true")))])
    .step(&[("content/tin/con/_index.md", Some(&sub("transparent = true")))])
    .step(&[("content/tin/con/_index.md", None)])
    .step(&[
        ("content/tin/_index.md", Some(&sub("transparent = true"))),
        ("content/tin/con/_index.md", Some(&sub(""))),
    ]);
}

/// The neighbours of its pages are told by the section above, whose list stays as it was.
#[test]
fn a_transparent_section_in_another_order_takes_no_neighbours_away() {
    let above = |sort_by: &str| page(&format!("title = \"Tin\"\nsort_by = \"{sort_by}\""), "");
    let sub = |more: &str| page(&format!("title = \"Con\"\n{more}"), "");
    Story::of(&[
        ("content/tin/con/_index.md", &sub("transparent = true\nsort_by = \"date\"")),
        ("content/tin/con/bon.md", &page("title = \"Bốn\"\nweight = 2\ndate = 2021-06-01", "")),
        ("content/tin/con/nam.md", &page("title = \"Năm\"\nweight = 9\ndate = 2021-06-02", "")),
    ])
    .step(&[("content/tin/con/_index.md", Some(&sub("transparent = true\nsort_by = \"weight\"")))])
    .step(&[("content/tin/con/_index.md", Some(&sub("transparent = true")))])
    .step(&[
        ("content/tin/con/_index.md", Some(&sub("transparent = true\nsort_by = \"title\""))),
        ("content/tin/_index.md", Some(&above("date"))),
    ])
    .step(&[("content/tin/con/_index.md", Some(&sub("sort_by = \"weight\"")))]);
}

#[test]
fn a_section_above_gives_its_pages_another_template() {
    let with = |more: &str| page(&format!("title = \"Tin\"\nsort_by = \"weight\"\n{more}"), "");
    Story::of(&[
        ("content/tin/con/_index.md", &with("")),
        ("content/tin/con/la.md", &page("title = \"Lá\"", "")),
    ])
    .step(&[("content/tin/_index.md", Some(&with("page_template = \"mau.html\"")))])
    .step(&[("content/tin/con/_index.md", None)])
    .step(&[("content/tin/con/_index.md", Some(&with("page_template = \"page.html\"")))])
    .refused("template does not exist", &[("templates/mau.html", None)])
    .step(&[("content/tin/_index.md", Some(&with("")))])
    .step(&[("templates/mau.html", None)])
    .refused("does not exist", &[("content/tin/_index.md", Some(&with("page_template = \"mau.html\"")))])
    .step(&[
        ("templates/mau.html", Some("mới {{ page.title }}")),
        ("content/tin/_index.md", Some(&with("page_template = \"mau.html\""))),
    ]);
}

#[test]
fn a_section_gives_its_pages_anchor_links() {
    let with = |more: &str| page(&format!("title = \"Tin\"\nsort_by = \"weight\"\n{more}"), "## Mục\n");
    Story::of(&[])
        .step(&[("content/tin/_index.md", Some(&with("insert_anchor_links = \"left\"")))])
        .step(&[("content/tin/_index.md", Some(&with("insert_anchor_links = \"heading\"")))])
        .step(&[("content/tin/_index.md", None)])
        .step(&[("content/tin/_index.md", Some(&with("insert_anchor_links = \"right\"")))])
        .step(&[("content/tin/_index.md", Some(&with("")))]);
}

#[test]
fn files_beside_sections_and_pages_come_and_go() {
    let inner = page("title = \"Trong\"\nweight = 9", "");
    Story::of(&[])
        .step(&[("content/tin/anh.png", Some("a"))])
        .step(&[("content/tin/anh.png", Some("b"))])
        .step(&[("content/tin/goi/index.md", Some(&inner)), ("content/tin/goi/sau/tep.txt", Some("x"))])
        .step(&[("content/tin/goi/Bia.png", Some("x")), ("content/tin/goi/sau/tep.txt", Some("y"))])
        .step(&[(
            "content/tin/goi/index.md",
            Some(&page("title = \"Trong\"\nslug = \"khac\"\nweight = 9", "")),
        )])
        .refused("both make", &[("static/tin/khac/Bia.png", Some("z"))])
        .step(&[("content/tin/goi/index.md", None)])
        .step(&[("content/tin/goi/index.md", Some(&inner)), ("content/tin/goi/Bia.png", None)])
        .step(&[("content/tin/_index.md", None)])
        .step(&[("content/tin/_index.md", Some(&page("title = \"Lại\"", "")))]);
}

#[test]
fn aliases_and_redirects_collide_when_they_do() {
    let with = |more: &str| page(&format!("title = \"Một\"\nweight = 1\n{more}"), "## Đầu\n");
    Story::of(&[])
        .step(&[("content/tin/mot.md", Some(&with("aliases = [\"cu\", \"cu/trang.html\"]")))])
        .refused("both make `cu/index.html`", &[("content/cu.md", Some(&page("title = \"Cũ\"", "")))])
        .step(&[
            ("content/cu.md", Some(&page("title = \"Cũ\"", ""))),
            ("content/tin/mot.md", Some(&with("aliases = [\"cu-hon\"]"))),
        ])
        .refused(
            "both make",
            &[("content/tin/hai.md", Some(&page("title = \"Hai\"\naliases = [\"cu-hon\"]", "")))],
        )
        .step(&[("content/tin/mot.md", Some(&with("slug = \"duy-nhat\"\naliases = [\"tin/mot\"]")))])
        .refused(
            "both make",
            &[("content/tin/ba.md", Some(&page("title = \"Ba\"\nweight = 3\nslug = \"mot\"", "")))],
        )
        .step(&[("content/tin/_index.md", Some(&page("title = \"Tin\"\nredirect_to = \"cu\"", "")))])
        .step(&[(
            "content/tin/_index.md",
            Some(&page("title = \"Tin\"\nredirect_to = \"https://khac.example/\"", "")),
        )])
        .step(&[("content/tin/_index.md", Some(&page("title = \"Tin\"\nrender = false", "")))])
        .step(&[("content/tin/_index.md", Some(&page("title = \"Tin\"", "")))]);
}

#[test]
fn the_same_redirect_moves_from_one_page_to_another() {
    let with = |title: &str, more: &str| page(&format!("title = \"{title}\"\n{more}"), "");
    Story::of(&[])
        .step(&[("content/tin/ba.md", Some(&with("Ba", "aliases = [\"x\"]")))])
        .step(&[
            ("content/tin/ba.md", None),
            ("content/ba.md", Some(&with("Ba", "path = \"tin/ba\"\naliases = [\"x\"]"))),
        ])
        .refused("content/ba.md", &[("content/tin/hai.md", Some(&with("Hai", "aliases = [\"x\"]")))])
        .step(&[("content/ba.md", None)]);
}

#[test]
fn paginated_lists_turn_grow_and_shrink() {
    let with = |more: &str| page(&format!("title = \"Tin\"\nsort_by = \"weight\"\n{more}"), "");
    Story::of(&[])
        .step(&[("content/tin/_index.md", Some(&with("paginate_by = 1")))])
        .step(&[("content/tin/_index.md", Some(&with("paginate_by = 1\npaginate_reversed = true")))])
        .step(&[("content/tin/bon.md", Some(&page("title = \"Bốn\"\nweight = 0", "")))])
        .step(&[("content/tin/_index.md", Some(&with("paginate_by = 2\npaginate_path = \"phan\"")))])
        .step(&[("content/tin/bon.md", None), ("content/tin/ba.md", None)])
        .step(&[("content/tin/hai.md", None), ("content/tin/mot.md", None)])
        .step(&[("content/tin/_index.md", Some(&with("")))])
        .step(&[("content/tin/_index.md", Some(&with("paginate_by = 3")))]);
}

#[test]
fn a_feed_shows_its_newest_pages_only() {
    let dated = |date: &str, more: &str| {
        page(&format!("title = \"Ngày {date}\"\ndate = {date}\nweight = 1\n{more}"), "")
    };
    Story::of(&[("content/tin/_index.md", &page("title = \"Tin\"\ngenerate_feeds = true", ""))])
        .step(&[("content/tin/bon.md", Some(&dated("2021-04-01", "")))])
        .step(&[("content/tin/bon.md", Some(&dated("2021-04-01", "updated = 2021-06-01")))])
        .step(&[("content/tin/bon.md", Some(&dated("2021-06-01", "")))])
        .step(&[("content/tin/bon.md", Some(&dated("2021-06-01", "render = false")))])
        .step(&[("content/tin/bon.md", Some(&dated("2021-06-01", "draft = true")))])
        .step(&[("content/tin/ba.md", None), ("content/tin/hai.md", None), ("content/tin/mot.md", None)])
        .step(&[("content/tin/bon.en.md", Some(&dated("2021-06-01", "")))]);
}

#[test]
fn a_feeds_last_update_follows_every_page_that_has_one() {
    let dated = |day: u8, more: &str| {
        page(&format!("title = \"Ngày {day}\"\ndate = 2021-04-{day:02}\nweight = {day}\n{more}"), "")
    };
    let latest = "updated = 2021-07-01";
    Story::of(&[("content/tin/a.md", &dated(1, latest)), ("content/tin/b.md", &dated(2, latest))])
        .step(&[("content/tin/a.md", Some(&dated(1, "")))])
        .step(&[("content/tin/b.md", Some(&dated(2, "updated = 2021-05-01")))])
        .step(&[("content/tin/a.md", Some(&dated(1, "updated = 2021-06-01\nrender = false")))])
        .step(&[("content/tin/a.md", None), ("content/tin/b.en.md", Some(&dated(2, latest)))])
        .step(&[(
            "content/tin/b.md",
            Some(&page("title = \"Không ngày\"\nweight = 2\nupdated = 2021-08-01", "")),
        )])
        .step(&[("content/tin/b.md", None)]);
}

#[test]
fn translations_and_backlinks_follow_what_goes() {
    let links = |slug: &str| {
        page(&format!("title = \"Nối\"\nslug = \"{slug}\""), "[một](@/tin/mot.md#dau) [nhà](@/_index.md)")
    };
    let english = page("title = \"One\"", "");
    Story::of(&[("content/tin/mot.en.md", &english)])
        .step(&[("content/noi.md", Some(&links("a")))])
        .step(&[("content/noi.md", Some(&links("z")))])
        .step(&[("content/tin/mot.en.md", Some(&page("title = \"Uno\"\nslug = \"uno\"", "")))])
        .step(&[("content/tin/mot.en.md", None)])
        .step(&[("content/tin/mot.en.md", Some(&english)), ("content/noi.md", None)])
        .step(&[("content/noi.md", Some(&links("b")))])
        .refused(
            "nothing there has that id",
            &[("content/tin/mot.md", Some(&page("title = \"Một\"\nweight = 1", "")))],
        )
        .refused("broken link", &[("content/tin/mot.md", None), ("content/noi.md", Some(&links("c")))])
        .step(&[("content/noi.md", Some(&links("d")))])
        .step(&[(
            "content/tin/mot.md",
            Some(&page("title = \"Một\"\nslug = \"mot-moi\"", "## Đầu\n## Sau\n")),
        )])
        .step(&[("content/noi.md", None), ("content/tin/hai.md", None), ("content/tin/mot.md", None)]);
}

#[test]
fn data_is_read_from_the_first_folder_that_has_it() {
    Story::of(&[])
        .step(&[("content/bang.json", Some("[3]"))])
        .step(&[("static/bang.json", Some("[2]")), ("content/bang.json", None)])
        .step(&[("bang.json", Some("[1]"))])
        .step(&[("bang.json", Some("[1, 1]"))])
        .refused("bang.json", &[("bang.json", Some("[1, 1"))])
        .step(&[("bang.json", None)])
        .step(&[("static/bang.json", None)]);
}

#[test]
fn templates_choose_what_appears_later() {
    Story::of(&[])
        .step(&[("templates/rieng.html", Some("riêng"))])
        .step(&[("templates/chung.html", None)])
        .step(&[("templates/rieng.html", None)])
        .step(&[("templates/chung.html", Some("{{ page.title }}"))])
        .refused("chung.html", &[("templates/chung.html", Some("{{ page.title"))])
        .refused("chung.html:1", &[("templates/chung.html", Some("{{ pages.title }}"))])
        .step(&[("templates/404.html", Some("{% set ba = get_page(path=\"tin/ba.md\") %}{{ ba.title }}"))])
        .refused("templates/404.html", &[("content/tin/ba.md", None)])
        .step(&[("content/tin/ba.md", None), ("templates/404.html", Some("không"))])
        .refused(
            "no page",
            &[(
                "templates/404.html",
                Some("{{ get_url(path=\"@/moi.md\") }} {{ get_page(path=\"moi.md\") }}"),
            )],
        )
        .step(&[
            ("templates/404.html", Some("{{ get_url(path=\"@/moi.md\") }}")),
            ("content/moi.md", Some(&page("title = \"Mới\"", ""))),
        ])
        .step(&[("content/moi.md", Some(&page("title = \"Mới\"\npath = \"khac/han\"", "")))]);
}

#[test]
fn the_home_page_and_themes_are_looked_after() {
    Story::of(&[])
        .refused("content/_index.md", &[("content/_index.md", None)])
        .refused("content/_index.en.md", &[("content/_index.en.md", None)])
        .refused("themes", &[("themes/x/theme.toml", Some(""))])
        .refused("config.toml", &[("config.toml", None)])
        .step(&[("content/_index.md", Some(&page("title = \"Nhà mới\"", "")))]);
}

#[test]
fn one_file_may_be_edited_several_times_in_a_batch() {
    let same = "+++\ntitle = \"Ba\"\nweight = 3\ndate = 2021-05-03\n+++\n";
    let other = page("title = \"Bốn\"\nweight = 0", "");
    Story::of(&[("static/a.txt", "1")])
        .step(&[("content/tin/ba.md", None), ("content/tin/ba.md", Some(same))])
        .step(&[("content/tin/ba.md", None), ("content/tin/ba.md", Some(&other))])
        .step(&[("content/tin/ba.md", Some(same)), ("content/tin/ba.md", None)])
        .step(&[("static/a.txt", None), ("static/a.txt", Some("2"))])
        .step(&[("content/tin/ba.md", Some(&other)), ("static/a.txt", Some("3")), ("static/a.txt", None)]);
}

#[test]
fn styles_follow_their_parts() {
    Story::of(&[("sass/chinh.scss", "@import \"mau\"; a { color: $mau }"), ("sass/_mau.scss", "$mau: red;")])
        .step(&[("sass/_mau.scss", Some("$mau: blue;"))])
        .refused("style sheet", &[("sass/_mau.scss", None)])
        .refused("both make", &[("static/chinh.css", Some("x"))])
        .step(&[("sass/in.scss", Some("p { margin: 0 }")), ("sass/_mau.scss", Some("$mau: green;"))])
        .step(&[("sass/chinh.scss", None), ("sass/_mau.scss", None)]);
}

#[test]
fn pages_follow_the_hash_of_a_style_sheet_and_of_a_file() {
    let hash = |path: &str| format!("{{{{ get_hash(path=\"{path}\", sha_type=256, base64=false) }}}}");
    let template = format!("{} {}", hash("chinh.css"), hash("a.txt"));
    Story::of(&[
        ("templates/page.html", &template),
        ("static/a.txt", "1"),
        ("sass/chinh.scss", "@import \"mau\"; a { color: $mau }"),
        ("sass/_mau.scss", "$mau: red;"),
    ])
    .step(&[("sass/_mau.scss", Some("$mau: blue;"))])
    .step(&[("static/a.txt", Some("2"))])
    .refused("style sheet", &[("sass/_mau.scss", None), ("static/a.txt", Some("3"))])
    .refused(
        "templates/page.html",
        &[("sass/_mau.scss", Some("$mau: pink;")), ("templates/page.html", Some("{% if %}"))],
    )
    .step(&[
        ("sass/_mau.scss", Some("$mau: green;")),
        ("content/tin/bon.md", Some(&page("title = \"Bốn\"", ""))),
    ])
    .refused("get_hash", &[("templates/page.html", Some("{{ get_hash(path=\"a.txt\") }}"))])
    .refused("no file `b.css`", &[("templates/page.html", Some(&hash("b.css")))])
    .step(&[("sass/b.scss", Some("p { margin: 0 }")), ("templates/page.html", Some(&hash("b.css")))])
    .step(&[("sass/b.scss", Some("p { margin: 1px }"))])
    .step(&[("b.css", Some("b { margin: 0 }"))])
    .step(&[("b.css", None)]);
}
