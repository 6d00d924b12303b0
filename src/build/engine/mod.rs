//! The site engine: a Zola project in, its outputs out; after an edit, only the outputs that the edit moves.
//!
//! ```text
//! edits ──update──► library (pages, sections, who follows whom) ──► dirty fields
//!                                                                     │ readers: who read them
//!                                            plan (new, gone, affected outputs) ──► render ──► commit
//! ```
//!
//! The engine is pure: files come in as values, bytes go out as values or through a `Sink`.

mod ancestry;
mod assets;
pub mod diff;
pub mod dirty;
pub mod entries;
pub mod error;
pub mod functions;
pub mod library;
pub mod lists;
mod load;
mod markdown;
pub mod model;
mod neighbours;
pub mod node;
pub mod order;
pub mod outputs;
pub mod pager;
pub mod plan;
pub mod reads;
pub mod render;
mod required;
pub mod site;
mod ties;
pub mod update;
pub mod warnings;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_128;

use super::source::Changes;
use super::source::Edit;
use super::source::SourceTree;
use dirty::Dirty;
pub use error::BuildError;
use node::Field;
use outputs::Done;
use outputs::Job;
use outputs::Mark;
use outputs::Outputs;
use outputs::Owner;
use outputs::Plan;
use plan::Target;
use reads::Reads;
use site::Site;

/// Takes the outputs of a full build, from many threads at once.
pub trait Sink: Sync {
    /// Takes one output. `path` is relative and `/`-separated.
    ///
    /// # Errors
    /// If it cannot be kept; the build then fails.
    fn write(&self, path: &str, bytes: Vec<u8>) -> std::io::Result<()>;
}

/// Collects outputs in memory.
#[derive(Debug, Default)]
pub struct Memory(Mutex<BTreeMap<String, Vec<u8>>>);

impl Memory {
    /// What was collected.
    pub fn into_inner(self) -> BTreeMap<String, Vec<u8>> {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sink for Memory {
    fn write(&self, path: &str, bytes: Vec<u8>) -> std::io::Result<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), bytes);
        Ok(())
    }
}

/// A built site that can be changed.
#[derive(Debug)]
pub struct Engine {
    site: Site,
    outputs: Outputs,
}

impl Engine {
    /// Builds a site from nothing.
    ///
    /// # Errors
    /// The first source that cannot be used, or output that cannot be written.
    pub fn build(source: SourceTree, sink: &dyn Sink) -> Result<Self, BuildError> {
        let (mut engine, dirty) = Self::load(source)?;
        let mut plan = engine.plan(&dirty, &[])?;
        drop(dirty);
        let rendered: Vec<Done> = plan
            .take_jobs()
            .into_par_iter()
            .map(|job| {
                let mut done = engine.run(job)?;
                sink.write(&done.job.path, std::mem::take(&mut done.bytes))
                    .map_err(|source| BuildError::Write { output: done.job.path.clone(), source })?;
                Ok(done)
            })
            .collect::<Result<_, BuildError>>()?;
        for done in rendered {
            engine.outputs.record(done.job, done.mark, done.reads);
        }
        engine.outputs.start(plan);
        Ok(engine)
    }

    /// Applies edits and renders what they move. On an error nothing has changed.
    ///
    /// # Errors
    /// The first source or template that cannot be used.
    pub fn apply(&mut self, edits: &[Edit]) -> Result<Changes, BuildError> {
        // Of several edits of one file the last one counts.
        let last: BTreeMap<&str, &Edit> = edits.iter().map(|edit| (edit.path.as_str(), edit)).collect();
        let edits: Vec<Edit> = last
            .into_values()
            .filter(|edit| self.site.files.get(&edit.path) != edit.bytes.as_ref())
            .cloned()
            .collect();
        if edits.is_empty() {
            return Ok(Changes::default());
        }
        if edits.iter().any(|edit| edit.path == "config.toml") {
            return self.rebuild(&edits);
        }
        let inverse: Vec<Edit> = edits
            .iter()
            .map(|edit| Edit { path: edit.path.clone(), bytes: self.site.files.get(&edit.path).cloned() })
            .collect();
        match self.try_apply(&edits) {
            Ok(changes) => Ok(changes),
            Err(error) => {
                self.restore(&inverse);
                Err(error)
            }
        }
    }

    /// The source files as they are built.
    pub fn source(&self) -> &SourceTree {
        &self.site.files
    }

    /// Number of outputs.
    pub fn len(&self) -> usize {
        self.outputs.len()
    }

