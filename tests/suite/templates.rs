//! Our evaluator against Tera 1.20.1 itself, over random templates: the same text, or both refuse.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;

use niemyet::build::template::eval;
use niemyet::build::template::set::TemplateSet;
use niemyet::build::template::value::Args;
use niemyet::build::template::value::Ids;
use niemyet::build::template::value::Model;
use niemyet::build::template::value::Object;
use niemyet::build::template::value::Val;
use proptest::prelude::*;
use serde_json::Map;
use serde_json::Value as Json;
use serde_json::json;

use crate::support::cases;

mod grammar;

/// What both render.
fn context() -> Map<String, Json> {
    let json = json!({
        "text": "một <b> & \"hai\" ba", "empty": "", "n": 7, "neg": -3, "f": 2.5, "whole": 3.0,
        "big": 18_446_744_073_709_551_615_u64, "yes": true, "no": false, "nil": null, "key": "a", "idx": 1,
        "list": [3, 1, 2, 1], "words": ["b", "a<", "c", "b"], "none": [], "hollow": {},
        "mixed": [1, "a", null, true, 2.5, [1, "<"], {"x": 1}],
        "map": {"b": "hai/<", "a": 1, "c.d": {"e": [10, 20]}, "slash/ed": "ok"},
        "row": {"name": "r<", "n": 5, "inner": {"k": "i"}, "tags": ["t", "u"]},
        "rows": [
            {"name": "x", "n": 2, "inner": {"k": "u"}, "tags": []},
            {"name": "y", "n": 1, "inner": {"k": "v"}, "tags": ["t"]},
            {"name": "x", "n": 3, "inner": {"k": "u"}, "tags": ["<"]},
            {"name": null, "n": 1, "inner": {"k": "w"}, "tags": ["t", "u"]}
        ]
    });
    match json {
        Json::Object(map) => map,
        other => panic!("{other} is no object"),
    }
}

/// The context as our evaluator sees it: plain, or with what a site keeps lazy (`rows`, `row`, `words`, `map`) lazy.
#[derive(Debug)]
struct Context<'s> {
    map: &'s Map<String, Json>,
    words: &'s [String],
    lazy: bool,
}

/// Kind of an element of `rows`.
const ROW: u8 = 0;
/// Kind of `row`.
const ALONE: u8 = 1;

impl<'s> Model<'s> for Context<'s> {
    fn root(&self, name: &str) -> Option<Val<'s>> {
        let json = self.map.get(name)?;
        Some(match (name, json) {
            ("rows", _) if self.lazy => Val::Objects(ROW, Ids::Borrowed(&[0, 1, 2, 3])),
            ("row", _) if self.lazy => Val::Object(Object { kind: ALONE, id: 0 }),
            ("words", _) if self.lazy => Val::Strs(self.words),
            ("map", Json::Object(map)) if self.lazy => Val::Table(map),
            _ => Val::from_json(json),
        })
    }

    fn field(&self, object: Object, name: &str) -> Result<Option<Val<'s>>, String> {
        let json = match object.kind {
            ROW => &self.map["rows"][object.id as usize],
            _ => &self.map["row"],
        };
        Ok(json.get(name).map(Val::from_json))
    }

    fn fields(&self, _: Object) -> &'static [&'static str] {
        &["name", "n", "inner", "tags"]
    }

    fn call(&self, _: &str, _: &Args<'s>) -> Option<Result<Val<'s>, String>> {
        None
    }

    fn filter(&self, _: &str, _: &Val<'s>, _: &Args<'s>) -> Option<Result<Val<'s>, String>> {
        None
    }

    fn used_template(&self, _: &str) {}
}

fn ours(leaf: &str, set: &BTreeMap<String, String>, lazy: bool) -> Result<String, String> {
    let map = context();
    let words: Vec<String> = serde_json::from_value(map["words"].clone()).expect("words");
    let compiled = TemplateSet::new(set).map_err(|error| error.to_string())?;
    let model = Context { map: &map, words: &words, lazy };
    let mut printed = String::new();
    eval::render(&mut printed, &compiled, leaf, (&model, None)).map_err(|error| error.to_string())?;
    Ok(printed)
}

