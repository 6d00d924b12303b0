//! Reading a document, now or at given heads, with a path in every complaint.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use automerge::AutoCommit;
use automerge::Automerge;
use automerge::AutomergeError;
use automerge::ChangeHash;
use automerge::ObjId;
use automerge::ObjType;
use automerge::ROOT;
use automerge::ReadDoc;
use automerge::ScalarValue;
use automerge::Value;
use automerge::hydrate;
use automerge::iter::DocIter;

use super::error::DocumentError;
use super::error::Subject;
use super::flat;

/// What is read of an Automerge document, pending or not.
pub(super) trait Source {
    /// The value under a name, now or at heads.
    fn one(&self, at: &ObjId, name: &str, heads: Option<&[ChangeHash]>) -> Found;
    /// All values under a name, the winner last.
    fn all(
        &self,
        at: &ObjId,
        name: &str,
        heads: Option<&[ChangeHash]>,
    ) -> Result<Vec<(Value<'static>, ObjId)>, AutomergeError>;
    /// Everything below an object.
    fn tree(&self, at: &ObjId, heads: Option<&[ChangeHash]>) -> Result<hydrate::Value, AutomergeError>;
    /// The same, one after the other.
    fn items(&self, at: &ObjId, heads: Option<&[ChangeHash]>) -> DocIter<'_>;
    /// The change that made an operation.
    fn change_of(&self, id: &ObjId) -> Option<ChangeHash>;
}

type Found = Result<Option<(Value<'static>, ObjId)>, AutomergeError>;

/// Both forms have the same operations, and no trait of the library that could be an object.
macro_rules! source {
    ($form:ty) => {
        impl Source for $form {
            fn one(&self, at: &ObjId, name: &str, heads: Option<&[ChangeHash]>) -> Found {
                let found = match heads {
                    Some(heads) => self.get_at(at, name, heads)?,
                    None => self.get(at, name)?,
                };
                Ok(found.map(|(value, id)| (value.to_owned(), id)))
            }

            fn all(
                &self,
                at: &ObjId,
                name: &str,
                heads: Option<&[ChangeHash]>,
            ) -> Result<Vec<(Value<'static>, ObjId)>, AutomergeError> {
                let found = match heads {
                    Some(heads) => self.get_all_at(at, name, heads)?,
                    None => self.get_all(at, name)?,
                };
                Ok(found.into_iter().map(|(value, id)| (value.to_owned(), id)).collect())
            }

            fn tree(
                &self,
                at: &ObjId,
                heads: Option<&[ChangeHash]>,
            ) -> Result<hydrate::Value, AutomergeError> {
                ReadDoc::hydrate(self, at, heads)
            }

            fn items(&self, at: &ObjId, heads: Option<&[ChangeHash]>) -> DocIter<'_> {
                self.iter_at(at, heads)
            }

            fn change_of(&self, id: &ObjId) -> Option<ChangeHash> {
                self.hash_for_opid(id)
            }
        }
    };
}

source!(AutoCommit);
source!(Automerge);

/// A document as it stands, or stood at given heads.
pub(super) struct View<'a> {
    doc: &'a dyn Source,
    heads: Option<&'a [ChangeHash]>,
    subject: &'a Subject,
    content: OnceCell<hydrate::Value>,
}

/// One of several values that stand at one place because devices wrote them at once.
#[derive(Clone, Debug)]
pub(super) struct Rival {
    /// The value; `None` if it is not a scalar.
    pub value: Option<ScalarValue>,
    /// Hexadecimal hash of the change that wrote it; empty while that change is not committed.
    pub change: String,
    /// Actor that wrote it, hexadecimal.
    pub actor: String,
}

impl<'a> View<'a> {
    pub fn new(doc: &'a dyn Source, heads: Option<&'a [ChangeHash]>, subject: &'a Subject) -> Self {
        Self { doc, heads, subject, content: OnceCell::new() }
    }

