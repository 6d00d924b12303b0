//! Zola 0.23 and later read templates with Tera 2: every template of `site/` must parse there, and what it calls must exist.

use std::path::Path;

use tera2::Kwargs;
use tera2::State;
use tera2::Tera;
use tera2::Value;

use crate::support::tree;

/// Filters that Tera 2 itself no longer has: `date` is in the crate tera-contrib (its feature of that name), which Zola
/// registers; the others are Zola's own (its documentation, "Templates: Overview").
const FILTERS: [&str; 6] =
    ["date", "num_format", "markdown", "base64_encode", "base64_decode", "regex_replace"];

/// Functions of Zola (the same page). Those that our engine refuses are left out.
const FUNCTIONS: [&str; 5] = ["get_url", "get_page", "get_section", "trans", "load_data"];

/// Tera 2 as Zola sets it up, as far as names go.
fn tera() -> Tera {
    let mut tera = Tera::new();
    for name in FILTERS {
        tera.register_filter(name, |value: Value, _: Kwargs, _: &State| value);
    }
    for name in FUNCTIONS {
        tera.register_function(name, |_: Kwargs, _: &State| Value::from(true));
    }
    tera
}

fn templates() -> Vec<(String, String)> {
    let files =
        tree::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("site/templates")).expect("site/templates");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    files.into_iter().map(|(path, bytes)| (path, text(bytes))).collect()
}

/// Parses the site's templates with one of them changed.
fn parsed(change: Option<(&str, &str)>) -> Result<(), String> {
    let mut tera = tera();
    let mut set = templates();
    if let Some((name, text)) = change {
        set.retain(|(path, _)| path != name);
        set.push((name.to_owned(), text.to_owned()));
    }
    tera.add_raw_templates(set).map_err(|error| error.to_string())
}

#[test]
fn every_template_of_the_site_parses_in_tera_2() {
    assert!(templates().len() > 15, "only {} templates", templates().len());
    assert_eq!(parsed(None), Ok(()));
}

#[test]
fn what_tera_2_does_not_have_is_found() {
    for (text, word) in [
        ("{{ 1 | khong_co }}", "khong_co"),
        ("{{ khong_co() }}", "khong_co"),
        ("{{ now() }}", "now"),
        ("{% if 1 is khong_co %}{% endif %}", "khong_co"),
        ("{{ page.list.0 }}", "404.html"),
        ("{% macro m() %}{% endmacro %}", "404.html"),
        ("{{ 1 | urlencode }}", "urlencode"),
        ("{% extends \"khong-co.html\" %}", "khong-co.html"),
    ] {
        let error = parsed(Some(("404.html", text))).expect_err(text);
        assert!(error.contains(word), "{text}: {error}");
    }
}
