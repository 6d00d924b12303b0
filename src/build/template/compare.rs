//! `==` and `in`.

use serde_json::Value as Json;

use super::filter::to_json;
use super::number::float;
use super::value::Model;
use super::value::Val;

/// `None` if only one side is a number: neither `==` nor `!=` holds then.
///
/// # Errors
/// If a lazy value cannot be read.
pub fn equal<'s>(model: &dyn Model<'s>, left: &Val<'s>, right: &Val<'s>) -> Result<Option<bool>, String> {
    match (left, right) {
        #[expect(clippy::float_cmp, reason = "Tera compares numbers as floats, exactly")]
        (Val::Num(left), Val::Num(right)) => return Ok(Some(float(left) == float(right))),
        (Val::Num(_), _) | (_, Val::Num(_)) => return Ok(None),
        _ => {}
    }
    if let (Some(left), Some(right)) = (left.as_str(), right.as_str()) {
        return Ok(Some(left == right));
    }
    Ok(Some(to_json(model, left)? == to_json(model, right)?))
}

/// Is `left` in the array, text or object `right`?
///
/// # Errors
/// In words, if the types do not fit.
pub fn contains<'s>(model: &dyn Model<'s>, left: &Val<'s>, right: &Val<'s>) -> Result<bool, String> {
    if let (Val::Strs(items), Some(text)) = (right, left.as_str()) {
        return Ok(items.iter().any(|item| item == text));
    }
    match to_json(model, right)? {
        Json::Array(items) => Ok(items.contains(&to_json(model, left)?)),
        Json::String(text) => match left.as_str() {
            Some(part) => Ok(text.contains(part)),
            None => Err("`in` looks for a string in a string".to_owned()),
        },
        Json::Object(map) => match left.as_str() {
            Some(key) => Ok(map.contains_key(key)),
            None => Err("`in` looks for a string among an object's keys".to_owned()),
        },
        _ => Err("`in` works on strings, arrays and objects only".to_owned()),
    }
}
