//! Where variables live while a template is printed: one frame per template, include and loop.

use std::sync::Arc;

use serde_json::Value as Json;

use super::ir::Loop;
use super::ir::Segment;
use super::ir::Symbol;
use super::set::Template;
use super::value::Ids;
use super::value::Model;
use super::value::Object;
use super::value::Val;

/// What a loop's body asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Go on.
    Normal,
    /// `{% break %}`
    Break,
    /// `{% continue %}`
    Continue,
}

/// One frame.
#[derive(Debug)]
pub struct Frame<'s> {
    /// The template whose text is being printed.
    pub template: &'s Template,
    vars: Vec<(Symbol, Val<'s>)>,
    /// The loop, if this frame is one.
    pub turn: Option<LoopState<'s>>,
}

impl<'s> Frame<'s> {
    /// The frame of a template or include.
    pub fn plain(template: &'s Template) -> Self {
        Self { template, vars: Vec::new(), turn: None }
    }

    /// The frame of a loop.
    pub fn turning(template: &'s Template, turn: LoopState<'s>) -> Self {
        Self { template, vars: Vec::new(), turn: Some(turn) }
    }

    /// A variable that was set in this frame.
    pub fn get(&self, symbol: Symbol) -> Option<&Val<'s>> {
        self.vars.iter().find(|(name, _)| *name == symbol).map(|(_, value)| value)
    }

    /// Sets a variable.
    pub fn set(&mut self, symbol: Symbol, value: Val<'s>) {
        match self.vars.iter_mut().find(|(name, _)| *name == symbol) {
            Some((_, slot)) => *slot = value,
            None => self.vars.push((symbol, value)),
        }
    }

    /// Goes to the value at that place; what the turn before set is gone.
    pub fn start_turn(&mut self, at: usize) {
        self.vars.clear();
        if let Some(turn) = &mut self.turn {
            turn.go_to(at);
        }
    }
}

/// Where a loop stands.
#[derive(Debug)]
pub struct LoopState<'s> {
    /// Number of turns.
    pub len: usize,
    at: usize,
    items: Items<'s>,
    /// The value of this turn.
    pub value: Val<'s>,
    /// Variable of the key.
    pub key: Option<Symbol>,
    /// Variable of the value.
    pub name: Symbol,
    /// The symbol `loop`.
    pub loop_symbol: Option<Symbol>,
    /// What the body asked for.
    pub flow: Flow,
}

#[derive(Debug)]
enum Items<'s> {
    Array(Val<'s>),
    Pairs(Vec<(Arc<str>, Val<'s>)>),
}

impl<'s> LoopState<'s> {
    /// Prepares a loop over a container.
    ///
    /// # Errors
    /// In words, if the container cannot be iterated that way.
    pub fn new(
        container: Val<'s>,
        forloop: &Loop,
        model: &dyn Model<'s>,
        loop_symbol: Option<Symbol>,
    ) -> Result<Self, String> {
        let name = &forloop.container_name;
        let items = if container.is_array() {
            if forloop.key.is_some() {
                return Err(format!("`{name}` is a list; iterate it without a key"));
            }
            Items::Array(container)
        } else if container.is_object() {
            if forloop.key.is_none() {
                return Err(format!("`{name}` is an object; iterate it as `for key, value in {name}`"));
            }
            Items::Pairs(pairs(container, model)?)
        } else if container.as_str().is_some() {
            return Err(format!("iterating the letters of `{name}` is not implemented by niemyet's engine"));
        } else {
            return Err(format!("`{name}` cannot be iterated"));
        };
        let len = match &items {
            Items::Array(list) => array_len(list),
            Items::Pairs(pairs) => pairs.len(),
        };
        Ok(Self {
            len,
            at: 0,
            items,
            value: Val::Null,
            key: forloop.key,
            name: forloop.value,
            loop_symbol,
            flow: Flow::Normal,
        })
    }

    /// The objects that it runs over, if it runs over lazy objects.
    pub fn objects(&self) -> Option<(u8, Ids<'s>)> {
        match &self.items {
            Items::Array(Val::Objects(kind, ids)) => Some((*kind, ids.clone())),
            _ => None,
        }
    }

    fn go_to(&mut self, at: usize) {
        self.at = at;
        self.flow = Flow::Normal;
        self.value = match &self.items {
            Items::Array(list) => array_item(list, at),
            Items::Pairs(pairs) => pairs.get(at).map_or(Val::Null, |(_, value)| value.clone()),
        };
    }

    /// The key of this turn.
    pub fn current_key(&self) -> Option<Val<'s>> {
        match &self.items {
            Items::Array(_) => None,
            Items::Pairs(pairs) => pairs.get(self.at).map(|(key, _)| Val::Text(Arc::clone(key))),
        }
    }

    /// `loop.index`, `loop.index0`, `loop.first`, `loop.last`.
    pub fn builtin(&self, segments: &[Segment]) -> Option<Val<'s>> {
        let [Segment::Key(key, _)] = segments else { return None };
        Some(match &**key {
            "index" => Val::count(self.at + 1),
            "index0" => Val::count(self.at),
            "first" => Val::Bool(self.at == 0),
            "last" => Val::Bool(self.at + 1 == self.len),
            _ => return None,
        })
    }
}

fn array_len(list: &Val<'_>) -> usize {
    match list {
        Val::Json(Json::Array(items)) => items.len(),
        Val::Made(json) => json.as_array().map_or(0, Vec::len),
        Val::Strs(items) => items.len(),
        Val::Objects(_, ids) => ids.as_slice().len(),
        Val::List(items) => items.len(),
        _ => 0,
    }
}

fn array_item<'s>(list: &Val<'s>, at: usize) -> Val<'s> {
    let item = match list {
        Val::Json(Json::Array(items)) => items.get(at).map(Val::from_json),
        Val::Made(json) => json.get(at).cloned().map(Val::from_owned),
        Val::Strs(items) => items.get(at).map(|text| Val::Str(text)),
        Val::Objects(kind, ids) => {
            ids.as_slice().get(at).map(|id| Val::Object(Object { kind: *kind, id: *id }))
        }
        Val::List(items) => items.get(at).cloned(),
        _ => None,
    };
    item.unwrap_or(Val::Null)
}

fn pairs<'s>(container: Val<'s>, model: &dyn Model<'s>) -> Result<Vec<(Arc<str>, Val<'s>)>, String> {
    Ok(match container {
        Val::Json(Json::Object(map)) | Val::Table(map) => {
            map.iter().map(|(key, value)| (key.as_str().into(), Val::from_json(value))).collect()
        }
        Val::Made(json) => match &*json {
            Json::Object(map) => {
                map.iter().map(|(key, value)| (key.as_str().into(), Val::from_owned(value.clone()))).collect()
            }
            _ => Vec::new(),
        },
        Val::Object(object) => {
            let mut pairs = Vec::new();
            for name in model.fields(object) {
                pairs.push(((*name).into(), model.field(object, name)?.unwrap_or(Val::Null)));
            }
            pairs
        }
        Val::Dict(items) => items.iter().map(|(key, value)| (Arc::from(&**key), value.clone())).collect(),
        _ => Vec::new(),
    })
}