    /// True if there is no output.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What must be rendered. `edits` is empty for a first build.
    fn plan(&self, dirty: &Dirty, edits: &[Edit]) -> Result<Plan, BuildError> {
        let mut wanted = Vec::new();
        let mut nodes: BTreeSet<_> = dirty.outputs.clone();
        let may_move = Field::Exists.bit() | Field::Assets.bit();
        nodes.extend(dirty.fields.iter().filter(|(_, mask)| **mask & may_move != 0).map(|(id, _)| *id));
        for id in nodes {
            wanted.push((Owner::Node(id), plan::of_node(&self.site, id)?));
        }
        wanted.push((Owner::Site, plan::of_site(&self.site)));
        wanted.push((Owner::Sass, self.site.css.keys().map(|path| (path.clone(), Target::Css)).collect()));
        let statics: Vec<&String> = if edits.is_empty() {
            self.site.files.range("static/".to_owned()..).map(|(path, _)| path).collect()
        } else {
            edits.iter().map(|edit| &edit.path).collect()
        };
        for path in statics.into_iter().filter(|path| path.starts_with("static/")) {
            let output = path.trim_start_matches("static/").to_owned();
            let exists = self.site.files.contains_key(path);
            let planned = if exists { vec![(output, Target::Copy(path.clone()))] } else { Vec::new() };
            wanted.push((Owner::File(path.clone()), planned));
        }
        self.outputs.plan(wanted, dirty, &|owner| self.name_of(owner))
    }

    fn name_of(&self, owner: &Owner) -> String {
        match owner {
            Owner::Node(id) => self.site.library.node(*id).source.to_string(),
            Owner::Site => "the site's own feeds, sitemap and error page".to_owned(),
            Owner::File(path) => path.clone(),
            Owner::Sass => "a style sheet of sass/".to_owned(),
        }
    }

    fn run(&self, job: Job) -> Result<Done, BuildError> {
        let (bytes, reads) = match &job.target {
            Target::Copy(path) => {
                (self.site.files.get(path).map_or_else(Vec::new, |bytes| bytes.to_vec()), Reads::default())
            }
            Target::Css => (self.site.css.get(&job.path).cloned().unwrap_or_default(), Reads::default()),
            target => render::render(&self.site, target, self.outputs.size(&job.path))
                .map_err(|source| BuildError::Render { source, output: job.path.clone() })?,
        };
        let mark = Mark { hash: xxh3_128(&bytes), size: bytes.len() };
        Ok(Done { job, bytes, mark, reads })
    }

    fn try_apply(&mut self, edits: &[Edit]) -> Result<Changes, BuildError> {
        let mut dirty = update::apply(&mut self.site, edits)?;
        let styles = edits.iter().any(|edit| edit.path.starts_with("sass/"));
        if styles {
            self.restyle(&mut dirty)?;
        }
        let mut plan = self.plan(&dirty, edits)?;
        self.add_copies(edits, styles, &mut plan);
        let jobs = plan.take_jobs().into_par_iter();
        let done = jobs.map(|job| self.run(job)).collect::<Result<Vec<Done>, BuildError>>()?;
        Ok(self.outputs.commit(plan, done))
    }

    /// Outputs without a template change when their source does.
    fn add_copies(&self, edits: &[Edit], styles: bool, plan: &mut Plan) {
        let edited: BTreeSet<&str> = edits.iter().map(|edit| edit.path.as_str()).collect();
        self.outputs.each_plain(&edited, styles, &mut |job| {
            if !plan.removed.contains(&job.path) {
                plan.jobs.entry(job.path.clone()).or_insert(job);
            }
        });
    }

    /// Goes back to the state before a failed change.
    fn restore(&mut self, inverse: &[Edit]) {
        if let Err(error) = update::apply(&mut self.site, inverse) {
            tracing::error!(%error, "the state before the failed change could not be restored; rebuild with --full");
        }
        if inverse.iter().any(|edit| edit.path.starts_with("sass/"))
            && let Err(error) = self.restyle(&mut Dirty::default())
        {
            tracing::error!(%error, "the style sheets before the failed change could not be restored; rebuild with --full");
        }
    }

    /// New settings may mean anything: everything is built again, and compared.
    fn rebuild(&mut self, edits: &[Edit]) -> Result<Changes, BuildError> {
        let mut source = self.site.files.clone();
        for edit in edits {
            match &edit.bytes {
                Some(bytes) => source.insert(edit.path.clone(), Arc::clone(bytes)),
                None => source.remove(&edit.path),
            };
        }
        let memory = Memory::default();
        let engine = Self::build(source, &memory)?;
        let before = self.outputs.hashes();
        let now = engine.outputs.hashes();
        let removed =
            before.keys().filter(|path| !now.contains_key(*path)).map(|path| (*path).to_owned()).collect();
        let written = memory
            .into_inner()
            .into_iter()
            .filter(|(path, _)| before.get(path.as_str()) != now.get(path.as_str()))
            .collect();
        *self = engine;
        Ok(Changes { written, removed })
    }
}
