//! Finding variables, and walking from them along a path.

use serde_json::Value as Json;

use super::eval::Evaluated;
use super::eval::Evaluator;
use super::eval::fault;
use super::ir::Path;
use super::ir::Segment;
use super::path;
use super::value::Val;

impl<'s> Evaluator<'s, '_> {
    /// Finds a variable: frames from the innermost out, then the context. A path that does not resolve in one frame is
    /// looked for in the next, as in Tera.
    pub(super) fn lookup(&self, path: &'s Path) -> Evaluated<Option<Val<'s>>> {
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
                // Tera knows these in dotted form only.
                if !path.text.contains('[')
                    && let Some(found) = turn.builtin(&path.segments)
                {
                    return Ok(Some(found));
                }
            } else if turn.name == path.root {
                if let Some(found) = self.walk(turn.value.clone(), path)? {
                    return Ok(Some(found));
                }
                self.looked_past.set(self.looked_past.get() + 1);
            }
        }
        match self.model.root(self.set.name_of(path.root)) {
            Some(value) => self.walk(value, path),
            None => Ok(None),
        }
    }

    pub(super) fn walk(&self, mut value: Val<'s>, path: &'s Path) -> Evaluated<Option<Val<'s>>> {
        for segment in &path.segments {
            let next = match segment {
                Segment::Key(key, index) => self.step(&value, key, *index, path)?,
                Segment::Variable(inner) => {
                    let key = match self.lookup(inner)? {
                        Some(Val::Str(text)) => text.to_owned(),
                        Some(Val::Text(text)) => text.to_string(),
                        Some(Val::Num(number)) => number.to_string(),
                        // To Tera a path with a key that is missing or no key at all does not exist: `default` fills it.
                        Some(_) | None => return Ok(None),
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

    pub(super) fn step(
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

pub(super) fn unknown(path: &Path) -> String {
    format!("the variable `{}` does not exist here; correct its name or give it a `default`", path.text)
}
