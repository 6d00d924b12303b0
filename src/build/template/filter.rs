//! Filters, tests and functions: Tera's own where values are plain, by handle where they are lazy.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::LazyLock;

use serde_json::Map;
use serde_json::Value as Json;
use tera::Tera;

use super::value::Args;
use super::value::Ids;
use super::value::Model;
use super::value::Object;
use super::value::Val;

/// Tera's registry of filters and tests; it holds no template.
static TERA: LazyLock<Tera> = LazyLock::new(Tera::default);

/// Functions that templates may call.
pub const FUNCTIONS: [&str; 8] =
    ["range", "throw", "get_url", "get_page", "get_section", "trans", "load_data", "get_hash"];

/// Functions whose result is not escaped.
pub const SAFE_FUNCTIONS: [&str; 1] = ["get_url"];

/// Filters of Zola that the model applies.
const MODEL_FILTERS: [&str; 2] = ["markdown", "num_format"];

/// More elements than any page needs; a typing error in `range` must not fill the memory.
const RANGE_LIMIT: i64 = 1_000_000;

/// True if the filter exists here.
pub fn is_known_filter(name: &str) -> bool {
    name == "safe"
        || MODEL_FILTERS.contains(&name)
        || super::text_filter::NAMES.contains(&name)
        || TERA.get_filter(name).is_ok()
}

/// True if the test exists here.
pub fn is_known_test(name: &str) -> bool {
    TERA.get_tester(name).is_ok()
}

/// The whole value as JSON; reads every field of lazy objects.
///
/// # Errors
/// If a field cannot be given.
pub fn to_json<'s>(model: &dyn Model<'s>, value: &Val<'s>) -> Result<Json, String> {
    Ok(match value {
        Val::Null => Json::Null,
        Val::Bool(value) => Json::Bool(*value),
        Val::Num(number) => Json::Number(number.clone()),
        Val::Str(text) => Json::String((*text).to_owned()),
        Val::Text(text) => Json::String(text.to_string()),
        Val::Json(json) => (*json).clone(),
        Val::Made(json) => (**json).clone(),
        Val::Table(map) => Json::Object((*map).clone()),
        Val::Strs(list) => Json::Array(list.iter().cloned().map(Json::String).collect()),
        Val::Object(object) => object_json(model, *object)?,
        Val::Objects(kind, ids) => {
            let objects = ids.as_slice().iter().map(|id| object_json(model, Object { kind: *kind, id: *id }));
            Json::Array(objects.collect::<Result<_, _>>()?)
        }
        Val::List(items) => {
            Json::Array(items.iter().map(|item| to_json(model, item)).collect::<Result<_, _>>()?)
        }
        Val::Dict(items) => {
            let pairs = items.iter().map(|(key, item)| Ok((key.to_string(), to_json(model, item)?)));
            Json::Object(pairs.collect::<Result<_, String>>()?)
        }
    })
}

fn object_json<'s>(model: &dyn Model<'s>, object: Object) -> Result<Json, String> {
    let mut map = Map::new();
    for name in model.fields(object) {
        let value = model.field(object, name)?.unwrap_or(Val::Null);
        map.insert((*name).to_owned(), to_json(model, &value)?);
    }
    Ok(Json::Object(map))
}

/// Applies a filter.
///
/// # Errors
/// In Tera's words.
pub fn apply<'s>(
    model: &dyn Model<'s>,
    name: &str,
    value: &Val<'s>,
    args: &Args<'s>,
) -> Result<Val<'s>, String> {
    if let Some(result) = model.filter(name, value, args) {
        return result;
    }
    if let Some(result) = super::text_filter::apply(name, value, args) {
        return result;
    }
    if let Val::Objects(kind, ids) = value
        && let Some(result) = apply_to_objects(model, name, (*kind, ids), args)
    {
        return result;
    }
    plain(model, name, &to_json(model, value)?, args)
}

fn plain<'s>(model: &dyn Model<'s>, name: &str, json: &Json, args: &Args<'s>) -> Result<Val<'s>, String> {
    call_tera(name, json, &json_args(model, args)?).map(Val::from_owned)
}

fn call_tera(name: &str, json: &Json, args: &HashMap<String, Json>) -> Result<Json, String> {
    let filter = TERA.get_filter(name).map_err(|error| error.to_string())?;
    filter.filter(json, args).map_err(|error| error.to_string())
}

fn json_args<'s>(model: &dyn Model<'s>, args: &Args<'s>) -> Result<HashMap<String, Json>, String> {
    args.0.iter().map(|(name, value)| Ok(((*name).to_owned(), to_json(model, value)?))).collect()
}

/// Key under which a stand-in carries its place in the list; no front matter can contain it.
const PLACE: &str = "\u{0}place";