    pub const fn subject(&self) -> &'a Subject {
        self.subject
    }

    /// The content of the document.
    pub fn content(&self) -> Result<Node<'_>, DocumentError> {
        let value = match self.content.get() {
            Some(read) => read,
            None => {
                let read = self.hydrated()?;
                self.content.get_or_init(|| read)
            }
        };
        Ok(Node { subject: self.subject, value: Some(value), path: "content".to_owned() })
    }

    fn hydrated(&self) -> Result<hydrate::Value, DocumentError> {
        let Some(content) = self.object(&["content"])? else { return Ok(hydrate::Value::map()) };
        self.doc.tree(&content, self.heads).map_err(|source| self.wrong(source))
    }

    /// The content of the document as JSON, as [`Node::json`] has it.
    pub fn json(&self) -> Result<serde_json::Value, DocumentError> {
        let found = self.doc.one(&ROOT, "content", self.heads).map_err(|source| self.wrong(source))?;
        let flat = match found {
            Some((Value::Object(ObjType::Map), content)) => {
                flat::json(self.doc.items(&content, self.heads), &content)
            }
            _ => None,
        };
        // What cannot be read so is told with its place.
        flat.map_or_else(|| self.content()?.json(), Ok)
    }

    /// All values at `content/<map>/<name>`, best first: more than one if devices wrote at once.
    pub fn rivals(&self, map: &str, name: &str) -> Result<Vec<Rival>, DocumentError> {
        let Some(object) = self.object(&["content", map])? else { return Ok(Vec::new()) };
        let mut all = self.doc.all(&object, name, self.heads).map_err(|source| self.wrong(source))?;
        // Automerge lists the winner last.
        all.reverse();
        Ok(all.into_iter().map(|(value, id)| self.rival(value.into_scalar().ok(), &id)).collect())
    }

    /// What stands below each of the objects at `content/<name>`, the preferred one last: more than one if devices made them at once.
    pub fn rival_trees(&self, name: &str) -> Result<Vec<hydrate::Value>, DocumentError> {
        let Some(content) = self.object(&["content"])? else { return Ok(Vec::new()) };
        let all = self.doc.all(&content, name, self.heads).map_err(|source| self.wrong(source))?;
        let objects = all.iter().filter(|(value, _)| value.is_object());
        objects.map(|(_, id)| self.doc.tree(id, self.heads).map_err(|source| self.wrong(source))).collect()
    }

    /// A tree that stands at `content/<name>`.
    pub fn node<'t>(&'t self, tree: &'t hydrate::Value, name: &str) -> Node<'t> {
        Node { subject: self.subject, value: Some(tree), path: format!("content/{name}") }
    }

    fn rival(&self, value: Option<ScalarValue>, id: &ObjId) -> Rival {
        let change = self.doc.change_of(id).map(|hash| hash.to_string()).unwrap_or_default();
        let actor = match id {
            ObjId::Id(_, actor, _) => actor.to_hex_string(),
            ObjId::Root => String::new(),
        };
        Rival { value, change, actor }
    }

    fn object(&self, path: &[&str]) -> Result<Option<ObjId>, DocumentError> {
        let mut at = ROOT;
        for name in path {
            match self.doc.one(&at, name, self.heads).map_err(|source| self.wrong(source))? {
                Some((value, id)) if value.is_object() => at = id,
                _ => return Ok(None),
            }
        }
        Ok(Some(at))
    }

    fn wrong(&self, source: AutomergeError) -> DocumentError {
        DocumentError::Automerge { subject: Box::new(self.subject.clone()), source: Box::new(source) }
    }
}

/// A value with the path that leads to it.
#[derive(Clone)]
pub(super) struct Node<'a> {
    subject: &'a Subject,
    value: Option<&'a hydrate::Value>,
    path: String,
}

impl<'a> Node<'a> {
    /// The value under a name; absent if there is none.
    pub fn field(&self, name: &str) -> Self {
        let value = match self.value {
            Some(hydrate::Value::Map(map)) => map.get(name),
            _ => None,
        };
        Node { subject: self.subject, value, path: format!("{}/{name}", self.path) }
    }

