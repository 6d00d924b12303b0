//! Blocks, `super()` and includes.

use super::eval::Evaluated;
use super::eval::Evaluator;
use super::eval::fault;
use super::frame::Frame;
use super::ir::Node;
use super::ir::Symbol;

/// Includes may nest this deep; deeper means that a template includes itself.
const INCLUDE_DEPTH: usize = 48;

impl<'s> Evaluator<'s, '_> {
    pub(super) fn block(
        &mut self,
        name: Symbol,
        own: &'s [Node],
        level: usize,
        out: &mut String,
    ) -> Evaluated<()> {
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

    pub(super) fn super_block(&mut self, out: &mut String) -> Evaluated<()> {
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

    pub(super) fn include(
        &mut self,
        names: &'s [Box<str>],
        ignore_missing: bool,
        out: &mut String,
    ) -> Evaluated<()> {
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
}
