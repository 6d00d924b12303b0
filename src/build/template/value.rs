//! Values of the template language: borrowed where they stand, lazy where they are large.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::Map;
use serde_json::Number;
use serde_json::Value as Json;

/// A handle of something that the model holds; its fields are fetched one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Object {
    /// What it is; the model knows the kinds.
    pub kind: u8,
    /// Which one.
    pub id: u32,
}

/// A list of handles of one kind.
#[derive(Clone, Debug)]
pub enum Ids<'s> {
    /// As the model holds it.
    Borrowed(&'s [u32]),
    /// As a filter made it.
    Owned(Arc<[u32]>),
}

impl Ids<'_> {
    /// The ids, in order.
    pub fn as_slice(&self) -> &[u32] {
        match self {
            Self::Borrowed(ids) => ids,
            Self::Owned(ids) => ids,
        }
    }
}

/// A value while a template is rendered.
#[derive(Clone, Debug)]
pub enum Val<'s> {
    /// JSON's null; prints as nothing.
    Null,
    /// A truth value.
    Bool(bool),
    /// A number: i64, u64 or f64.
    Num(Number),
    /// Text that somebody else owns.
    Str(&'s str),
    /// Text made while rendering.
    Text(Arc<str>),
    /// An array or object that the model owns.
    Json(&'s Json),
    /// An array or object made while rendering.
    Made(Arc<Json>),
    /// An object that the model owns.
    Table(&'s Map<String, Json>),
    /// A list of strings that the model owns.
    Strs(&'s [String]),
    /// A lazy object.
    Object(Object),
    /// A list of lazy objects of one kind.
    Objects(u8, Ids<'s>),
    /// A list that contains lazy values.
    List(Arc<[Val<'s>]>),
    /// An object that contains lazy values.
    Dict(Arc<[(Cow<'static, str>, Val<'s>)]>),
}

impl<'s> Val<'s> {
    /// A value of JSON, scalars unwrapped.
    pub fn from_json(json: &'s Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(*value),
            Json::Number(number) => Self::Num(number.clone()),
            Json::String(text) => Self::Str(text),
            Json::Array(_) | Json::Object(_) => Self::Json(json),
        }
    }

    /// A value of JSON that nobody else keeps.
    pub fn from_owned(json: Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(value),
            Json::Number(number) => Self::Num(number),
            Json::String(text) => Self::Text(text.into()),
            other => Self::Made(Arc::new(other)),
        }
    }

    /// An integer.
    pub fn int(value: i64) -> Self {
        Self::Num(value.into())
    }

    /// A count.
    pub fn count(value: usize) -> Self {
        Self::Num(value.into())
    }

    /// Text, or null if there is none.
    pub fn opt(text: Option<&'s str>) -> Self {
        text.map_or(Self::Null, Self::Str)
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(text) => Some(text),
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Truth as Tera sees it: empty strings, arrays and objects, zero and null are false.
    pub fn is_truthy(&self) -> bool {
        match self {
            Self::Null => false,
            Self::Bool(value) => *value,
            Self::Num(number) => number.as_f64().is_some_and(|float| float != 0.0 && !float.is_nan()),
            Self::Str(text) => !text.is_empty(),
            Self::Text(text) => !text.is_empty(),
            Self::Json(json) => json_has_items(json),
            Self::Made(json) => json_has_items(json),
            Self::Table(map) => !map.is_empty(),
            Self::Strs(list) => !list.is_empty(),
            Self::Object(_) => true,
            Self::Objects(_, ids) => !ids.as_slice().is_empty(),
            Self::List(items) => !items.is_empty(),
            Self::Dict(items) => !items.is_empty(),
        }
    }

    /// True for what Tera iterates without a key.
    pub fn is_array(&self) -> bool {
        match self {
            Self::Json(json) => json.is_array(),
            Self::Made(json) => json.is_array(),
            Self::Strs(_) | Self::Objects(..) | Self::List(_) => true,
            _ => false,
        }
    }

    /// True for what Tera iterates with key and value.
    pub fn is_object(&self) -> bool {
        match self {
            Self::Json(json) => json.is_object(),
            Self::Made(json) => json.is_object(),
            Self::Table(_) | Self::Object(_) | Self::Dict(_) => true,
            _ => false,
        }
    }
}

fn json_has_items(json: &Json) -> bool {
    match json {
        Json::Array(items) => !items.is_empty(),
        Json::Object(map) => !map.is_empty(),
        _ => true,
    }
}

/// What a template can ask of the site. Implementations note each read.
pub trait Model<'s> {
    /// A variable of the context: `page`, `config`, …
    fn root(&self, name: &str) -> Option<Val<'s>>;
    /// A field of an object.
    ///
    /// # Errors
    /// If the field exists in Zola but cannot be given here, in words.
    fn field(&self, object: Object, name: &str) -> Result<Option<Val<'s>>, String>;
    /// The names of an object's fields, in Zola's order.
    fn fields(&self, object: Object) -> &'static [&'static str];
    /// Calls a global function that needs the site; `None` if there is none of that name.
    fn call(&self, name: &str, args: &Args<'s>) -> Option<Result<Val<'s>, String>>;
    /// Applies a filter that needs the site; `None` if there is none of that name.
    fn filter(&self, name: &str, text: &Val<'s>, args: &Args<'s>) -> Option<Result<Val<'s>, String>>;
    /// Notes that a template was used.
    fn used_template(&self, name: &str);
}

/// Arguments of a call, by name.
#[derive(Debug, Default)]
pub struct Args<'s>(pub Vec<(&'s str, Val<'s>)>);

impl<'s> Args<'s> {
    /// The argument of that name.
    pub fn get(&self, name: &str) -> Option<&Val<'s>> {
        self.0.iter().find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// A text argument that must be there.
    ///
    /// # Errors
    /// If it is missing or not text.
    pub fn text(&self, function: &str, name: &str) -> Result<&str, String> {
        self.opt_text(function, name)?.ok_or_else(|| format!("`{function}` requires the argument `{name}`"))
    }

    /// A text argument that may be missing.
    ///
    /// # Errors
    /// If it is not text.
    pub fn opt_text(&self, function: &str, name: &str) -> Result<Option<&str>, String> {
        match self.get(name) {
            None => Ok(None),
            Some(value) => {
                value.as_str().map(Some).ok_or_else(|| format!("`{function}`: `{name}` must be a string"))
            }
        }
    }

    /// A truth value, false if missing.
    ///
    /// # Errors
    /// If it is not a truth value.
    pub fn flag(&self, function: &str, name: &str) -> Result<bool, String> {
        match self.get(name) {
            None => Ok(false),
            Some(Val::Bool(value)) => Ok(*value),
            Some(_) => Err(format!("`{function}`: `{name}` must be true or false")),
        }
    }
}
