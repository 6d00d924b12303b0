//! What a reader of two releases sees otherwise: for each page its title, and the lines of visible text that came and went.

use std::collections::BTreeMap;

use serde::Serialize;

use super::changes::Difference;
use super::changes::PAGE;
use super::error::ReleaseError;
use super::loaded::Release;
use super::manifest::Kind;

/// Pages that are looked into; further ones are told by their paths alone.
const PAGES: usize = 200;
/// Lines of each sort that are listed of a page; the counts say how many there are.
const LINES: usize = 40;
/// Characters of a line that are listed.
const LONGEST: usize = 400;

/// How the text of a page differs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Wording {
    /// Where the page lies.
    pub path: String,
    /// What it is called; the former title if it is gone.
    pub title: String,
    /// Lines that only the newer page has.
    pub added: Lines,
    /// Lines that only the older page has.
    pub removed: Lines,
}

/// The wording of the pages that were looked into.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Told {
    /// In order of path.
    pub wording: Vec<Wording>,
    /// Pages that differ and were not looked into.
    pub wording_left_off: usize,
}

/// Some of the lines, in the order of the page, and how many there are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Lines {
    /// How many.
    pub count: usize,
    /// The first of them.
    pub lines: Vec<String>,
}

/// The wording of the pages that differ, in order of path; reads their bytes.
///
/// # Errors
/// If a page cannot be read.
pub fn between(old: &Release, new: &Release, difference: &Difference) -> Result<Told, ReleaseError> {
    let sorts = [&difference.added, &difference.changed, &difference.removed];
    let mut paths: Vec<&String> = sorts.iter().flat_map(|sort| &sort.paths).collect();
    paths.retain(|path| path.ends_with(PAGE));
    paths.sort();
    let read = |release: &Release, path: &str| {
        let bytes = release.read(Kind::Page, path)?;
        Ok::<_, ReleaseError>(text(&String::from_utf8_lossy(&bytes)))
    };
    paths.truncate(PAGES);
    let wording_left_off = difference.pages() - paths.len();
    let wording = paths.into_iter().map(|path| {
        let (old, new) = (read(old, path)?, read(new, path)?);
        let title = if new.title.is_empty() { &old.title } else { &new.title };
        // Of a page that came or went its own text is told, without what stands around it on every page.
        let (added, removed) = match (old.lines.is_empty(), new.lines.is_empty()) {
            (true, _) => (only(new.own(), &[]), Lines::default()),
            (_, true) => (Lines::default(), only(old.own(), &[])),
            _ => (only(&new.lines, &old.lines), only(&old.lines, &new.lines)),
        };
        Ok(Wording { path: path.clone(), title: title.clone(), added, removed })
    });
    Ok(Told { wording: wording.collect::<Result<_, ReleaseError>>()?, wording_left_off })
}

/// The lines that one text has more often than the other.
fn only(these: &[String], others: &[String]) -> Lines {
    let mut left: BTreeMap<&str, usize> = BTreeMap::new();
    for line in others {
        *left.entry(line).or_default() += 1;
    }
    let mut only = Lines::default();
    for line in these {
        if let Some(count) = left.get_mut(line.as_str()).filter(|count| **count > 0) {
            *count -= 1;
            continue;
        }
        only.count += 1;
        if only.lines.len() < LINES {
            let cut = line.chars().nth(LONGEST).map(|_| "…").unwrap_or_default();
            only.lines.push(line.chars().take(LONGEST).collect::<String>() + cut);
        }
    }
    only
}

/// What a reader sees of a page.
#[derive(Debug, Default, PartialEq, Eq)]
struct Text {
    title: String,
    lines: Vec<String>,
    /// Where the lines of the element `main` begin and end.
    main: Option<(usize, usize)>,
}

impl Text {
    /// The lines of `main`; all, if there is no such element.
    fn own(&self) -> &[String] {
        self.main.and_then(|(start, end)| self.lines.get(start..end)).unwrap_or(&self.lines)
    }
}

/// Elements within a line; every other tag ends it.
const INLINE: &[&str] =
    &["a", "abbr", "b", "code", "em", "i", "small", "span", "strong", "sub", "sup", "time"];

fn text(html: &str) -> Text {
    let (mut text, mut line, mut within) = (Text::default(), String::new(), String::new());
    let mut rest = html;
    while !rest.is_empty() {
        let (words, tag) = rest.split_once('<').unwrap_or((rest, ""));
        match within.as_str() {
            "script" | "style" => {}
            "title" => text.title += &plain(words),
            _ => line.push_str(words),
        }
        let (tag, after) = tag.split_once('>').unwrap_or((tag, ""));
        let name: String = tag.chars().take_while(char::is_ascii_alphanumeric).collect();
        let opens = ["script", "style", "title"].contains(&name.as_str());
        if opens {
            within.clone_from(&name);
        } else if tag.strip_prefix('/').is_some_and(|name| name.trim() == within) {
            within.clear();
        }
        if tag == "/main"
            && let Some((_, last)) = &mut text.main
        {
            end(&mut line, &mut text.lines);
            *last = text.lines.len();
        } else if name == "main" {
            end(&mut line, &mut text.lines);
            text.main = Some((text.lines.len(), usize::MAX));
        }
        if !INLINE.contains(&tag.trim_start_matches('/').split_whitespace().next().unwrap_or_default()) {
            end(&mut line, &mut text.lines);
        }
        rest = after;
    }
    end(&mut line, &mut text.lines);
    text
}

fn end(line: &mut String, lines: &mut Vec<String>) {
    let words = plain(line);
    line.clear();
    if !words.is_empty() {
        lines.push(words);
    }
}

/// Words without references to characters, as far as templates write them, and with single spaces.
fn plain(words: &str) -> String {
    let mut words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let known = [
        ("&nbsp;", " "),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#x27;", "'"),
        ("&#39;", "'"),
        ("&#x2F;", "/"),
        ("&amp;", "&"),
    ];
    for (reference, character) in known {
        words = words.replace(reference, character);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_reader_sees_of_a_page() {
        let page = "<title>Đơn vị &amp; khu vực</title><style>p { a: b }</style>\n<h1>Đơn vị</h1><p>Số <b>một</b>\n  và&nbsp;hai</p>a &lt; b<br>c";
        let text = text(page);
        assert_eq!(text.title, "Đơn vị & khu vực");
        assert_eq!(text.lines, ["Đơn vị", "Số một và hai", "a < b", "c"]);
        assert_eq!(text.own(), text.lines);
    }

    #[test]
    fn what_a_page_says_itself_stands_in_main() {
        let page =
            text("<header>Đầu</header><main id=\"noi-dung\">\n<p>Một</p>Hai</main><footer>Chân</footer>");
        assert_eq!(page.own(), ["Một", "Hai"]);
        assert_eq!(page.lines, ["Đầu", "Một", "Hai", "Chân"]);
    }

    #[test]
    fn lines_are_counted_and_cut() {
        let lines = |count: usize| vec!["x".repeat(LONGEST + 1); count];
        let only = only(&lines(LINES + 3), &lines(1));
        assert_eq!((only.count, only.lines.len()), (LINES + 2, LINES));
        assert_eq!(only.lines[0].chars().count(), LONGEST + 1);
    }
}
