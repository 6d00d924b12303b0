//! Renders a fixture project the way its templates print it, so that the result can be compared with Zola's output.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use niemyet::build::content::ContentError;
use niemyet::build::content::FileInfo;
use niemyet::build::content::InsertAnchor;
use niemyet::build::content::MarkdownContext;
use niemyet::build::content::ParsedPage;
use niemyet::build::content::ParsedSection;
use niemyet::build::content::Rendered;
use niemyet::build::content::SiteConfig;
use niemyet::build::content::compile_sass;
use niemyet::build::content::load_data;
use niemyet::build::content::raw::Raw;
use niemyet::build::content::reading::reading_time;
use niemyet::build::content::render_markdown;
use serde_json::Value;
use serde_json::json;

/// Every file under a folder, path → bytes.
pub fn read_tree(root: &Path) -> BTreeMap<String, Arc<[u8]>> {
    let mut tree = BTreeMap::new();
    for entry in walkdir::WalkDir::new(root) {
        let entry = entry.expect("the fixture is readable");
        if entry.file_type().is_file() {
            let relative = entry.path().strip_prefix(root).expect("below the root");
            let path =
                relative.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>();
            tree.insert(path.join("/"), fs::read(entry.path()).expect("readable").into());
        }
    }
    tree
}

/// A project read, its addresses known.
pub struct Site {
    pub config: SiteConfig,
    pub files: BTreeMap<String, Arc<[u8]>>,
    pub pages: Vec<ParsedPage>,
    pub sections: Vec<ParsedSection>,
    permalinks: BTreeMap<String, String>,
}

impl Site {
    pub fn read(root: &Path) -> Result<Self, ContentError> {
        let files: BTreeMap<_, _> =
            read_tree(root).into_iter().filter(|(path, _)| !path.starts_with("expected/")).collect();
        let config = SiteConfig::parse("config.toml", text(&files, "config.toml"))?;
        let (mut pages, mut sections, mut permalinks) = (Vec::new(), Vec::new(), BTreeMap::new());
        for path in files.keys().filter(|path| path.starts_with("content/") && path.ends_with(".md")) {
            let source = text(&files, path);
            if path.rsplit('/').next().is_some_and(|name| name.starts_with("_index.")) {
                let section = ParsedSection::parse(path, source, &config)?;
                permalinks.insert(section.file.relative.clone(), section.permalink.clone());
                sections.push(section);
            } else {
                let page = ParsedPage::parse(path, source, &config)?;
                permalinks.insert(page.file.relative.clone(), page.permalink.clone());
                pages.push(page);
            }
        }
        Ok(Self { config, files, pages, sections, permalinks })
    }

    pub fn resolve(&self, path: &str) -> Option<String> {
        self.permalinks.get(path).cloned()
    }

    /// Output path → text, for pages, sections, the home page and style sheets.
    pub fn render(&self) -> Result<BTreeMap<String, String>, ContentError> {
        let mut output = BTreeMap::new();
        let resolve = |path: &str| self.resolve(path);
        for page in &self.pages {
            let ctx = MarkdownContext::of_page(&self.config, page, self.anchors_of(page), &resolve);
            let rendered = render_markdown(self.markdown(&page.file, page.raw), &ctx)?;
            output.insert(
                format!("{}index.html", &page.path[1..]),
                print_page(page, self.markdown(&page.file, page.raw), &rendered),
            );
        }
        for section in &self.sections {
            let ctx = MarkdownContext::of_section(&self.config, section, &resolve);
            let markdown = self.markdown(&section.file, section.raw);
            let rendered = render_markdown(markdown, &ctx)?;
            let printed = if section.is_index() {
                self.print_home(section)
            } else {
                print_section(section, markdown, &rendered)
            };
            output.insert(format!("{}index.html", &section.path[1..]), printed);
        }
        for sheet in compile_sass(&self.files)? {
            output.insert(sheet.css_path, String::from_utf8(sheet.bytes).expect("CSS is text"));
        }
        Ok(output)
    }

    fn markdown(&self, file: &FileInfo, raw: Raw) -> &str {
        raw.text(&self.files[&file.path])
    }

    /// What the nearest section above says, or the configuration.
    fn anchors_of(&self, page: &ParsedPage) -> InsertAnchor {
        let section = self
            .sections
            .iter()
            .find(|section| section.file.parent == page.file.parent && section.lang == page.lang);
        section
            .and_then(|section| section.meta.insert_anchor_links)
            .unwrap_or(self.config.markdown.insert_anchor_links)
    }

    fn print_home(&self, section: &ParsedSection) -> String {
        let pretty = |value: &Value| serde_json::to_string_pretty(value).expect("JSON");
        let mut out = pretty(&self.config.to_value(&section.lang));
        for path in self.files.keys().filter(|path| path.starts_with("data/")) {
            let value = load_data(path, text(&self.files, path), None).expect("the data file is good");
            let _ = write!(out, "\n{path}\n{}", pretty(&value));
        }
        out.push('\n');
        out
    }
}

fn text<'a>(files: &'a BTreeMap<String, Arc<[u8]>>, path: &str) -> &'a str {
    std::str::from_utf8(&files[path]).expect("the fixture is UTF-8")
}

fn print_page(page: &ParsedPage, markdown: &str, rendered: &Rendered) -> String {
    let (year, month, day) =
        page.meta.date_parts().map_or((None, None, None), |(y, m, d)| (Some(y), Some(m), Some(d)));
    print(
        &rendered.body,
        &[
            ("summary", json!(rendered.summary)),
            ("toc", json!(rendered.toc)),
            ("relative_path", json!(page.file.relative)),
            ("colocated_path", json!(page.file.colocated_path)),
            ("permalink", json!(page.permalink)),
            ("slug", json!(page.slug)),
            ("title", json!(page.meta.title)),
            ("description", json!(page.meta.description)),
            ("updated", json!(page.meta.updated)),
            ("date", json!(page.meta.date)),
            ("year", json!(year)),
            ("month", json!(month)),
            ("day", json!(day)),
            ("taxonomies", json!(page.meta.taxonomies)),
            ("authors", json!(page.meta.authors)),
            ("extra", json!(page.meta.extra)),
            ("path", json!(page.path)),
            ("components", json!(page.components)),
            ("word_count", json!(reading_time(markdown).0)),
            ("reading_time", json!(reading_time(markdown).1)),
            ("draft", json!(page.meta.draft)),
            ("lang", json!(page.lang)),
        ],
    )
}

fn print_section(section: &ParsedSection, markdown: &str, rendered: &Rendered) -> String {
    print(
        &rendered.body,
        &[
            ("toc", json!(rendered.toc)),
            ("relative_path", json!(section.file.relative)),
            ("colocated_path", json!(section.file.colocated_path)),
            ("permalink", json!(section.permalink)),
            ("title", json!(section.meta.title)),
            ("extra", json!(section.meta.extra)),
            ("path", json!(section.path)),
            ("components", json!(section.components)),
            ("word_count", json!(reading_time(markdown).0)),
            ("reading_time", json!(reading_time(markdown).1)),
            ("lang", json!(section.lang)),
            ("generate_feeds", json!(section.meta.generate_feeds)),
            ("transparent", json!(section.meta.transparent)),
            ("paginate_by", json!(section.meta.paginate_by)),
        ],
    )
}

/// As `templates/page.html` and `templates/section.html` of the fixtures print it.
fn print(body: &str, fields: &[(&str, Value)]) -> String {
    let mut out = format!("{body}\n");
    for (key, value) in fields {
        let _ = writeln!(out, "{key}: {value}");
    }
    out
}
