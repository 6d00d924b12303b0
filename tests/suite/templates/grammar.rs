//! Random templates: a grammar that turns a list of numbers into text. Fewer and smaller numbers give simpler templates,
//! so a failing case shrinks to its core.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Names of the context, and paths into it; some do not exist.
const PATHS: [&str; 46] = [
    "text",
    "n",
    "list",
    "words",
    "map",
    "rows",
    "row",
    "yes",
    "no",
    "nil",
    "f",
    "whole",
    "neg",
    "big",
    "empty",
    "none",
    "hollow",
    "mixed",
    "key",
    "idx",
    "missing",
    "map.a",
    "map.b",
    "map.missing",
    "map[\"c.d\"].e.0",
    "map['a']",
    "map[key]",
    "map[\"c.d\"][\"e\"][1]",
    "rows[0].name",
    "rows.1.inner.k",
    "rows[idx].n",
    "rows[9].n",
    "list[idx]",
    "list.0",
    "list[n]",
    "map[missing]",
    "words[rows[idx].n]",
    "row.inner.k",
    "row.tags",
    "row.missing",
    "text.x",
    "nil.x",
    "rows[key]",
    "row[\"name\"]",
    "row.tags[0]",
    "map[\"slash/ed\"]",
];

/// Names that loops and assignments bind.
const NAMES: [&str; 7] = ["v", "w", "s", "g", "row", "n", "map"];

/// Paths that start at a bound name.
const BOUND: [&str; 16] = [
    "v",
    "w",
    "s",
    "g",
    "k",
    "v.name",
    "v.n",
    "v.inner.k",
    "w.n",
    "v[key]",
    "loop.index",
    "loop.index0",
    "loop.first",
    "loop.last",
    "g.a",
    "v.tags",
];

const LITERALS: [&str; 14] =
    ["1", "0", "-2", "2.5", "3.0", "\"a\"", "'<b>'", "\"\"", "true", "false", "`é`", "7", "\"x y\"", "100"];

const FILTERS: [&str; 62] = [
    "upper",
    "lower",
    "capitalize",
    "title",
    "length",
    "reverse",
    "first",
    "last",
    "nth(n=1)",
    "nth(n=idx)",
    "join(sep=\"-\")",
    "join",
    "trim",
    "truncate(length=3)",
    "wordcount",
    "replace(from=\"a\", to=\"<\")",
    "escape",
    "safe",
    "slice(start=1)",
    "slice(end=2)",
    "slice(start=-2, end=-1)",
    "sort",
    "sort(attribute=\"n\")",
    "sort(attribute=\"inner.k\")",
    "unique",
    "unique(attribute=\"name\")",
    "group_by(attribute=\"name\")",
    "group_by(attribute=\"inner.k\")",
    "filter(attribute=\"n\", value=1)",
    "filter(attribute=\"name\")",
    "filter(attribute=\"name\", value=missing)",
    "map(attribute=\"name\")",
    "map(attribute=\"inner.k\")",
    "concat(with=words)",
    "concat(with=rows)",
    "concat(with=row)",
    "concat(with=7)",
    "int",
    "float",
    "round",
    "round(method=\"ceil\", precision=1)",
    "abs",
    "pluralize",
    "json_encode",
    "json_encode(pretty=true)",
    "default(value=\"d<\")",
    "default(value=n)",
    "default(value=missing)",
    "default",
    "striptags",
    "slugify",
    "urlencode",
    "addslashes",
    "linebreaksbr",
    "split(pat=\" \")",
    "get(key=\"a\")",
    "get(key=\"q\", default=1)",
    "escape_xml",
    "spaceless",
    "as_str",
    "filesizeformat",
    "trim_start_matches(pat=\"m\")",
];

const TESTS: [&str; 16] = [
    "defined",
    "not defined",
    "undefined",
    "odd",
    "even",
    "string",
    "number",
    "object",
    "iterable",
    "not iterable",
    "divisibleby(2)",
    "starting_with(\"m\")",
    "ending_with(key)",
    "containing(\"a\")",
    "containing(missing)",
    "matching(\"^m.*\")",
];

const TEXTS: [&str; 7] = ["x", " ", "\n", "<i>", " é\n ", "\n\n  y", "&"];

/// Numbers to choose by; 0 when there are no more.
#[derive(Debug)]
pub struct Choices<'c> {
    numbers: std::slice::Iter<'c, u16>,
    in_loop: bool,
    /// An included template may not include itself.
    may_include: bool,
}

