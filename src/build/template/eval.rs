//! Walks a compiled template and prints it. Order of evaluation, scoping and escaping are Tera 1.20's.

use std::sync::Arc;

use super::frame::Flow;
use super::frame::Frame;
use super::frame::LoopState;
use super::ir::Expr;
use super::ir::Loop;
use super::ir::Node;
use super::ir::Symbol;
use super::set::Template;
use super::set::TemplateError;
use super::set::TemplateSet;
use super::value::Model;
use super::value::Val;

/// Loop turns of one page; more means a loop over a loop over everything.
const TURN_LIMIT: u64 = 50_000_000;

/// Loops shorter than this are evaluated each time: looking up what they printed would cost as much.
const FRAGMENT_TURNS: usize = 128;

/// What went wrong: words, and a piece of the template to find the line by.
#[derive(Debug)]
pub(super) struct Fault {
    message: String,
    needle: String,
}

pub(super) type Evaluated<T> = Result<T, Box<Fault>>;

pub(super) fn fault<T>(message: impl Into<String>, needle: &str) -> Evaluated<T> {
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
    pub(super) set: &'s TemplateSet,
    pub(super) model: &'m dyn Model<'s>,
    fragments: Option<&'m dyn Fragments>,
    pub(super) leaf: &'s Template,
    pub(super) frames: Vec<Frame<'s>>,
    /// (block, level) of the blocks entered, as Tera keeps them for `super()`.
    pub(super) blocks: Vec<(Symbol, usize)>,
    pub(super) escape: bool,
    turns: u64,
    /// How often a loop's value lacked a field, so that a variable of the same name further out was asked.
    pub(super) looked_past: std::cell::Cell<u64>,
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
        looked_past: std::cell::Cell::new(0),
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

    pub(super) fn body(&mut self, body: &'s [Node], out: &mut String) -> Evaluated<()> {
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
        let (start, before) = (out.len(), self.looked_past.get());
        self.body(&forloop.body, out)?;
        if self.looked_past.get() == before {
            fragments.keep(slot, object, &out[start..]);
        }
        Ok(())
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
}

/// A string value that outlives the render.
pub fn text<'s>(value: impl Into<Arc<str>>) -> Val<'s> {
    Val::Text(value.into())
}