/// Filters on a list of lazy objects, through Tera's own filter on light stand-ins.
fn apply_to_objects<'s>(
    model: &dyn Model<'s>,
    name: &str,
    (kind, ids): (u8, &Ids<'s>),
    args: &Args<'s>,
) -> Option<Result<Val<'s>, String>> {
    let list = ids.as_slice();
    match name {
        "length" => Some(Ok(Val::count(list.len()))),
        "first" if !list.is_empty() => Some(Ok(Val::Object(Object { kind, id: list[0] }))),
        "first" | "last" | "nth" | "slice" | "reverse" => {
            let places = Json::Array((0..list.len()).map(Json::from).collect());
            Some(json_args(model, args).and_then(|args| call_tera(name, &places, &args)).map(|found| {
                match found {
                    Json::Array(places) => objects(kind, list, places.iter().filter_map(Json::as_u64)),
                    Json::Number(place) => one(kind, list, place.as_u64()),
                    other => Val::from_owned(other),
                }
            }))
        }
        "concat" => match args.get("with") {
            Some(Val::Objects(other, more)) if *other == kind => {
                let joined: Vec<u32> = list.iter().chain(more.as_slice()).copied().collect();
                Some(Ok(Val::Objects(kind, Ids::Owned(joined.into()))))
            }
            Some(Val::Object(more)) if more.kind == kind => {
                let joined: Vec<u32> = list.iter().copied().chain([more.id]).collect();
                Some(Ok(Val::Objects(kind, Ids::Owned(joined.into()))))
            }
            _ => None,
        },
        "sort" | "filter" | "group_by" | "unique" | "map" => {
            let attribute = args.get("attribute").and_then(Val::as_str)?;
            Some(by_attribute(model, name, (kind, list), attribute, args))
        }
        _ => None,
    }
}

fn by_attribute<'s>(
    model: &dyn Model<'s>,
    name: &str,
    (kind, list): (u8, &[u32]),
    attribute: &str,
    args: &Args<'s>,
) -> Result<Val<'s>, String> {
    let mut stand_ins = Vec::with_capacity(list.len());
    for (place, id) in list.iter().enumerate() {
        let mut map = stand_in(model, Object { kind, id: *id }, attribute)?;
        map.insert(PLACE.to_owned(), place.into());
        stand_ins.push(Json::Object(map));
    }
    let found = call_tera(name, &Json::Array(stand_ins), &json_args(model, args)?)?;
    Ok(match found {
        Json::Array(items) if name != "map" => objects(kind, list, items.iter().filter_map(place)),
        Json::Object(groups) if name == "group_by" => {
            let grouped = groups.iter().map(|(key, items)| {
                let items = items.as_array().map_or(&[][..], Vec::as_slice);
                (key.clone().into(), objects(kind, list, items.iter().filter_map(place)))
            });
            Val::Dict(grouped.collect())
        }
        other => Val::from_owned(other),
    })
}

fn place(item: &Json) -> Option<u64> {
    item.get(PLACE).and_then(Json::as_u64)
}

/// An object with nothing but the one attribute that the filter looks at.
fn stand_in<'s>(model: &dyn Model<'s>, object: Object, attribute: &str) -> Result<Map<String, Json>, String> {
    let first = attribute.split('.').next().unwrap_or(attribute);
    let mut map = Map::new();
    if let Some(value) = model.field(object, first)? {
        map.insert(first.to_owned(), to_json(model, &value)?);
    }
    Ok(map)
}

fn objects<'s>(kind: u8, list: &[u32], places: impl Iterator<Item = u64>) -> Val<'s> {
    let ids: Vec<u32> =
        places.filter_map(|place| usize::try_from(place).ok().and_then(|at| list.get(at)).copied()).collect();
    Val::Objects(kind, Ids::Owned(ids.into()))
}

fn one<'s>(kind: u8, list: &[u32], place: Option<u64>) -> Val<'s> {
    let id = place.and_then(|place| usize::try_from(place).ok()).and_then(|at| list.get(at));
    id.map_or(Val::Null, |id| Val::Object(Object { kind, id: *id }))
}

/// Runs a test. `found` is `None` if the variable does not exist.
///
/// # Errors
/// In Tera's words.
pub fn test<'s>(
    model: &dyn Model<'s>,
    name: &str,
    found: Option<&Val<'s>>,
    args: &[Val<'s>],
) -> Result<bool, String> {
    match (name, found) {
        ("defined", _) if args.is_empty() => return Ok(found.is_some()),
        ("undefined", _) if args.is_empty() => return Ok(found.is_none()),
        ("iterable", Some(value)) if args.is_empty() => return Ok(value.is_array() || value.is_object()),
        ("object", Some(value)) if args.is_empty() => return Ok(value.is_object()),
        _ => {}
    }
    let tester = TERA.get_tester(name).map_err(|error| error.to_string())?;
    let value = found.map(|value| to_json(model, value)).transpose()?;
    let args: Vec<Json> = args.iter().map(|arg| to_json(model, arg)).collect::<Result<_, _>>()?;
    tester.test(value.as_ref(), &args).map_err(|error| error.to_string())
}

/// Calls a function that does not need the site.
///
/// # Errors
/// In words.
pub fn call<'s>(model: &dyn Model<'s>, name: &str, args: &Args<'s>) -> Result<Val<'s>, String> {
    if name == "range" {
        for bound in ["start", "end"] {
            let value =
                args.get(bound).and_then(|value| to_json(model, value).ok()).and_then(|json| json.as_i64());
            if value.is_some_and(|number| number.abs() > RANGE_LIMIT) {
                return Err(format!(
                    "`range`: `{bound}` is past {RANGE_LIMIT}; no page needs so many elements"
                ));
            }
        }
    }
    let function = TERA.get_function(name).map_err(|error| error.to_string())?;
    let result = function.call(&json_args(model, args)?).map_err(|error| error.to_string())?;
    Ok(Val::from_owned(result))
}

/// A list as the evaluator makes it from an array literal.
pub fn list<'s>(items: Vec<Val<'s>>) -> Val<'s> {
    Val::List(Arc::from(items))
}
