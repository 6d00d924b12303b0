//! What a reader of two releases sees otherwise: for each page its title, and the lines of visible text that came and went.

use std::collections::BTreeMap;

use html5gum::DefaultEmitter;
use html5gum::Token;
use html5gum::Tokenizer;
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

/// The wording of the pages that differ, in order of path; `old` and `new` give the bytes of a page, none of one that is not there.
///
/// # Errors
/// If a page cannot be read.
pub fn between(
    difference: &Difference,
    old: impl Fn(&str) -> Result<Vec<u8>, ReleaseError>,
    new: impl Fn(&str) -> Result<Vec<u8>, ReleaseError>,
) -> Result<Told, ReleaseError> {
    let sorts = [&difference.added, &difference.changed, &difference.removed];
    let mut paths: Vec<&String> = sorts.iter().flat_map(|sort| &sort.paths).collect();
    paths.retain(|path| path.ends_with(PAGE));
    paths.sort();
    paths.truncate(PAGES);
    let wording_left_off = difference.pages() - paths.len();
    let wording = paths.into_iter().map(|path| {
        let (old, new) = (text(&old(path)?), text(&new(path)?));
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

/// The same between two releases.
///
/// # Errors
/// If a page cannot be read.
pub fn of_releases(old: &Release, new: &Release, difference: &Difference) -> Result<Told, ReleaseError> {
    between(difference, |path| old.read(Kind::Page, path), |path| new.read(Kind::Page, path))
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
    /// Those in the element `main` and in no `nav`.
    main: Vec<String>,
}

impl Text {
    /// What the page says itself; all, if it has no `main`.
    fn own(&self) -> &[String] {
        if self.main.is_empty() { &self.lines } else { &self.main }
    }
}

/// Elements within a line; every other tag ends it.
const INLINE: [&[u8]; 12] =
    [b"a", b"abbr", b"b", b"code", b"em", b"i", b"small", b"span", b"strong", b"sub", b"sup", b"time"];
/// Elements whose text is not the page's.
const ASIDE: [&[u8]; 3] = [b"script", b"style", b"title"];

/// Reads a page tag by tag.
#[derive(Default)]
struct Reader {
    text: Text,
    line: String,
    /// Elements of [`ASIDE`], `main` and `nav` that are open.
    open: Vec<Vec<u8>>,
}

impl Reader {
    fn is_in(&self, name: &[u8]) -> bool {
        self.open.iter().any(|open| open == name)
    }

    fn end_line(&mut self) {
        let words = single_spaces(&std::mem::take(&mut self.line));
        if words.is_empty() {
            return;
        }
        if self.is_in(b"main") && !self.is_in(b"nav") {
            self.text.main.push(words.clone());
        }
        self.text.lines.push(words);
    }

    fn tag(&mut self, name: &[u8], opens: bool) {
        if !INLINE.contains(&name) {
            self.end_line();
        }
        if !ASIDE.contains(&name) && name != b"main" && name != b"nav" {
            return;
        }
        if opens {
            self.open.push(name.to_vec());
        } else if let Some(at) = self.open.iter().rposition(|open| open == name) {
            self.open.truncate(at);
        }
    }

    fn words(&mut self, words: &[u8]) {
        let words = String::from_utf8_lossy(words);
        match self.open.last() {
            Some(open) if open == b"title" => self.text.title += &single_spaces(&words),
            Some(open) if ASIDE.contains(&&**open) => {}
            _ => self.line += &words,
        }
    }
}

fn text(html: &[u8]) -> Text {
    let (mut reader, mut emitter) = (Reader::default(), DefaultEmitter::default());
    // What stands in a script is no tag.
    emitter.naively_switch_states(true);
    for Ok(token) in Tokenizer::new_with_emitter(html, emitter) {
        match token {
            Token::StartTag(tag) => reader.tag(&tag.name, true),
            Token::EndTag(tag) => reader.tag(&tag.name, false),
            Token::String(words) => reader.words(&words),
            _ => {}
        }
    }
    reader.end_line();
    reader.text
}

fn single_spaces(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_reader_sees_of_a_page() {
        let page = "<title>Đơn vị &amp; khu vực</title><style>p { a: b }</style><script>if (a < b) '<p>không</p>'</script>\n\
                    <h1>Đơn vị</h1><p title=\"a > b\">Số <b>một</b>\n  và&nbsp;hai</p>a &lt; b<br>&eacute;&#x1ea1;<!-- không -->";
        let text = text(page.as_bytes());
        assert_eq!(text.title, "Đơn vị & khu vực");
        assert_eq!(text.lines, ["Đơn vị", "Số một và hai", "a < b", "éạ"]);
        assert_eq!(text.own(), text.lines);
    }

    #[test]
    fn what_a_page_says_itself_stands_in_main_and_in_no_nav() {
        let page = "<header>Đầu</header><main id=\"noi-dung\">\n<nav>Trang đầu</nav><p>Một</p>Hai</main><footer>Chân</footer>";
        let page = text(page.as_bytes());
        assert_eq!(page.own(), ["Một", "Hai"]);
        assert_eq!(page.lines, ["Đầu", "Trang đầu", "Một", "Hai", "Chân"]);
    }

    #[test]
    fn lines_are_counted_and_cut() {
        let lines = |count: usize| vec!["x".repeat(LONGEST + 1); count];
        let only = only(&lines(LINES + 3), &lines(1));
        assert_eq!((only.count, only.lines.len()), (LINES + 2, LINES));
        assert_eq!(only.lines[0].chars().count(), LONGEST + 1);
    }
}
