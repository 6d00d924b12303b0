//! Tera 2 as Zola 0.23 sets it up: what our templates call, and nothing else, so that a template that begins to use more is told.

use std::collections::BTreeMap;
use std::sync::Arc;

use niemyet::build::source::SourceTree;
use serde_json::Value as Json;
use sha2::Digest;
use sha2::Sha256;
use tera2::Error;
use tera2::Function;
use tera2::Kwargs;
use tera2::State;
use tera2::Tera;
use tera2::TeraResult;
use tera2::Value;

use super::given::Given;

/// Name → text.
pub type Templates = BTreeMap<String, String>;

/// The templates of a project.
pub fn templates(project: &SourceTree) -> Templates {
    let named = project.iter().filter_map(|(path, bytes)| Some((path.strip_prefix("templates/")?, bytes)));
    named
        .map(|(name, bytes)| {
            (name.to_owned(), String::from_utf8(bytes.to_vec()).expect("templates are UTF-8"))
        })
        .collect()
}

/// Tera 2 with a site's functions and these templates.
pub fn tera(project: &SourceTree, given: &Given, templates: Templates) -> Result<Tera, String> {
    let mut tera = Tera::new();
    let config = Arc::new(config(project));
    tera.register_filter("date", tera_contrib::dates::date);
    tera.register_function(
        "get_url",
        GetUrl { base: config["base_url"].as_str().unwrap_or_default().to_owned() },
    );
    for (name, contents) in [("get_page", &given.pages), ("get_section", &given.sections)] {
        let (contents, config) = (contents.clone(), Arc::clone(&config));
        tera.register_function(name, move |kwargs: Kwargs, state: &State| {
            let path: String = kwargs.must_get("path")?;
            let lang = language(&kwargs, state, &config)?;
            let languages = contents.get(&path).ok_or_else(|| {
                Error::message(format!(
                    "`{path}` is not there; note that 0.23 takes no path that names a language"
                ))
            })?;
            let found = languages.get(&lang).cloned();
            found.ok_or_else(|| Error::message(format!("`{path}` is not there in the language `{lang}`")))
        });
    }
    tera.register_function("trans", move |kwargs: Kwargs, state: &State| {
        let key: String = kwargs.must_get("key")?;
        let lang = language(&kwargs, state, &config)?;
        let words = if Some(&*lang) == config["default_language"].as_str() {
            &config["translations"]
        } else {
            &config["languages"][&lang]["translations"]
        };
        let word = words[&key].as_str().map(str::to_owned);
        word.ok_or_else(|| Error::message(format!("no translation of `{key}` in `{lang}`")))
    });
    let files = project.clone();
    tera.register_function("load_data", move |kwargs: Kwargs, _: &State| load_data(&files, &kwargs));
    let styles = given.styles.clone();
    tera.register_function("get_hash", move |kwargs: Kwargs, _: &State| get_hash(&styles, &kwargs));
    tera.add_raw_templates(templates).map_err(|error| error.to_string())?;
    Ok(tera)
}

fn config(project: &SourceTree) -> Json {
    let text = project.get("config.toml").map(|bytes| std::str::from_utf8(bytes).expect("UTF-8"));
    text.map_or(Json::Null, |text| toml::from_str(text).expect("config.toml is TOML"))
}

/// The argument `lang`, or the page's language, or the site's.
fn language(kwargs: &Kwargs, state: &State, config: &Json) -> TeraResult<String> {
    let given = kwargs.get::<String>("lang")?.or(state.get::<String>("lang")?);
    Ok(given.unwrap_or_else(|| config["default_language"].as_str().unwrap_or_default().to_owned()))
}

/// `get_url` of a path of the site; its result is not escaped.
struct GetUrl {
    base: String,
}

impl Function<TeraResult<String>> for GetUrl {
    fn call(&self, kwargs: Kwargs, _: &State) -> TeraResult<String> {
        let path: String = kwargs.must_get("path")?;
        if path.starts_with("@/") || kwargs.iter().count() > 1 {
            return Err(Error::message("our templates did not use this of `get_url`: write it here first"));
        }
        Ok(format!("{}/{}", self.base.trim_end_matches('/'), path.trim_matches('/')))
    }

    fn is_safe(&self) -> bool {
        true
    }
}

fn load_data(files: &SourceTree, kwargs: &Kwargs) -> TeraResult<Value> {
    let path: String = kwargs.must_get("path")?;
    let bytes = files.get(&path).ok_or_else(|| Error::message(format!("no file `{path}`")))?;
    let text = std::str::from_utf8(bytes).map_err(|error| Error::message(error.to_string()))?;
    let parsed: Result<Json, String> = match path.rsplit_once('.') {
        Some((_, "json")) => serde_json::from_str(text).map_err(|error| error.to_string()),
        Some((_, "toml")) => toml::from_str(text).map_err(|error| error.to_string()),
        _ => Err(format!("our templates did not load such a file as `{path}`: write it here first")),
    };
    parsed.map(|json| Value::from_serializable(&json)).map_err(Error::message)
}

/// The hash of a style sheet or a script as Zola wrote it, before the pages.
fn get_hash(styles: &BTreeMap<String, Vec<u8>>, kwargs: &Kwargs) -> TeraResult<String> {
    let (path, bits): (String, u64) = (kwargs.must_get("path")?, kwargs.must_get("sha_type")?);
    let base64: bool = kwargs.must_get("base64")?;
    let bytes =
        styles.get(&path).ok_or_else(|| Error::message(format!("no style sheet or script `{path}`")))?;
    if base64 || bits != 256 || kwargs.iter().count() > 3 {
        return Err(Error::message("our templates did not use this of `get_hash`: write it here first"));
    }
    Ok(format!("{:x}", Sha256::digest(bytes)))
}
