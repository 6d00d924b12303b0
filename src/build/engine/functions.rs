//! The global functions that look into the site: `get_url`, `get_page`, `get_section`, `trans`, `load_data`, `get_hash`; and the
//! filter `markdown`.

use num_format::Locale;
use num_format::ToFormattedString;
use serde_json::Value as Json;
use sha2::Digest;
use sha2::Sha256;

use super::model::PAGE;
use super::model::SECTION;
use super::model::SECTION_META;
use super::model::View;
use super::node::Field;
use super::node::NodeId;
use super::reads::key;
use crate::build::content::data::load_data;
use crate::build::content::markdown::MarkdownContext;
use crate::build::content::markdown::markdown_filter;
use crate::build::template::eval::text;
use crate::build::template::value::Args;
use crate::build::template::value::Object;
use crate::build::template::value::Val;

/// Calls one of them; `None` if the name is another's.
pub fn call<'s>(view: &View<'s>, name: &str, args: &Args<'s>) -> Option<Result<Val<'s>, String>> {
    Some(match name {
        "get_url" => get_url(view, args),
        "get_page" => get_page(view, args),
        "get_section" => get_section(view, args),
        "trans" => trans(view, args),
        "load_data" => data(view, args),
        "get_hash" => get_hash(view, args),
        _ => return None,
    })
}

/// The filter `markdown`.
///
/// # Errors
/// If the value is not text or its Markdown is refused.
pub fn markdown<'s>(view: &View<'s>, value: &Val<'s>, args: &Args<'s>) -> Result<Val<'s>, String> {
    let source = value.as_str().ok_or("`markdown` works on strings only")?;
    let inline = args.flag("markdown", "inline")?;
    let resolve =
        |path: &str| resolve(view, path).map(|id| view.site.library.node(id).permalink().to_owned());
    let context =
        MarkdownContext::of_filter(&view.site.library.config, "text of the filter `markdown`", &resolve);
    markdown_filter(source, inline, &context).map(text).map_err(|error| error.to_string())
}

/// The filter `num_format`: digits grouped as a language writes them; the site's default language unless told.
///
/// # Errors
/// If the value is no whole number or the locale is unknown.
pub fn num_format<'s>(view: &View<'s>, value: &Val<'s>, args: &Args<'s>) -> Result<Val<'s>, String> {
    let number = match value {
        Val::Num(number) => number.as_i64(),
        _ => None,
    };
    let number = number.ok_or("`num_format` works on whole numbers only")?;
    let default = view.site.library.config.default_language.as_str();
    let name = args.opt_text("num_format", "locale")?.unwrap_or(default);
    let locale = Locale::from_name(name).map_err(|_| format!("`num_format`: `{name}` is not a locale"))?;
    Ok(text(number.to_formatted_string(&locale)))
}

/// The page or section of a path from `content/`; notes the look-up, found or not.
fn resolve(view: &View<'_>, path: &str) -> Option<NodeId> {
    view.recorder.note_key(key("path", path));
    let id = view.site.library.find(&format!("content/{path}"))?;
    view.recorder.note(id, Field::Permalink);
    Some(id)
}

fn is_default<'s>(view: &View<'s>, lang: Option<&str>) -> bool {
    lang.is_none_or(|lang| lang == view.site.library.config.default_language)
}

/// `a/b.md` in a language: `a/b.en.md`.
fn with_lang(path: &str, lang: &str) -> String {
    match path.rsplit_once('.') {
        Some((stem, extension)) => format!("{stem}.{lang}.{extension}"),
        None => format!("{path}.{lang}"),
    }
}

fn get_url<'s>(view: &View<'s>, args: &Args<'s>) -> Result<Val<'s>, String> {
    let path = args.text("get_url", "path")?;
    let lang = args.opt_text("get_url", "lang")?;
    if args.flag("get_url", "cachebust")? {
        return Err("`cachebust` is not implemented by niemyet's engine; leave it out".to_owned());
    }
    let trailing_slash = args.flag("get_url", "trailing_slash")?;
    let config = &view.site.library.config;
    if let Some(lang) = lang
        && !config.languages.contains_key(lang)
    {
        return Err(format!("`{lang}` is not a language of this site; see [languages] in config.toml"));
    }
    let default = is_default(view, lang);
    let lang = lang.unwrap_or_default();
    if let Some(inner) = path.strip_prefix("@/") {
        let inner = if default { inner.to_owned() } else { with_lang(inner, lang) };
        let (file, anchor) =
            inner.split_once('#').map_or((inner.as_str(), None), |(file, at)| (file, Some(at)));
        let file = percent_encoding::percent_decode_str(file).decode_utf8_lossy();
        let id = resolve(view, &file)
            .ok_or_else(|| format!("no page `content/{file}`; correct the path after `@/`"))?;
        let permalink = view.site.library.node(id).permalink();
        return Ok(match anchor {
            Some(anchor) => text(format!("{permalink}#{anchor}")),
            None => Val::Str(permalink),
        });
    }
    let has_lang = !path.is_empty() && path.get(1..).is_some_and(|rest| rest.starts_with(lang));
    let full = if default || has_lang { path.to_owned() } else { format!("{lang}/{path}") };
    let mut permalink = config.make_permalink(&full);
    if !trailing_slash && permalink.ends_with('/') {
        permalink.pop();
    }
    Ok(text(permalink))
}