impl<'c> Choices<'c> {
    /// Chooses by these.
    pub fn new(numbers: &'c [u16]) -> Self {
        Self { numbers: numbers.iter(), in_loop: false, may_include: true }
    }

    fn below(&mut self, end: usize) -> usize {
        usize::from(*self.numbers.next().unwrap_or(&0)) % end
    }

    fn of(&mut self, list: &[&'static str]) -> &'static str {
        list[self.below(list.len())]
    }

    fn path(&mut self) -> &'static str {
        if self.below(3) == 2 { self.of(&BOUND) } else { self.of(&PATHS) }
    }

    fn filters(&mut self) -> String {
        let mut text = String::new();
        for _ in 0..[0, 0, 1, 1, 2][self.below(5)] {
            let _ = write!(text, " | {}", self.of(&FILTERS));
        }
        text
    }

    /// A value, its filters not included.
    fn atom(&mut self) -> String {
        match self.below(8) {
            0..=4 => self.path().to_owned(),
            5 | 6 => self.of(&LITERALS).to_owned(),
            _ => ["range(end=3)", "range(start=idx, end=n, step_by=2)", "range()", "throw(message=\"no\")"]
                [[0, 0, 1, 1, 2, 3][self.below(6)]]
            .to_owned(),
        }
    }

    fn filtered(&mut self) -> String {
        self.atom() + &self.filters()
    }

    fn math(&mut self, depth: usize) -> String {
        let side = |choices: &mut Self| match choices.below(4) {
            3 if depth > 0 => format!("({})", choices.math(depth - 1)),
            2 => choices.filtered(),
            _ => choices.atom(),
        };
        let left = side(self);
        let operator = self.of(&["+", "-", "*", "/", "%"]);
        format!("{left} {operator} {}", side(self))
    }

    fn concat(&mut self) -> String {
        let mut text = self.atom();
        for _ in 0..=self.below(2) {
            let _ = write!(text, " ~ {}", self.atom());
        }
        text + &self.filters()
    }

    fn condition(&mut self, depth: usize) -> String {
        let not = self.of(&["", "", "", "not "]);
        match self.below(9) {
            0 | 1 => format!("{not}{}", self.filtered()),
            2 => format!("{not}{} is {}", self.path(), self.of(&TESTS)),
            3 => {
                let operator = self.of(&["==", "!=", "<", ">=", ">", "<="]);
                format!("{not}{} {operator} {}", self.filtered(), self.filtered())
            }
            4 => {
                let word = self.of(&["in", "not in"]);
                let container = if self.below(4) == 3 { self.array() } else { self.path().to_owned() };
                format!("{} {word} {container}", self.filtered())
            }
            5 if depth > 0 => {
                let operator = self.of(&["and", "or"]);
                format!("{} {operator} {}", self.condition(depth - 1), self.condition(depth - 1))
            }
            6 if depth > 0 => format!("{not}({})", self.condition(depth - 1)),
            7 => format!("{not}{}", self.math(1)),
            _ => format!("{not}{}", self.concat()),
        }
    }

    fn array(&mut self) -> String {
        let items: Vec<_> = (0..self.below(4)).map(|_| self.filtered()).collect();
        format!("[{}]", items.join(", "))
    }

    fn expression(&mut self) -> String {
        match self.below(8) {
            0..=3 => self.filtered(),
            4 => self.math(2),
            5 => self.concat(),
            6 => self.condition(2),
            _ => self.array() + &self.filters(),
        }
    }

    fn tag(&mut self, inside: &str) -> String {
        let (left, right) = (self.of(&["", "", "", "-"]), self.of(&["", "", "", "-"]));
        format!("{{%{left} {inside} {right}%}}")
    }

    /// A list of nodes.
    pub fn body(&mut self, depth: usize) -> String {
        (0..=self.below(4)).map(|_| self.node(depth)).collect()
    }

    fn node(&mut self, depth: usize) -> String {
        match self.below(if depth == 0 { 6 } else { 13 }) {
            0 => self.of(&TEXTS).to_owned(),
            1..=3 => {
                let (left, right) = (self.of(&["", "", "-"]), self.of(&["", "", "-"]));
                format!("{{{{{left} {} {right}}}}}", self.expression())
            }
            4 => {
                let word = self.of(&["set", "set_global"]);
                let name = self.of(&NAMES);
                let value = self.expression();
                self.tag(&format!("{word} {name} = {value}"))
            }
            5 if self.in_loop => {
                let word = self.of(&["break", "continue"]);
                let condition = self.condition(0);
                format!("{}{}{}", self.tag(&format!("if {condition}")), self.tag(word), self.tag("endif"))
            }
            5 => "{# chú thích #}".to_owned(),
            12 if !self.may_include => "{% raw %}{{ v }}{% endraw %}".to_owned(),
            6 | 7 => self.branch(depth - 1),
            8..=10 => self.forloop(depth - 1),
            11 => {
                let filter =
                    self.of(&["upper", "safe", "replace(from=\"a\", to=\"<\")", "escape", "length", "trim"]);
                format!(
                    "{}{}{}",
                    self.tag(&format!("filter {filter}")),
                    self.body(depth - 1),
                    self.tag("endfilter")
                )
            }
            _ => self
                .of(&[
                    "{% include \"trong.html\" %}",
                    "{% include \"khong-co.html\" ignore missing %}",
                    "{% include [\"khong-co.html\", \"trong.html\"] %}",
                    "{% include \"khong-co.html\" %}",
                    "{% include 'trong.html' %}",
                ])
                .to_owned(),
        }
    }

    fn branch(&mut self, depth: usize) -> String {
        let condition = self.condition(2);
        let mut text = self.tag(&format!("if {condition}")) + &self.body(depth);
        if self.below(3) == 2 {
            let condition = self.condition(1);
            text += &self.tag(&format!("elif {condition}"));
            text += &self.body(depth);
        }
        if self.below(2) == 1 {
            text += &self.tag("else");
            text += &self.body(depth);
        }
        text + &self.tag("endif")
    }

    fn forloop(&mut self, depth: usize) -> String {
        let value = self.of(&NAMES);
        let over = match self.below(8) {
            0 => {
                format!("k, {value} in {}", self.of(&["map", "row", "hollow", "v", "rows[0].inner", "list"]))
            }
            1 => format!("k, {value} in rows | group_by(attribute=\"name\")"),
            2 => format!("{value} in {}", self.array()),
            3 => format!(
                "{value} in {}",
                self.of(&["range(end=3)", "range(end=n, step_by=3)", "none", "missing"])
            ),
            4 => format!("{value} in {}{}", self.path(), self.filters()),
            _ => format!(
                "{value} in {}",
                self.of(&[
                    "list",
                    "words",
                    "rows",
                    "mixed",
                    "rows | sort(attribute=\"n\")",
                    "list | reverse",
                    "v"
                ])
            ),
        };
        let before = std::mem::replace(&mut self.in_loop, true);
        let mut text = self.tag(&format!("for {over}")) + &self.body(depth);
        self.in_loop = before;
        if self.below(3) == 2 {
            text += &self.tag("else");
            text += &self.body(depth);
        }
        text + &self.tag("endfor")
    }

    fn block(&mut self, name: &str) -> String {
        let parent = self.of(&["", "{{ super() }}"]);
        let (open, before) = (self.tag(&format!("block {name}")), self.body(1));
        format!("{open}{before}{parent}{}{}", self.body(1), self.tag("endblock"))
    }

    fn layout(&mut self) -> String {
        let (text, inner) = (self.body(1), self.body(1));
        format!(
            "{text}{{% block a %}}{inner}{{% block c %}}c{}{{% endblock %}}{{% endblock a %}}-{{% block b %}}{}{{% endblock %}}",
            self.body(0),
            self.body(1)
        )
    }
}

/// The templates of one case; the one to render is `la.html` or `la.txt`.
pub fn templates(numbers: &[u16]) -> (String, BTreeMap<String, String>) {
    let mut choices = Choices::new(numbers);
    let leaf = choices.of(&["la.html", "la.html", "la.txt"]).to_owned();
    let shape = choices.below(4);
    let mut set = BTreeMap::new();
    let text = match shape {
        0 | 1 => choices.body(3),
        2 => "{% extends \"goc.html\" %}".to_owned() + &choices.block("a") + &choices.block("b"),
        _ => "{% extends \"giua.html\" %}".to_owned() + &choices.block("c") + &choices.block("a"),
    };
    set.insert(leaf.clone(), text);
    if shape > 1 {
        let blocks = choices.block("a") + &choices.block("b");
        set.insert("giua.html".to_owned(), format!("{{% extends \"goc.html\" %}}{blocks}"));
        set.insert("goc.html".to_owned(), choices.layout());
    }
    choices.may_include = false;
    set.insert("trong.html".to_owned(), choices.body(1));
    (leaf, set)
}
