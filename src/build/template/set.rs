//! All templates of a site, parsed by Tera and compiled, with who extends whom.

use std::collections::BTreeMap;
use std::collections::HashMap;

use super::compile::Compiler;
use super::ir::Node;
use super::ir::Symbol;

/// Why a template cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "templates/{template}:{line}: mẫu trang có lỗi ở dòng này; chỗ sai và cách sửa ghi ở phần tiếng Anh. / templates/{template}:{line}: {message}"
)]
pub struct TemplateError {
    /// Path below `templates/`.
    pub template: String,
    /// Line, counted from 1; the closest one that can be told.
    pub line: usize,
    /// What is wrong and what to do.
    pub message: String,
}

/// A compiled template.
#[derive(Debug)]
pub struct Template {
    /// Path below `templates/`.
    pub name: String,
    /// Its text, to find lines in.
    pub source: String,
    /// Its body.
    pub body: Box<[Node]>,
    /// Blocks it defines itself.
    pub blocks: HashMap<Symbol, Box<[Node]>>,
    /// Template it extends.
    pub parent: Option<String>,
    /// Names of all templates above it, nearest first.
    pub parents: Vec<String>,
    /// Output is escaped: `.html`, `.htm` and `.xml` (Tera's default).
    pub escapes: bool,
}

/// All templates.
#[derive(Debug, Default)]
pub struct TemplateSet {
    templates: HashMap<String, Template>,
    symbols: Symbols,
    fragments: u32,
}

impl TemplateSet {
    /// Parses and compiles templates: path below `templates/` → text.
    ///
    /// # Errors
    /// On a syntax error, a construct that the engine does not implement, an unknown parent or a circle of parents.
    pub fn new(sources: &BTreeMap<String, String>) -> Result<Self, TemplateError> {
        let mut set = Self::default();
        for (name, source) in sources {
            let template = set.compile(name, source)?;
            set.templates.insert(name.clone(), template);
        }
        let chains: Vec<(String, Vec<String>)> = sources
            .keys()
            .map(|name| set.chain(name).map(|chain| (name.clone(), chain)))
            .collect::<Result<_, _>>()?;
        for (name, chain) in chains {
            if let Some(template) = set.templates.get_mut(&name) {
                template.parents = chain;
            }
        }
        Ok(set)
    }

    /// The template of that name.
    pub fn get(&self, name: &str) -> Option<&Template> {
        self.templates.get(name)
    }

    /// The name behind a symbol.
    pub fn name_of(&self, symbol: Symbol) -> &str {
        self.symbols.names.get(symbol as usize).map_or("", String::as_str)
    }

    /// The symbol `loop`.
    pub fn loop_symbol(&self) -> Option<Symbol> {
        self.symbols.ids.get("loop").copied()
    }

    /// How many loops may cache what their body printed.
    pub fn fragment_count(&self) -> u32 {
        self.fragments
    }

    fn compile(&mut self, name: &str, source: &str) -> Result<Template, TemplateError> {
        let parsed = tera::Template::new(name, None, source).map_err(|error| syntax_error(name, &error))?;
        let mut compiler =
            Compiler { name, source, symbols: &mut self.symbols, fragments: &mut self.fragments };
        let body = compiler.body(&parsed.ast)?;
        let mut blocks = HashMap::new();
        let mut named: Vec<_> = parsed.blocks.iter().collect();
        named.sort_by_key(|(block, _)| block.as_str());
        for (block, definition) in named {
            let compiled = compiler.body(&definition.body)?;
            blocks.insert(compiler.symbols.intern(block), compiled);
        }
        Ok(Template {
            name: name.to_owned(),
            source: source.to_owned(),
            body,
            blocks,
            parent: parsed.parent,
            parents: Vec::new(),
            escapes: [".html", ".htm", ".xml"].iter().any(|suffix| name.ends_with(suffix)),
        })
    }

    fn chain(&self, name: &str) -> Result<Vec<String>, TemplateError> {
        let mut chain: Vec<String> = Vec::new();
        let mut current = name;
        while let Some(parent) = self.templates.get(current).and_then(|found| found.parent.as_deref()) {
            if parent == name || chain.iter().any(|seen| seen == parent) {
                let message = format!("`{name}` extends itself through `{current}`; break the circle");
                return Err(self.error(current, "extends", message));
            }
            if !self.templates.contains_key(parent) {
                let message =
                    format!("extends `{parent}`, which does not exist; create it or correct the name");
                return Err(self.error(current, "extends", message));
            }
            chain.push(parent.to_owned());
            current = parent;
        }
        Ok(chain)
    }

    /// An error of a template at the first line that holds `needle`.
    pub fn error(&self, template: &str, needle: &str, message: String) -> TemplateError {
        let line = self.get(template).map_or(1, |found| line_of(&found.source, needle));
        TemplateError { template: template.to_owned(), line, message }
    }
}

/// Names of variables and blocks, numbered.
#[derive(Debug, Default)]
pub struct Symbols {
    ids: HashMap<String, Symbol>,
    names: Vec<String>,
}

impl Symbols {
    /// The number of a name.
    pub fn intern(&mut self, name: &str) -> Symbol {
        if let Some(symbol) = self.ids.get(name) {
            return *symbol;
        }
        #[expect(clippy::cast_possible_truncation, reason = "a site has far fewer than 2^32 names")]
        let symbol = self.names.len() as Symbol;
        self.names.push(name.to_owned());
        self.ids.insert(name.to_owned(), symbol);
        symbol
    }
}

/// The first line with template code that holds `needle`, counted from 1; 1 if none does.
pub fn line_of(source: &str, needle: &str) -> usize {
    let holds = |line: &&str| line.contains(needle);
    let numbered = || source.lines().enumerate();
    numbered()
        .find(|(_, line)| holds(line) && (line.contains("{{") || line.contains("{%")))
        .or_else(|| numbered().find(|(_, line)| holds(line)))
        .map_or(1, |(at, _)| at + 1)
}

fn syntax_error(name: &str, error: &tera::Error) -> TemplateError {
    let mut message = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        message = format!("{message}: {cause}");
        source = cause.source();
    }
    let line = message
        .split("--> ")
        .nth(1)
        .and_then(|rest| rest.split(':').next())
        .and_then(|digits| digits.trim().parse().ok())
        .unwrap_or(1);
    let detail = message.lines().rfind(|text| text.trim_start().starts_with("= "));
    let detail = detail.map_or_else(|| message.trim().to_owned(), |text| text.trim_start()[2..].to_owned());
    TemplateError { template: name.to_owned(), line, message: format!("syntax error: {detail}") }
}
