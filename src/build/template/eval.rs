//! Walks a compiled template and prints it. Order of evaluation, scoping and escaping are Tera 1.20's.

use std::ops::Range;
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
use super::value::Ids;
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

/// What stretches of long loops have printed before. The implementation decides how long that holds.
pub trait Fragments {
    /// Appends what the loop printed for those objects and notes its reads again; false if it is not kept.
    fn recall(&self, slot: u32, objects: Stretch<'_>, out: &mut String) -> bool;
    /// Keeps what the loop printed for those objects.
    fn keep(&self, slot: u32, objects: Stretch<'_>, text: &str);
}

/// Neighbouring objects of one list: their kind and numbers.
pub type Stretch<'i> = (u8, &'i [u32]);

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

/// Appends what the template of that name prints.
///
/// # Errors
/// If there is no such template, a variable is unknown, or a filter or function fails; with file and line. What was printed
/// up to there stands.
pub fn render<'s>(
    out: &mut String,
    set: &'s TemplateSet,
    name: &str,
    (model, fragments): (&dyn Model<'s>, Option<&dyn Fragments>),
) -> Result<(), TemplateError> {
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
    evaluator.body(&root.body, out).map_err(|fault| evaluator.locate(*fault))
}

/// How many objects the first stretch has. It ends after an object whose number says so: one more object in the list then
/// moves the bounds of its own stretch only.
fn stretch_len(ids: &[u32]) -> usize {
    let ends = |id: &u32| id.wrapping_mul(0x9E37_79B1) >> 26 == 0;
    ids.iter().take(256).position(ends).map_or(ids.len().min(256), |at| at + 1)
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
        let objects = match (&forloop.fragment, state.objects()) {
            (Some(slot), Some((kind, ids))) if len >= FRAGMENT_TURNS => Some((*slot, kind, ids)),
            _ => None,
        };
        let template = self.frames.last().map_or(self.leaf, |frame| frame.template);
        self.frames.push(Frame::turning(template, state));
        match (objects, self.fragments) {
            (Some(objects), Some(fragments)) => self.stretches(forloop, objects, fragments, out)?,
            _ => self.turns(forloop, 0..len, out)?,
        }
        self.frames.pop();
        Ok(())
    }

    fn turns(&mut self, forloop: &'s Loop, range: Range<usize>, out: &mut String) -> Evaluated<()> {
        for at in range {
            self.turns += 1;
            if self.turns > TURN_LIMIT {
                let message = format!("more than {TURN_LIMIT} loop turns for one page");
                return fault(message, &forloop.container_name);
            }
            if let Some(frame) = self.frames.last_mut() {
                frame.start_turn(at);
            }
            self.body(&forloop.body, out)?;
            if self.top_flow() == Flow::Break {
                break;
            }
        }
        Ok(())
    }

    /// A long loop over objects: each stretch printed again from what is kept, or evaluated.
    fn stretches(
        &mut self,
        forloop: &'s Loop,
        (slot, kind, ids): (u32, u8, Ids<'s>),
        fragments: &dyn Fragments,
        out: &mut String,
    ) -> Evaluated<()> {
        let ids = ids.as_slice();
        let mut start = 0;
        while start < ids.len() {
            let end = start + stretch_len(&ids[start..]);
            let stretch = (kind, &ids[start..end]);
            if !fragments.recall(slot, stretch, out) {
                let (before, looked_past) = (out.len(), self.looked_past.get());
                self.turns(forloop, start..end, out)?;
                if self.looked_past.get() == looked_past {
                    fragments.keep(slot, stretch, &out[before..]);
                }
            }
            start = end;
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
