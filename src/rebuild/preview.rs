//! The whole site as it would be: the release in which most of it stands already, and what would differ.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use sha2::Digest;
use sha2::Sha256;

use super::Place;
use super::RebuildError;
use super::Session;
use super::session::Files;
use super::session::Next;
use crate::build::content::config::SiteConfig;
use crate::build::engine::Engine;
use crate::build::engine::Memory;
use crate::build::source::Changes;
use crate::build::source::Edit;
use crate::document::Key;
use crate::document::publication::Approval;
use crate::document::publication::Publication;
use crate::document::publication::expect_may_withdraw;
use crate::document::publication::expect_not_by_rule;
use crate::policy::public::Shown;
use crate::release::Kind;
use crate::release::Release;
use crate::release::ReleaseError;
use crate::release::changes;
use crate::release::changes::Difference;
use crate::release::wording;
use crate::release::wording::Told;
use crate::replica::project;
use crate::replica::project::ProjectError;

/// Decisions that are not made yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decisions {
    /// Documents to approve, each at these heads.
    pub approve: BTreeMap<Key, Vec<String>>,
    /// Documents to withdraw.
    pub withdraw: BTreeSet<Key>,
}

impl Decisions {
    /// The publication with these decisions made by `by` at `at`.
    fn made(&self, publication: &Publication, (by, at): (&str, &str)) -> Publication {
        let mut publication = publication.clone();
        for (key, heads) in &self.approve {
            let (by, at) = (by.to_owned(), at.to_owned());
            let approval = Approval { heads: heads.clone(), by, at, ..Approval::default() };
            publication.items.insert(key.clone(), approval);
            publication.held.remove(key);
        }
        for key in &self.withdraw {
            publication.items.remove(key);
        }
        publication
    }
}

/// A site that nobody sees but those who decide.
#[derive(Debug)]
pub struct Preview {
    base: Option<Release>,
    files: BTreeMap<String, Vec<u8>>,
    removed: BTreeSet<String>,
    /// Where the public would find it, without a slash at the end.
    pub base_url: String,
    /// How it differs from what the public sees.
    pub pages: Difference,
    /// The same line by line.
    pub told: Told,
}

impl Preview {
    /// The file at a path.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn file(&self, path: &str) -> Result<Option<Vec<u8>>, ReleaseError> {
        if let Some(bytes) = self.files.get(path) {
            return Ok(Some(bytes.clone()));
        }
        if self.removed.contains(path) {
            return Ok(None);
        }
        let file = self.base.as_ref().and_then(|base| base.page(path));
        file.map(|file| file.read_checked(path)).transpose()
    }

    /// Bytes that it holds in memory.
    pub fn size(&self) -> usize {
        self.files.values().map(Vec::len).sum()
    }

    fn hashes(&self) -> BTreeMap<String, [u8; 32]> {
        let mut hashes = self.base.as_ref().map(hashes).unwrap_or_default();
        hashes.retain(|path, _| !self.removed.contains(path));
        hashes.extend(self.files.iter().map(|(path, bytes)| (path.clone(), Sha256::digest(bytes).into())));
        hashes
    }
}

fn hashes(release: &Release) -> BTreeMap<String, [u8; 32]> {
    release.files(Kind::Page).map(|(path, file)| (path.to_owned(), file.location().sha256)).collect()
}

impl Session {
    /// The site as it would be after these decisions, with everything that is approved and on the disk now. The session stays as it
    /// was.
    ///
    /// # Errors
    /// What cannot be read or rendered.
    pub fn preview(
        &mut self,
        place: Place<'_>,
        decisions: &Decisions,
        decided: (&str, &str),
    ) -> Result<Preview, RebuildError> {
        self.read(place, &Files::Whole)?;
        let now = self.next(place)?;
        let current = place.releases.current()?;
        if !self.is_rendered()
            && let Some(current) = current.clone().filter(|current| current.header().inputs == now.inputs)
        {
            self.unchanged(current, now, (false, super::session::Times::default()))?;
        }
        let next = self.decided(place, decisions, decided)?;
        let base_url = base_url(&next);
        let (base, changes) = self.differing(place, next)?;
        let mut preview = Preview {
            base,
            files: changes.written.into_iter().collect(),
            removed: changes.removed.into_iter().collect(),
            base_url,
            pages: Difference::default(),
            told: Told::default(),
        };
        let seen = current.as_ref().map(hashes).unwrap_or_default();
        preview.pages = changes::compare(&seen, &preview.hashes());
        let public = |path: &str| current.as_ref().map_or(Ok(Vec::new()), |seen| seen.read(Kind::Page, path));
        preview.told = wording::between(&preview.pages, public, |path| {
            preview.file(path).map(Option::unwrap_or_default)
        })?;
        Ok(preview)
    }

    fn decided(
        &mut self,
        place: Place<'_>,
        decisions: &Decisions,
        decided: (&str, &str),
    ) -> Result<Next, RebuildError> {
        let before = self.generated();
        let reading = self.reading()?;
        let engine = super::embedded_name();
        let settings = place.settings(&engine);
        let (shown, heads) = project::shown(&mut reading.documents, settings.contents)?;
        if let Some(document) = reading.documents.get(&Key::Publication) {
            for key in &decisions.withdraw {
                expect_may_withdraw(document, key).map_err(ProjectError::Document)?;
            }
            for key in decisions.approve.keys().chain(&decisions.withdraw) {
                expect_not_by_rule(document, key).map_err(ProjectError::Document)?;
            }
        }
        let publication = decisions.made(shown.publication(), decided);
        let shown = Shown::now(&publication, |key| {
            let document = reading.documents.get_mut(key)?;
            Some(crate::document::format_heads(&document.heads()))
        });
        let generated = project::generate((&shown, &heads), &reading.documents, settings, before.as_deref())?;
        let generated = Arc::new(generated);
        Ok(Next {
            config: project::config(&reading.site, settings.base_url),
            inputs: project::inputs(&generated, &reading.site_hash, settings),
            site: Arc::clone(&reading.site),
            generated,
        })
    }

    /// What would differ from the release that is kept in memory; without one, everything.
    fn differing(
        &mut self,
        place: Place<'_>,
        next: Next,
    ) -> Result<(Option<Release>, Changes), RebuildError> {
        let base = self.rendered().and_then(|rendered| place.releases.load(&rendered.release).ok());
        let (Some(mut rendered), Some(base)) = (self.take_rendered(), base) else {
            let memory = Memory::default();
            Engine::build(next.tree(), &memory)?;
            let written = memory.into_inner().into_iter().collect();
            return Ok((None, Changes { written, removed: Vec::new() }));
        };
        let edits = next.edits(&rendered);
        let before = |edit: &Edit| Edit {
            bytes: rendered.engine.source().get(&edit.path).cloned(),
            path: edit.path.clone(),
        };
        let back: Vec<Edit> = edits.iter().map(before).collect();
        let changes = rendered.engine.apply(&edits);
        if changes.is_err() || rendered.engine.apply(&back).is_ok() {
            self.put_rendered(rendered);
        }
        Ok((Some(base), changes?))
    }
}

/// The address that stands in the site's settings.
fn base_url(next: &Next) -> String {
    let text = next.file(project::CONFIG).map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let config = text.and_then(|text| SiteConfig::parse(project::CONFIG, &text).ok());
    config.map(|config| config.base_url.trim_end_matches('/').to_owned()).unwrap_or_default()
}