fn find<'s>(view: &View<'s>, function: &str, args: &Args<'s>) -> Result<(NodeId, String), String> {
    let path = args.text(function, "path")?;
    let lang = args.opt_text(function, "lang")?;
    let path = match lang {
        Some(lang) if !is_default(view, Some(lang)) => with_lang(path, lang),
        _ => path.to_owned(),
    };
    view.recorder.note_key(key("path", &path));
    let id = view.site.library.find(&format!("content/{path}"));
    id.map(|id| (id, path.clone()))
        .ok_or_else(|| format!("no file `content/{path}`; correct `path` or `lang`"))
}

fn get_page<'s>(view: &View<'s>, args: &Args<'s>) -> Result<Val<'s>, String> {
    let (id, path) = find(view, "get_page", args)?;
    if view.site.library.node(id).page().is_none() {
        return Err(format!("`content/{path}` is a section; use `get_section`"));
    }
    Ok(Val::Object(Object { kind: PAGE, id }))
}

fn get_section<'s>(view: &View<'s>, args: &Args<'s>) -> Result<Val<'s>, String> {
    let (id, path) = find(view, "get_section", args)?;
    if view.site.library.node(id).section().is_none() {
        return Err(format!("`content/{path}` is a page; use `get_page`"));
    }
    let metadata_only = matches!(args.get("metadata_only"), Some(Val::Bool(true)));
    Ok(Val::Object(Object { kind: if metadata_only { SECTION_META } else { SECTION }, id }))
}

fn trans<'s>(view: &View<'s>, args: &Args<'s>) -> Result<Val<'s>, String> {
    let word = args.text("trans", "key")?;
    let config = &view.site.library.config;
    let lang = args.opt_text("trans", "lang")?.unwrap_or(&config.default_language);
    let language =
        config.languages.get(lang).ok_or_else(|| format!("`{lang}` is not a language of this site"))?;
    language.translations.get(word).map(|translation| Val::Str(translation)).ok_or_else(|| {
        format!("config.toml has no translation of `{word}` in `{lang}`; add it under its translations")
    })
}

/// Folders that Zola looks into after the project itself.
const SEARCHED: [&str; 3] = ["", "static/", "content/"];

/// A path as templates write it, from the root of the project.
fn inside(path: &str) -> Result<String, String> {
    let inside = path
        .strip_prefix("@/")
        .map_or_else(|| path.trim_start_matches('/').to_owned(), |rest| format!("content/{rest}"));
    if inside.split('/').any(|part| part == "..") {
        return Err(format!("`{path}` climbs out of the site; name a file inside it"));
    }
    Ok(inside)
}

fn data<'s>(view: &View<'s>, args: &Args<'s>) -> Result<Val<'s>, String> {
    for (name, _) in &args.0 {
        if !["path", "literal", "format", "required"].contains(name) {
            return Err(format!("the argument `{name}` is not implemented by niemyet's engine"));
        }
    }
    let format = args.opt_text("load_data", "format")?;
    if let Some(literal) = args.opt_text("load_data", "literal")? {
        return load_data("literal", literal, format).map(Val::from_owned).map_err(|error| error.to_string());
    }
    let path = args.text("load_data", "path")?;
    let required = !matches!(args.get("required"), Some(Val::Bool(false)));
    let inside = inside(path)?;
    for folder in SEARCHED {
        let candidate = format!("{folder}{inside}");
        view.recorder.note_key(key("file", &candidate));
        if let Some(bytes) = view.site.files.get(&candidate) {
            let cached = format!("{}\u{0}{candidate}", format.unwrap_or_default());
            return view.site.loaded(&cached, || {
                let text =
                    std::str::from_utf8(bytes).map_err(|_| format!("`{candidate}` is not UTF-8 text"))?;
                load_data(&candidate, text, format).map_err(|error| error.to_string())
            });
        }
    }
    if required {
        Err(format!("no file `{path}` in the site; create it or correct `path`"))
    } else {
        Ok(Val::Null)
    }
}

/// Under which name the hash of a file or style sheet is kept, once it was counted.
pub(super) fn hash_name(path: &str) -> String {
    format!("sha256\u{0}{path}")
}

/// The hash of a file or style sheet, by which a page can ask for just the bytes that it was made with.
fn get_hash<'s>(view: &View<'s>, args: &Args<'s>) -> Result<Val<'s>, String> {
    let of_256 = args.get("sha_type").and_then(|value| match value {
        Val::Num(bits) => bits.as_u64(),
        _ => None,
    });
    let known = |name: &str| ["path", "sha_type", "base64"].contains(&name);
    let others = args.0.iter().any(|(name, _)| !known(name));
    if others || of_256 != Some(256) || !matches!(args.get("base64"), Some(Val::Bool(false))) {
        return Err("`get_hash` of niemyet's engine takes `path=…, sha_type=256, base64=false`; the others are not implemented".to_owned());
    }
    let path = args.text("get_hash", "path")?;
    let inside = inside(path)?;
    for folder in SEARCHED {
        let candidate = format!("{folder}{inside}");
        view.recorder.note_key(key("file", &candidate));
        if let Some(bytes) = view.site.files.get(&candidate) {
            return view.site.loaded(&hash_name(&candidate), || Ok(hash(bytes)));
        }
    }
    view.recorder.note_key(key("css", &inside));
    match view.site.css.get(&inside) {
        Some(bytes) => view.site.loaded(&hash_name(&inside), || Ok(hash(bytes))),
        None => Err(format!("no file `{path}` in the site, and no style sheet; create it or correct `path`")),
    }
}

fn hash(bytes: &[u8]) -> Json {
    Json::String(format!("{:x}", Sha256::digest(bytes)))
}
