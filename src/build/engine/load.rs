//! A site read for the first time, and its style sheets.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::RwLock;

use super::BuildError;
use super::Engine;
use super::dirty::Dirty;
use super::entries::Entries;
use super::functions::hash_name;
use super::library::Library;
use super::outputs::Outputs;
use super::reads::key;
use super::site::FragmentStore;
use super::site::Site;
use super::update;
use crate::build::content::config::SiteConfig;
use crate::build::content::sass::compile_sass;
use crate::build::source::Edit;
use crate::build::source::SourceTree;
use crate::build::template::set::TemplateSet;

impl Engine {
    pub(super) fn load(source: SourceTree) -> Result<(Self, Dirty), BuildError> {
        let config = source.get("config.toml").ok_or_else(|| {
            BuildError::source(
                "config.toml",
                "is missing; a Zola site needs it: run `niemyet init` for one that works",
            )
        })?;
        let text = std::str::from_utf8(config).map_err(|_| BuildError::not_text("config.toml", config))?;
        let config = Arc::new(SiteConfig::parse("config.toml", text)?);
        let configs = config.languages.keys().map(|lang| (lang.clone(), config.to_value(lang))).collect();
        let mut edits: Vec<Edit> = source
            .iter()
            .map(|(path, bytes)| Edit { path: path.clone(), bytes: Some(Arc::clone(bytes)) })
            .collect();
        edits.retain(|edit| !edit.path.starts_with("static/") || edit.path.len() > "static/".len());
        let mut site = Site {
            library: Library::new(Arc::clone(&config)),
            entries: Entries::default(),
            configs,
            files: source,
            css: BTreeMap::new(),
            templates: TemplateSet::default(),
            feeds: BTreeMap::new(),
            updates: BTreeMap::new(),
            sitemaps: Vec::new(),
            pagers: HashMap::new(),
            parts: HashMap::new(),
            data: RwLock::default(),
            fragments: FragmentStore::default(),
        };
        let dirty = update::apply(&mut site, &edits)?;
        let mut engine = Self { site, outputs: Outputs::default() };
        engine.site.css = engine.compile_css()?;
        Ok((engine, dirty))
    }

    /// Compiles the style sheets again; pages that give the hash of one that differs follow it.
    pub(super) fn restyle(&mut self, dirty: &mut Dirty) -> Result<(), BuildError> {
        let css = self.compile_css()?;
        let before = std::mem::replace(&mut self.site.css, css);
        let now = &self.site.css;
        let differing = before.keys().chain(now.keys()).filter(|path| before.get(*path) != now.get(*path));
        for path in differing {
            dirty.keys.insert(key("css", path));
            if let Ok(data) = self.site.data.get_mut() {
                data.remove(&hash_name(path));
            }
        }
        Ok(())
    }

    fn compile_css(&self) -> Result<BTreeMap<String, Vec<u8>>, BuildError> {
        if !self.site.library.config.compile_sass {
            return Ok(BTreeMap::new());
        }
        let sheets: BTreeMap<String, Arc<[u8]>> = self
            .site
            .files
            .range("sass/".to_owned()..)
            .take_while(|(path, _)| path.starts_with("sass/"))
            .map(|(path, bytes)| (path.clone(), Arc::clone(bytes)))
            .collect();
        let compiled = compile_sass(&sheets)?;
        Ok(compiled.into_iter().map(|sheet| (sheet.css_path, sheet.bytes)).collect())
    }
}
