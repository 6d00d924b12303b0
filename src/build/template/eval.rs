//! Walks a compiled template and prints it. Order of evaluation, scoping and escaping are Tera 1.20's.

use std::sync::Arc;

use serde_json::Number;
use serde_json::Value as Json;

use super::filter;
use super::frame::Flow;
use super::frame::Frame;
use super::frame::LoopState;
use super::ir::Call;
use super::ir::Expr;
use super::ir::LogicOp;
use super::ir::Loop;
use super::ir::Node;
use super::ir::Path;
use super::ir::Segment;
use super::ir::Symbol;
use super::ir::Test;
use super::ir::Value;
use super::number;
use super::path;
use super::set::Template;
use super::set::TemplateError;
use super::set::TemplateSet;
use super::value::Args;
use super::value::Model;
use super::value::Val;

/// Includes may nest this deep; deeper means that a template includes itself.
const INCLUDE_DEPTH: usize = 48;

/// Loop turns of one page; more means a loop over a loop over everything.
const TURN_LIMIT: u64 = 50_000_000;

/// Loops shorter than this are evaluated each time: looking up what they printed would cost as much.
const FRAGMENT_TURNS: usize = 128;

/// What went wrong: words, and a piece of the template to find the line by.
#[derive(Debug)]
struct Fault {
    message: String,
    needle: String,
}

type Evaluated<T> = Result<T, Box<Fault>>;

fn fault<T>(message: impl Into<String>, needle: &str) -> Evaluated<T> {
    Err(Box::new(Fault { message: message.into(), needle: needle.to_owned() }))
}

/// What loops have printed before, by slot and object. The caller decides how long an entry holds.
pub trait Fragments {
    /// Appends what the loop printed for that object and notes its reads again; false if it is not kept.
    fn recall(&self, slot: u32, object: super::value::Object, out: &mut String) -> bool;
    /// Keeps what the loop printed for that object.
    fn keep(&self, slot: u32, object: super::value::Object, text: &str);
}

/// Prints one template.
pub struct Evaluator<'s, 'm> {
    set: &'s TemplateSet,
    model: &'m dyn Model<'s>,
    fragments: Option<&'m dyn Fragments>,
    leaf: &'s Template,
    frames: Vec<Frame<'s>>,
    /// (block, level) of the blocks entered, as Tera keeps them for `super()`.
    blocks: Vec<(Symbol, usize)>,
    escape: bool,
    turns: u64,
}

impl std::fmt::Debug for Evaluator<'_, '_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Evaluator").field("leaf", &self.leaf.name).finish_non_exhaustive()
    }
}

/// Renders the template of that name.
///
/// # Errors
/// If there is no such template, a variable is unknown, or a filter or function fails; with file and line.
pub fn render<'s>(
    set: &'s TemplateSet,
    name: &str,
    model: &dyn Model<'s>,
    fragments: Option<&dyn Fragments>,
) -> Result<String, TemplateError> {
    model.used_template(name);
    let Some(leaf) = set.get(name) else {
        let message =
            "this template does not exist; create it, or name another in the front matter".to_owned();
        return Err(TemplateError { template: name.to_owned(), line: 1, message });
    };
    let root = match leaf.parents.last() {
        Some(parent) => set.get(parent).unwrap_or(leaf),
        None => leaf,
    };
    for parent in &leaf.parents {
        model.used_template(parent);
    }
    let mut evaluator = Evaluator {
        set,
        model,
        fragments,
        leaf,
        frames: vec![Frame::plain(leaf)],
        blocks: Vec::new(),
        escape: leaf.escapes,
        turns: 0,
    };
    let mut out = String::with_capacity(8192);
    match evaluator.body(&root.body, &mut out) {
        Ok(()) => Ok(out),
        Err(fault) => Err(evaluator.locate(*fault)),
    }
}

