//! Reads Rust source just far enough for the layout rules: what is code, what is a test, how long a function is.

use std::ops::Range;

use regex::Regex;

/// One source file.
#[derive(Clone)]
pub struct RustFile<'a> {
    pub path: &'a str,
    pub text: &'a str,
    /// The text with every comment, string and character blanked out; the same length, the same lines.
    pub masked: String,
}

/// A function and its length, from `fn` to the closing brace.
pub struct Function {
    pub name: String,
    pub line: usize,
    pub lines: usize,
}

impl<'a> RustFile<'a> {
    pub fn new(path: &'a str, text: &'a str) -> Self {
        Self { path, text, masked: mask(text) }
    }

    pub fn functions(&self) -> impl Iterator<Item = Function> {
        let pattern = Regex::new(r"\bfn (\w+)").expect("a pattern");
        let found: Vec<_> = pattern
            .captures_iter(&self.masked)
            .filter_map(|one| Some((one.get(0)?.start(), one[1].to_owned())))
            .collect();
        found.into_iter().filter_map(|(start, name)| {
            let body = body(&self.masked, start)?;
            let line = 1 + self.masked[..start].matches('\n').count();
            Some(Function { name, line, lines: 1 + self.masked[start..body.end].matches('\n').count() })
        })
    }

    /// The masked code with every item under `#[cfg(test)]` blanked out too.
    pub fn outside_tests(&self) -> String {
        let mut code = self.masked.clone();
        for (start, _) in self.masked.match_indices("#[cfg(test)]") {
            if let Some(body) = body(&self.masked, start) {
                code.replace_range(start..body.end, &blank(&self.masked[start..body.end]));
            }
        }
        code
    }
}

/// `release` for `tests/suite/release.rs`, `support` for `tests/suite/support/mod.rs`; nothing for the suite's own main file
/// and for files that such a module declares itself.
pub fn module_name(path: &str) -> Option<&str> {
    let rest = path.strip_prefix("tests/suite/")?;
    let name = rest.strip_suffix("/mod.rs").or_else(|| rest.strip_suffix(".rs"))?;
    (name != "main" && !name.contains('/')).then_some(name)
}

/// From the first `{` after `start` to its closing brace; nothing if a `;` ends the item first.
fn body(masked: &str, start: usize) -> Option<Range<usize>> {
    let (mut depth, mut brackets, mut open) = (0_usize, 0_usize, None);
    for (at, byte) in masked.bytes().enumerate().skip(start) {
        match byte {
            b'[' | b'(' => brackets += 1,
            b']' | b')' => brackets = brackets.saturating_sub(1),
            b';' if open.is_none() && brackets == 0 => return None,
            b'{' => {
                open.get_or_insert(at);
                depth += 1;
            }
            b'}' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return open.map(|open| open..at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

fn blank(text: &str) -> String {
    text.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect()
}

/// Blanks comments, strings and characters.
fn mask(text: &str) -> String {
    let quoted = r##"(?s)//[^\n]*|b?r"[^"]*"|b?r#".*?"#|b?"(?:[^"\\]|\\.)*"|b?'(?:[^'\\\n]|\\[^\n]{1,8}?)'"##;
    let pattern = Regex::new(quoted).expect("a pattern");
    let without_blocks = mask_block_comments(text);
    let mut masked = String::with_capacity(text.len());
    let mut last = 0;
    for found in pattern.find_iter(&without_blocks) {
        masked.push_str(&without_blocks[last..found.start()]);
        masked.push_str(&blank(found.as_str()));
        last = found.end();
    }
    masked.push_str(&without_blocks[last..]);
    masked
}

/// Block comments that begin a line; elsewhere `/*` may stand in a string (a route, a glob), and we write no others.
fn mask_block_comments(text: &str) -> String {
    let pattern = Regex::new(r"(?sm)^[ \t]*/\*.*?\*/").expect("a pattern");
    pattern.replace_all(text, |found: &regex::Captures<'_>| blank(&found[0])).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_what_is_not_code_and_keeps_every_line() {
        let text = "a // b {\n\"c { \\\" {\" 'd' '{' '\\'' &'e f r#\"g \" {\"# b\"h\"\n/* i\n{ */ j '\\u{1F600}' \"k\nđ\"";
        let masked = mask(text);
        assert_eq!((masked.len(), masked.matches('\n').count()), (text.len(), text.matches('\n').count()));
        let left: Vec<&str> = masked.split_whitespace().collect();
        assert_eq!(left, ["a", "&'e", "f", "j"]);
    }

    #[test]
    fn measures_functions() {
        let text = "fn a() {\n    if b { c }\n}\ntrait T { fn d(&self, e: [u8; 4]); }\nfn f() -> [u8; 2] {\n    [0; 2]\n}\n";
        let found: Vec<_> =
            RustFile::new("a.rs", text).functions().map(|one| (one.name, one.line, one.lines)).collect();
        assert_eq!(found, [("a".to_owned(), 1, 3), ("f".to_owned(), 5, 3)]);
    }

    #[test]
    fn names_the_modules_that_main_must_declare() {
        assert_eq!(module_name("tests/suite/web.rs"), Some("web"));
        assert_eq!(module_name("tests/suite/support/mod.rs"), Some("support"));
        assert_eq!(module_name("tests/suite/support/tree.rs"), None);
        assert_eq!(module_name("tests/suite/main.rs"), None);
    }
}