    /// Names and values of a map, sorted by name; empty if absent. The flag says that rival values stand there.
    pub fn map(&self) -> Result<BTreeMap<&'a str, (Self, bool)>, DocumentError> {
        let map = match self.value {
            None => return Ok(BTreeMap::new()),
            Some(hydrate::Value::Map(map)) => map,
            Some(_) => return Err(self.wrong("a map")),
        };
        let node = |name: &str, value| Node {
            subject: self.subject,
            value: Some(value),
            path: format!("{}/{name}", self.path),
        };
        Ok(map.iter().map(|(name, v)| (name.as_str(), (node(name, &v.value), v.conflict))).collect())
    }

    /// Items of a list; empty if absent.
    pub fn list(&self) -> Result<Vec<Self>, DocumentError> {
        let list = match self.value {
            None => return Ok(Vec::new()),
            Some(hydrate::Value::List(list)) => list,
            Some(_) => return Err(self.wrong("a list")),
        };
        let node = |(i, value)| Node { subject: self.subject, value: Some(value), path: self.index(i) };
        Ok(list.iter().map(|item| &item.value).enumerate().map(node).collect())
    }

    fn index(&self, i: usize) -> String {
        format!("{}/{i}", self.path)
    }

    /// A text; `None` if absent or null. A browser writes strings as Automerge texts, so both forms are read.
    pub fn opt_text(&self) -> Result<Option<String>, DocumentError> {
        match self.value {
            None | Some(hydrate::Value::Scalar(ScalarValue::Null)) => Ok(None),
            Some(hydrate::Value::Scalar(ScalarValue::Str(text))) => Ok(Some(text.to_string())),
            Some(hydrate::Value::Text(text)) => Ok(Some(text.to_string())),
            Some(_) => Err(self.wrong("a text")),
        }
    }

    /// A text; empty if absent.
    pub fn text(&self) -> Result<String, DocumentError> {
        Ok(self.opt_text()?.unwrap_or_default())
    }

    /// A list of texts; empty if absent.
    pub fn texts(&self) -> Result<Vec<String>, DocumentError> {
        self.list()?.iter().map(Self::text).collect()
    }

    /// Reads a text as one of the values of a closed set.
    pub fn choice<T>(
        &self,
        expected: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, DocumentError> {
        let Some(text) = self.opt_text()? else { return Ok(None) };
        parse(&text).map(Some).ok_or_else(|| self.wrong(expected))
    }

    /// The same as JSON. Floating-point numbers, bytes and the like do not occur in our documents and are refused.
    pub fn json(&self) -> Result<serde_json::Value, DocumentError> {
        let Some(value) = self.value else { return Ok(serde_json::Value::Null) };
        Ok(match value {
            hydrate::Value::Map(_) => {
                let fields = self.map()?;
                let json = fields.iter().map(|(name, (node, _))| Ok(((*name).to_owned(), node.json()?)));
                serde_json::Value::Object(json.collect::<Result<_, DocumentError>>()?)
            }
            hydrate::Value::List(_) => self.list()?.iter().map(Self::json).collect::<Result<_, _>>()?,
            hydrate::Value::Text(text) => text.to_string().into(),
            hydrate::Value::Scalar(scalar) => match scalar {
                ScalarValue::Null => serde_json::Value::Null,
                ScalarValue::Str(text) => text.as_str().into(),
                ScalarValue::Int(n) => (*n).into(),
                ScalarValue::Uint(n) => (*n).into(),
                ScalarValue::Boolean(b) => (*b).into(),
                _ => return Err(self.wrong("a text, a whole number, true or false")),
            },
        })
    }

    /// The complaint that this value is not what it should be.
    pub fn wrong(&self, expected: impl Into<String>) -> DocumentError {
        DocumentError::Field {
            subject: Box::new(self.subject.clone()),
            path: self.path.clone(),
            expected: expected.into(),
        }
    }
}

/// A whole number; JavaScript writes some as unsigned.
pub(super) fn whole_number(value: &ScalarValue) -> Option<i64> {
    match value {
        ScalarValue::Int(n) => Some(*n),
        ScalarValue::Uint(n) => i64::try_from(*n).ok(),
        _ => None,
    }
}