impl<'s> Evaluator<'s, '_> {
    /// Finds the template and line that a fault belongs to: the innermost template that holds its words.
    fn locate(&self, fault: Fault) -> TemplateError {
        let active = self.frames.last().map_or(self.leaf, |frame| frame.template);
        let parents = active.parents.iter().filter_map(|name| self.set.get(name));
        let holder = std::iter::once(active)
            .chain(parents)
            .find(|template| template.source.contains(&fault.needle))
            .unwrap_or(active);
        self.set.error(&holder.name, &fault.needle, fault.message)
    }

    fn body(&mut self, body: &'s [Node], out: &mut String) -> Evaluated<()> {
        for node in body {
            self.node(node, out)?;
            if self.top_flow() != Flow::Normal {
                break;
            }
        }
        Ok(())
    }

    fn top_flow(&self) -> Flow {
        self.frames.last().and_then(|frame| frame.turn.as_ref()).map_or(Flow::Normal, |turn| turn.flow)
    }

    fn node(&mut self, node: &'s Node, out: &mut String) -> Evaluated<()> {
        match node {
            Node::Text(text) => out.push_str(text),
            Node::Print(expr) => self.print(expr, out)?,
            Node::Set(symbol, expr, global) => {
                let value = self.plain(expr)?;
                self.assign(*symbol, value, *global);
            }
            Node::If(arms, otherwise) => return self.branch(arms, otherwise.as_deref(), out),
            Node::For(forloop) => return self.forloop(forloop, out),
            Node::Break => return self.flow(Flow::Break, "break"),
            Node::Continue => return self.flow(Flow::Continue, "continue"),
            Node::Block(name, body) => return self.block(*name, body, 0, out),
            Node::Super => return self.super_block(out),
            Node::Include(names, ignore_missing) => return self.include(names, *ignore_missing, out),
            Node::Filter(call, body) => {
                let mut inner = String::new();
                self.body(body, &mut inner)?;
                let value = Val::Text(inner.into());
                let result = if &*call.name == "safe" { value } else { self.filter(&value, call)? };
                self.write(&result, false, out)?;
            }
        }
        Ok(())
    }

    fn branch(
        &mut self,
        arms: &'s [(Expr, Box<[Node]>)],
        otherwise: Option<&'s [Node]>,
        out: &mut String,
    ) -> Evaluated<()> {
        for (condition, body) in arms {
            if self.truth(condition)? {
                return self.body(body, out);
            }
        }
        otherwise.map_or(Ok(()), |body| self.body(body, out))
    }

    fn flow(&mut self, flow: Flow, word: &str) -> Evaluated<()> {
        match self.frames.last_mut().and_then(|frame| frame.turn.as_mut()) {
            Some(turn) => {
                turn.flow = flow;
                Ok(())
            }
            None => fault(format!("`{word}` stands outside a loop"), word),
        }
    }

    fn assign(&mut self, symbol: Symbol, value: Val<'s>, global: bool) {
        let frame = if global {
            self.frames.iter_mut().rev().find(|frame| frame.turn.is_none())
        } else {
            self.frames.last_mut()
        };
        if let Some(frame) = frame {
            frame.set(symbol, value);
        }
    }

    fn forloop(&mut self, forloop: &'s Loop, out: &mut String) -> Evaluated<()> {
        let container = self.plain(&forloop.container)?;
        let state = LoopState::new(container, forloop, self.model, self.set.loop_symbol())
            .or_else(|message| fault(message, &forloop.container_name))?;
        if state.len == 0 {
            return forloop.empty.as_ref().map_or(Ok(()), |body| self.body(body, out));
        }
        let len = state.len;
        let template = self.frames.last().map_or(self.leaf, |frame| frame.template);
        self.frames.push(Frame::turning(template, state));
        for at in 0..len {
            self.turns += 1;
            if self.turns > TURN_LIMIT {
                return fault(
                    format!("more than {TURN_LIMIT} loop turns for one page"),
                    &forloop.container_name,
                );
            }
            if let Some(frame) = self.frames.last_mut() {
                frame.start_turn(at);
            }
            self.turn(forloop, out)?;
            if self.top_flow() == Flow::Break {
                break;
            }
        }
        self.frames.pop();
        Ok(())
    }

    /// One turn of a loop: printed again from the kept fragment, or evaluated.
    fn turn(&mut self, forloop: &'s Loop, out: &mut String) -> Evaluated<()> {
        let object = match self.frames.last().and_then(|frame| frame.turn.as_ref()) {
            Some(LoopState { len, value: Val::Object(object), .. }) if *len >= FRAGMENT_TURNS => {
                Some(*object)
            }
            _ => None,
        };
        let (Some(slot), Some(object), Some(fragments)) = (forloop.fragment, object, self.fragments) else {
            return self.body(&forloop.body, out);
        };
        if fragments.recall(slot, object, out) {
            return Ok(());
        }
        let start = out.len();
        self.body(&forloop.body, out)?;
        fragments.keep(slot, object, &out[start..]);
        Ok(())
    }

    fn block(&mut self, name: Symbol, own: &'s [Node], level: usize, out: &mut String) -> Evaluated<()> {
        let active = self.frames.last().map_or(self.leaf, |frame| frame.template);
        let mut level = level;
        loop {
            let template = match level {
                0 => Some(active),
                _ => active.parents.get(level - 1).and_then(|parent| self.set.get(parent)),
            };
            if let Some(body) = template.and_then(|template| template.blocks.get(&name)) {
                self.blocks.push((name, level));
                return self.body(body, out);
            }
            if level >= active.parents.len() {
                return self.body(own, out);
            }
            level += 1;
        }
    }

    fn super_block(&mut self, out: &mut String) -> Evaluated<()> {
        let Some((name, level)) = self.blocks.last().copied() else {
            return fault("`super()` stands outside a block", "super()");
        };
        let parents = &self.leaf.parents;
        for next in level + 1..=parents.len() {
            let parent = self.set.get(&parents[next - 1]);
            if let Some(body) = parent.and_then(|template| template.blocks.get(&name)) {
                self.blocks.push((name, next));
                self.body(body, out)?;
                self.blocks.pop();
                if next >= parents.len() {
                    self.blocks.pop();
                }
                return Ok(());
            }
        }
        fault("`super()` stands in a block that no parent template has", "super()")
    }

    fn include(&mut self, names: &'s [Box<str>], ignore_missing: bool, out: &mut String) -> Evaluated<()> {
        let needle = names.first().map_or("include", |name| &**name);
        if self.frames.len() > INCLUDE_DEPTH {
            let message = format!("includes nest deeper than {INCLUDE_DEPTH}: `{needle}` includes itself");
            return fault(message, needle);
        }
        for name in names {
            self.model.used_template(name);
            let Some(template) = self.set.get(name) else { continue };
            if template.parent.is_some() {
                return fault(format!("`{name}` is included but extends another; Tera refuses that"), name);
            }
            self.frames.push(Frame::plain(template));
            self.body(&template.body, out)?;
            self.frames.pop();
            return Ok(());
        }
        if ignore_missing {
            return Ok(());
        }
        fault(format!("include: no template of `{}` exists", names.join("`, `")), needle)
    }

    fn print(&mut self, expr: &'s Expr, out: &mut String) -> Evaluated<()> {
        let (value, needs_escape) = self.raw(expr)?;
        self.write(&value, self.escape && needs_escape && !expr.safe, out)
    }

    fn write(&self, value: &Val<'s>, escape: bool, out: &mut String) -> Evaluated<()> {
        match value {
            Val::Str(text) if escape => super::print::escape_into(text, out),
            Val::Text(text) if escape => super::print::escape_into(text, out),
            _ => super::print::write(self.model, value, out).or_else(|message| fault(message, ""))?,
        }
        Ok(())
    }

    /// The value, escaped where Tera would escape it.
    fn escaped(&mut self, expr: &'s Expr) -> Evaluated<Val<'s>> {
        let (value, needs_escape) = self.raw(expr)?;
        if self.escape
            && needs_escape
            && !expr.safe
            && let Some(text) = value.as_str()
        {
            let mut escaped = String::with_capacity(text.len() + 16);
            super::print::escape_into(text, &mut escaped);
            return Ok(Val::Text(escaped.into()));
        }
        Ok(value)
    }

    /// The value, never escaped.
    fn plain(&mut self, expr: &'s Expr) -> Evaluated<Val<'s>> {
        let before = std::mem::replace(&mut self.escape, false);
        let result = self.raw(expr);
        self.escape = before;
        result.map(|(value, _)| value)
    }

    /// The value after filters and negation, and whether Tera would escape it.
    fn raw(&mut self, expr: &'s Expr) -> Evaluated<(Val<'s>, bool)> {
        let mut needs_escape = false;
        let mut value = match &expr.value {
            Value::Text(text) => {
                needs_escape = true;
                Val::Str(text)
            }
            Value::Number(number) => Val::Num(number.clone()),
            Value::Bool(value) => Val::Bool(*value),
            Value::Path(path) => {
                needs_escape = true;
                match self.variable(expr, path)? {
                    Some(value) => value,
                    None => return Ok((Val::Bool(true), false)),
                }
            }
            Value::Math(_) => match self.number(&expr.value)? {
                Some(number) => Val::Num(number),
                None => Val::Str("NaN"),
            },
            Value::Logic(_) => Val::Bool(self.truth(expr)?),
            Value::Test(test) => Val::Bool(self.test(test)?),
            Value::In(pair, negated) => Val::Bool(self.contains(pair, *negated)?),
            Value::Call(call) => {
                needs_escape = !filter::SAFE_FUNCTIONS.contains(&&*call.name);
                self.call(call)?
            }
            Value::Array(items) => {
                let items: Vec<_> = items.iter().map(|item| self.escaped(item)).collect::<Evaluated<_>>()?;
                filter::list(items)
            }
            Value::Concat(items) => self.concat(items, &mut needs_escape)?,
        };
        for call in &expr.filters {
            value = self.filter(&value, call)?;
            needs_escape = &*call.name != "markdown";
        }
        if expr.negated {
            return Ok((Val::Bool(!value.is_truthy()), false));
        }
        Ok((value, needs_escape))
    }

    /// A variable with its `default`; `None` for `not undefined`, which is true.
    fn variable(&mut self, expr: &'s Expr, path: &'s Path) -> Evaluated<Option<Val<'s>>> {
        let found = self.lookup(path)?;
        let missing = matches!(found, None | Some(Val::Null));
        match (&expr.default, found) {
            (Some(Some(default)), _) if missing => self.escaped(default).map(Some),
            (Some(None), _) if missing => fault("the `default` filter requires a `value`", &path.text),
            (_, Some(value)) => Ok(Some(value)),
            (_, None) if expr.negated => Ok(None),
            (_, None) => fault(unknown(path), &path.text),
        }
    }

    fn concat(&mut self, items: &'s [Value], needs_escape: &mut bool) -> Evaluated<Val<'s>> {
        let mut text = String::new();
        for item in items {
            let value = match item {
                Value::Text(literal) => Val::Str(literal),
                Value::Number(number) => Val::Num(number.clone()),
                Value::Path(path) => match self.lookup(path)? {
                    Some(value) => value,
                    None => return fault(unknown(path), &path.text),
                },
                Value::Call(call) => {
                    *needs_escape = !filter::SAFE_FUNCTIONS.contains(&&*call.name);
                    self.call(call)?
                }
                _ => return fault("`~` joins strings, numbers, variables and calls only", "~"),
            };
            match &value {
                Val::Str(part) => text.push_str(part),
                Val::Text(part) => text.push_str(part),
                Val::Num(number) => text.push_str(&number.to_string()),
                _ => return fault("`~` joins strings and numbers only", "~"),
            }
        }
        Ok(Val::Text(text.into()))
    }

    fn args(&mut self, call: &'s Call) -> Evaluated<Args<'s>> {
        let mut args = Vec::with_capacity(call.args.len());
        for (name, expr) in &call.args {
            args.push((&**name, self.plain(expr)?));
        }
        Ok(Args(args))
    }

    fn filter(&mut self, value: &Val<'s>, call: &'s Call) -> Evaluated<Val<'s>> {
        let args = self.args(call)?;
        filter::apply(self.model, &call.name, value, &args)
            .or_else(|message| fault(format!("filter `{}`: {message}", call.name), &call.name))
    }

    fn call(&mut self, call: &'s Call) -> Evaluated<Val<'s>> {
        let args = self.args(call)?;
        let result = match self.model.call(&call.name, &args) {
            Some(result) => result,
            None => filter::call(self.model, &call.name, &args),
        };
        result.or_else(|message| fault(format!("function `{}`: {message}", call.name), &call.name))
    }

    fn test(&mut self, test: &'s Test) -> Evaluated<bool> {
        let args: Vec<_> = test.args.iter().map(|arg| self.plain(arg)).collect::<Evaluated<_>>()?;
        let found = self.lookup(&test.path).ok().flatten();
        let result = filter::test(self.model, &test.name, found.as_ref(), &args)
            .or_else(|message| fault(format!("test `{}`: {message}", test.name), &test.name))?;
        Ok(result != test.negated)
    }

    fn contains(&mut self, pair: &'s (Expr, Expr), negated: bool) -> Evaluated<bool> {
        let left = self.plain(&pair.0)?;
        let right = self.plain(&pair.1)?;
        let found =
            super::compare::contains(self.model, &left, &right).or_else(|message| fault(message, " in "))?;
        Ok(found != negated)
    }

    fn truth(&mut self, expr: &'s Expr) -> Evaluated<bool> {
        let result = match &expr.value {
            Value::Logic(logic) => self.logic(logic)?,
            Value::Path(_) => {
                let value = self.raw(expr).map(|(value, _)| value.is_truthy()).unwrap_or(false);
                return Ok(value);
            }
            Value::Math(_) | Value::Number(_) => {
                self.number(&expr.value)?.is_some_and(|number| number::float(&number) != 0.0)
            }
            Value::In(pair, negated) => self.contains(pair, *negated)?,
            Value::Test(test) => self.test(test)?,
            Value::Bool(value) => *value,
            Value::Text(text) => !text.is_empty(),
            Value::Call(call) => match self.call(call)? {
                Val::Bool(value) => value,
                _ => return fault("a function used as a condition must return true or false", &call.name),
            },
            Value::Concat(_) => self.raw(expr)?.0.is_truthy(),
            Value::Array(_) => return fault("an array literal cannot be a condition", "if"),
        };
        Ok(result != expr.negated)
    }

    fn logic(&mut self, logic: &'s (Expr, LogicOp, Expr)) -> Evaluated<bool> {
        let (left, operator, right) = logic;
        Ok(match operator {
            LogicOp::Or => self.truth(left)? || self.truth(right)?,
            LogicOp::And => self.truth(left)? && self.truth(right)?,
            LogicOp::Eq | LogicOp::NotEq => {
                let left = self.escaped(left)?;
                let right = self.escaped(right)?;
                let equal = super::compare::equal(self.model, &left, &right)
                    .or_else(|message| fault(message, "=="))?;
                match (equal, operator) {
                    (None, _) => false,
                    (Some(equal), LogicOp::Eq) => equal,
                    (Some(equal), _) => !equal,
                }
            }
            _ => {
                let (Some(left), Some(right)) = (self.operand(left)?, self.operand(right)?) else {
                    return fault("comparison with something that is not a number", "");
                };
                let (left, right) = (number::float(&left), number::float(&right));
                match operator {
                    LogicOp::Gt => left > right,
                    LogicOp::Gte => left >= right,
                    LogicOp::Lt => left < right,
                    _ => left <= right,
                }
            }
        })
    }

    /// An operand of arithmetic: filters count here, negation does not.
    fn operand(&mut self, expr: &'s Expr) -> Evaluated<Option<Number>> {
        if expr.filters.is_empty() && expr.default.is_none() && !expr.safe {
            return self.number(&expr.value);
        }
        match self.escaped(expr)? {
            Val::Num(number) => Ok(Some(number)),
            _ => fault("arithmetic with an expression that does not give a number", ""),
        }
    }

    fn number(&mut self, value: &'s Value) -> Evaluated<Option<Number>> {
        match value {
            Value::Number(number) => Ok(Some(number.clone())),
            Value::Path(path) => match self.lookup(path)? {
                Some(Val::Num(number)) => Ok(Some(number)),
                Some(_) => fault(format!("`{}` is not a number", path.text), &path.text),
                None => fault(unknown(path), &path.text),
            },
            Value::Math(math) => {
                let (Some(left), Some(right)) = (self.operand(&math.0)?, self.operand(&math.2)?) else {
                    return Ok(None);
                };
                number::apply(math.1, &left, &right).or_else(|message| fault(message, ""))
            }
            Value::Call(call) => match self.call(call)? {
                Val::Num(number) => Ok(Some(number)),
                _ => fault(format!("`{}` does not return a number", call.name), &call.name),
            },
            _ => fault("arithmetic with something that is not a number", ""),
        }
    }

    /// Finds a variable: frames from the innermost out, then the context. A path that does not resolve in one frame is
    /// looked for in the next, as in Tera.
    fn lookup(&self, path: &'s Path) -> Evaluated<Option<Val<'s>>> {
        for frame in self.frames.iter().rev() {
            if let Some(value) = frame.get(path.root)
                && let Some(found) = self.walk(value.clone(), path)?
            {
                return Ok(Some(found));
            }
            let Some(turn) = &frame.turn else { continue };
            if turn.key == Some(path.root) && path.segments.is_empty() {
                return Ok(turn.current_key());
            }
            if turn.loop_symbol == Some(path.root) {
                if let Some(found) = turn.builtin(&path.segments) {
                    return Ok(Some(found));
                }
            } else if turn.name == path.root
                && let Some(found) = self.walk(turn.value.clone(), path)?
            {
                return Ok(Some(found));
            }
        }
        match self.model.root(self.set.name_of(path.root)) {
            Some(value) => self.walk(value, path),
            None => Ok(None),
        }
    }

    fn walk(&self, mut value: Val<'s>, path: &'s Path) -> Evaluated<Option<Val<'s>>> {
        for segment in &path.segments {
            let next = match segment {
                Segment::Key(key, index) => self.step(&value, key, *index, path)?,
                Segment::Variable(inner) => {
                    let key = match self.lookup(inner)? {
                        Some(Val::Str(text)) => text.to_owned(),
                        Some(Val::Text(text)) => text.to_string(),
                        Some(Val::Num(number)) => number.to_string(),
                        Some(_) => {
                            return fault(format!("`{}` is no string or number", inner.text), &path.text);
                        }
                        None => return fault(unknown(inner), &path.text),
                    };
                    self.step(&value, &key, path::index(&key), path)?
                }
            };
            match next {
                Some(next) => value = next,
                None => return Ok(None),
            }
        }
        Ok(Some(value))
    }

    fn step(
        &self,
        value: &Val<'s>,
        key: &str,
        index: Option<usize>,
        path: &Path,
    ) -> Evaluated<Option<Val<'s>>> {
        Ok(match value {
            Val::Object(object) => {
                self.model.field(*object, key).or_else(|message| fault(message, &path.text))?
            }
            Val::Json(Json::Object(map)) => map.get(key).map(Val::from_json),
            Val::Json(Json::Array(items)) => index.and_then(|at| items.get(at)).map(Val::from_json),
            Val::Table(map) => map.get(key).map(Val::from_json),
            Val::Made(json) => match &**json {
                Json::Object(map) => map.get(key).cloned().map(Val::from_owned),
                Json::Array(items) => index.and_then(|at| items.get(at)).cloned().map(Val::from_owned),
                _ => None,
            },
            Val::Strs(items) => index.and_then(|at| items.get(at)).map(|text| Val::Str(text)),
            Val::Objects(kind, ids) => index
                .and_then(|at| ids.as_slice().get(at))
                .map(|id| Val::Object(super::value::Object { kind: *kind, id: *id })),
            Val::List(items) => index.and_then(|at| items.get(at)).cloned(),
            Val::Dict(items) => items.iter().find(|(name, _)| name == key).map(|(_, item)| item.clone()),
            _ => None,
        })
    }
}

fn unknown(path: &Path) -> String {
    format!("the variable `{}` does not exist here; correct its name or give it a `default`", path.text)
}

/// A string value that outlives the render.
pub fn text<'s>(value: impl Into<Arc<str>>) -> Val<'s> {
    Val::Text(value.into())
}
