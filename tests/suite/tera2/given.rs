//! What the real Zola gives its templates, asked of Zola itself: each template is replaced by one that prints its whole context.

use std::collections::BTreeMap;

use niemyet::build::source::SourceTree;
use serde_json::Value as Json;
use tera2::Context;
use tera2::Value;

use crate::site;

/// Opens an output that holds a context; the template's name follows.
const MARK: &str = "ngữ cảnh của ";

/// One output: the template that makes it and the values it is made of.
pub struct Output {
    pub template: String,
    values: Json,
}

impl Output {
    /// The values as Tera 2 takes them.
    pub fn context(&self) -> Context {
        Context::from_serialize(&self.values).expect("a context is an object")
    }
}

/// Contents by their path without a language, then by language.
type Contents = BTreeMap<String, BTreeMap<String, Value>>;

/// What Zola gives for a whole site.
#[derive(Default)]
pub struct Given {
    /// By path.
    pub outputs: BTreeMap<String, Output>,
    /// What `get_page` finds.
    pub pages: Contents,
    /// What `get_section` finds.
    pub sections: Contents,
    /// Style sheets and scripts, by path.
    pub styles: BTreeMap<String, Vec<u8>>,
}

impl Given {
    /// Asks Zola.
    pub fn by_zola(project: &SourceTree) -> Self {
        let mut asking = project.clone();
        for (path, bytes) in &mut asking {
            if let Some(name) = path.strip_prefix("templates/") {
                *bytes = format!("{MARK}{name}\n{{{{ __tera_context }}}}").into_bytes().into();
            }
        }
        let mut given = Self::default();
        for (path, bytes) in site::by_zola(&asking) {
            if path.ends_with(".css") || path.ends_with(".js") {
                given.styles.insert(path, bytes);
                continue;
            }
            let text = std::str::from_utf8(&bytes).unwrap_or_default();
            let Some((template, values)) = text.strip_prefix(MARK).and_then(|text| text.split_once('\n'))
            else {
                continue;
            };
            let values: Json = serde_json::from_str(values).unwrap_or_else(|error| panic!("{path}: {error}"));
            keep(&mut given.pages, &values["page"]);
            keep(&mut given.sections, &values["section"]);
            given.outputs.insert(path, Output { template: template.to_owned(), values });
        }
        given
    }
}

fn keep(contents: &mut Contents, value: &Json) {
    let (Some(path), Some(lang)) = (value["relative_path"].as_str(), value["lang"].as_str()) else { return };
    let canonical = path.replace(&format!(".{lang}.md"), ".md");
    contents.entry(canonical).or_default().insert(lang.to_owned(), Value::from_serializable(value));
}