/// Tera panics where its author thought a case impossible; that is a refusal too.
fn teras(leaf: &str, set: &BTreeMap<String, String>) -> Result<String, String> {
    let words = |error: tera::Error| {
        let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
        format!("{error}: {cause}")
    };
    let render = || {
        let mut tera = tera::Tera::default();
        tera.add_raw_templates(set).map_err(words)?;
        let context = tera::Context::from_value(Json::Object(context())).map_err(words)?;
        tera.render(leaf, &context).map_err(words)
    };
    catch_unwind(AssertUnwindSafe(render)).unwrap_or_else(|_| Err("Tera panics".to_owned()))
}

/// Refusals that are ours alone, on purpose.
const BY_DESIGN: [&str; 2] = ["iterating the letters of", "a number that is not finite"];

/// Compares one case; true if both rendered it.
fn agree(leaf: &str, set: &BTreeMap<String, String>) -> Result<bool, String> {
    let expected = teras(leaf, set);
    for lazy in [false, true] {
        match (&expected, ours(leaf, set, lazy)) {
            (Ok(expected), Ok(found)) if *expected == found => {}
            (Err(_), Err(_)) => return Ok(false),
            (Ok(_), Err(error)) if BY_DESIGN.iter().any(|words| error.contains(words)) => return Ok(false),
            (expected, found) => {
                return Err(format!("lazy {lazy}\n{set:#?}\nTera: {expected:?}\nours: {found:?}"));
            }
        }
    }
    Ok(true)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(400), max_shrink_iters: 4000, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn random_templates_print_what_tera_prints(numbers in prop::collection::vec(any::<u16>(), 1..160)) {
        let (leaf, set) = grammar::templates(&numbers);
        if let Err(report) = agree(&leaf, &set) {
            return Err(TestCaseError::fail(report));
        }
    }
}

#[test]
fn many_random_templates_are_rendered() {
    let mut rendered = 0;
    for seed in 0..400_u64 {
        // A linear congruential generator (Knuth, The Art of Computer Programming, volume 2, 3.3.4): fixed, so that the
        // count cannot change from run to run.
        let mut state = seed;
        let numbers: Vec<u16> = (0..24)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state >> 48) as u16
            })
            .collect();
        let (leaf, set) = grammar::templates(&numbers);
        rendered += usize::from(agree(&leaf, &set).expect("both agree"));
    }
    assert!(
        rendered > 100,
        "only {rendered} of 400 random templates can be rendered: the property proves little"
    );
}

/// Texts whose graphemes are one letter, several code points, or something that must not be cut.
const TEXTS: [&str; 9] = [
    "Ủy ban bầu cử tỉnh Sơn La",
    "U\u{309}y ban ba\u{302}\u{300}u cu\u{309}",
    "👩‍👩‍👧 gia đình 🇻🇳🇻🇳",
    "a\r\nb\r\n\n",
    "\u{1100}\u{1161}\u{11a8} 한국",
    "mềm\u{ad}mại\u{200d}nối",
    "ỹ\u{1e00}\u{1eff}\u{1f00}ɐ×÷",
    "นี้ กำ",
    "",
];

#[test]
fn truncate_cuts_where_teras_does() {
    for text in TEXTS {
        for arguments in ["length=LENGTH", "length=LENGTH, end=\"\"", "end=\"<…\", length=LENGTH"] {
            for length in 0..=text.chars().count() + 1 {
                let arguments = arguments.replace("LENGTH", &length.to_string());
                let template = format!("{{{{ \"{text}\" | truncate({arguments}) }}}}");
                let set = BTreeMap::from([("leaf.html".to_owned(), template)]);
                assert!(agree("leaf.html", &set).expect("both agree"), "{text:?} is rendered");
            }
        }
    }
}
