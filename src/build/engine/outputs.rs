//! The outputs there are: who makes them, what they read, and the hash of their bytes.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use ahash::AHashMap;

use super::dirty::Dirty;
use super::error::BuildError;
use super::node::NodeId;
use super::plan::Planned;
use super::plan::Target;
use super::reads::OutputId;
use super::reads::Readers;
use super::reads::Reads;
use crate::build::source::Changes;

/// Who makes an output.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owner {
    /// A page or section.
    Node(NodeId),
    /// The site as a whole.
    Site,
    /// A file of `static/`.
    File(String),
    /// All style sheets.
    Sass,
}

/// An output to render.
#[derive(Clone, Debug)]
pub struct Job {
    /// Who makes it.
    pub owner: Owner,
    /// Where it lies.
    pub path: String,
    /// What it shows.
    pub target: Target,
}

/// A rendered output.
#[derive(Debug)]
pub struct Done {
    /// What was to be rendered.
    pub job: Job,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// What they are known by.
    pub mark: Mark,
    /// What it read.
    pub reads: Reads,
}

/// What is kept of an output's bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    /// XXH3, 128 bits.
    pub hash: u128,
    /// Number of bytes.
    pub size: usize,
}

#[derive(Debug)]
struct Slot {
    path: String,
    owner: Owner,
    /// `None`: there is no such output now.
    target: Option<Target>,
    mark: Mark,
    reads: Reads,
}

/// All outputs.
#[derive(Debug, Default)]
pub struct Outputs {
    slots: Vec<Slot>,
    ids: BTreeMap<String, OutputId>,
    owned: AHashMap<Owner, Vec<OutputId>>,
    /// Outputs that copy a file; may name some that no longer do.
    copies: AHashMap<String, Vec<OutputId>>,
    readers: Readers,
}

/// What a change means for the outputs.
#[derive(Debug, Default)]
pub struct Plan {
    /// To render, by path.
    pub jobs: BTreeMap<String, Job>,
    /// To delete.
    pub removed: BTreeSet<String>,
    owned: Vec<(Owner, Vec<String>)>,
}

impl Plan {
    /// The jobs, in order of path, to be carried out.
    pub fn take_jobs(&mut self) -> Vec<Job> {
        std::mem::take(&mut self.jobs).into_values().collect()
    }
}

impl Outputs {
    /// Number of outputs.
    pub fn len(&self) -> usize {
        self.slots.iter().filter(|slot| slot.target.is_some()).count()
    }

    /// True if there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The hash of each output's bytes, by path.
    pub fn hashes(&self) -> BTreeMap<&str, u128> {
        let live = self.slots.iter().filter(|slot| slot.target.is_some());
        live.map(|slot| (slot.path.as_str(), slot.mark.hash)).collect()
    }

    /// Number of bytes of an output as it was last rendered, if it was.
    pub fn size(&self, path: &str) -> Option<usize> {
        Some(self.slots[*self.ids.get(path)? as usize].mark.size)
    }

    fn live(&self, path: &str) -> Option<&Slot> {
        let slot = &self.slots[*self.ids.get(path)? as usize];
        slot.target.is_some().then_some(slot)
    }

    /// Compares what owners make now with what they made before, and adds the outputs that read what changed.
    ///
    /// # Errors
    /// If two owners make the same output.
    pub fn plan(
        &self,
        wanted: Vec<(Owner, Vec<Planned>)>,
        dirty: &Dirty,
        name: &dyn Fn(&Owner) -> String,
    ) -> Result<Plan, BuildError> {
        let mut plan = Plan::default();
        for (owner, planned) in &wanted {
            let before = self.owned.get(owner).into_iter().flatten();
            let before = before.map(|id| &self.slots[*id as usize]).filter(|slot| slot.target.is_some());
            plan.removed.extend(before.map(|slot| slot.path.clone()));
            plan.owned.push((owner.clone(), planned.iter().map(|(path, _)| path.clone()).collect()));
        }
        let mut makers: BTreeMap<&str, &Owner> = BTreeMap::new();
        for (owner, planned) in &wanted {
            for (path, target) in planned {
                let other = makers.insert(path, owner).or_else(|| {
                    self.live(path).filter(|_| !plan.removed.contains(path)).map(|slot| &slot.owner)
                });
                if let Some(other) = other {
                    let (first, second) = (name(other), name(owner));
                    return Err(BuildError::Collision { output: path.clone(), first, second });
                }
                if self.live(path).and_then(|slot| slot.target.as_ref()) != Some(target) {
                    let job = Job { owner: owner.clone(), path: path.clone(), target: target.clone() };
                    plan.jobs.insert(path.clone(), job);
                }
            }
        }
        plan.removed.retain(|path| !makers.contains_key(path.as_str()));
        self.check_folders(&makers, &plan.removed, name)?;
        self.add_affected(dirty, &mut plan);
        Ok(plan)
    }

    /// No new output may be a file where others need a folder, or the other way round.
    fn check_folders(
        &self,
        makers: &BTreeMap<&str, &Owner>,
        removed: &BTreeSet<String>,
        name: &dyn Fn(&Owner) -> String,
    ) -> Result<(), BuildError> {
        let stays = |path: &str| self.live(path).filter(|_| !removed.contains(path)).map(|slot| &slot.owner);
        for (path, owner) in makers.iter().filter(|(path, _)| self.live(path).is_none()) {
            let folder = format!("{path}/");
            let new = makers.range(folder.as_str()..).next().filter(|(other, _)| other.starts_with(&folder));
            let mut below =
                self.ids.range(folder.clone()..).take_while(|(other, _)| other.starts_with(&folder));
            if let Some(other) =
                new.map(|(_, other)| *other).or_else(|| below.find_map(|(other, _)| stays(other)))
            {
                let (file, folder) = (name(owner), name(other));
                return Err(BuildError::FileAndFolder { output: (*path).to_owned(), file, folder });
            }
            let mut above = path.match_indices('/').map(|(at, _)| &path[..at]);
            if let Some((output, other)) = above.find_map(|above| Some((above, stays(above)?))) {
                let (file, folder) = (name(other), name(owner));
                return Err(BuildError::FileAndFolder { output: output.to_owned(), file, folder });
            }
        }
        Ok(())
    }

    fn add_affected(&self, dirty: &Dirty, plan: &mut Plan) {
        let mut affected: BTreeSet<OutputId> = BTreeSet::new();
        for (node, mask) in &dirty.fields {
            let readers = self.readers.of_node(*node).iter().copied();
            for id in readers {
                if !affected.contains(&id) && self.slots[id as usize].reads.mask(*node) & mask != 0 {
                    affected.insert(id);
                }
            }
        }
        for key in &dirty.keys {
            let readers = self.readers.of_key(*key).iter().copied();
            affected.extend(readers.filter(|id| self.slots[*id as usize].reads.has_key(*key)));
        }
        for id in affected {
            let slot = &self.slots[id as usize];
            if plan.removed.contains(&slot.path) || plan.jobs.contains_key(&slot.path) {
                continue;
            }
            if let Some(target) = slot.target.clone() {
                let job = Job { owner: slot.owner.clone(), path: slot.path.clone(), target };
                plan.jobs.insert(slot.path.clone(), job);
            }
        }
    }

    /// Outputs that copy one of the edited files, and all style sheets if `styles`.
    pub fn each_plain(&self, edited: &BTreeSet<&str>, styles: bool, visit: &mut dyn FnMut(Job)) {
        let mut ids: Vec<OutputId> = Vec::new();
        if styles {
            ids.extend(self.owned.get(&Owner::Sass).into_iter().flatten());
        }
        for path in edited {
            ids.extend(self.copies.get(*path).into_iter().flatten());
        }
        for id in ids {
            let slot = &self.slots[id as usize];
            let still = match &slot.target {
                Some(Target::Copy(source)) => edited.contains(source.as_str()),
                Some(Target::Css) => true,
                _ => false,
            };
            if let (true, Some(target)) = (still, slot.target.clone()) {
                visit(Job { owner: slot.owner.clone(), path: slot.path.clone(), target });
            }
        }
    }

    /// Makes a plan's results the state. Returns what changed in the output.
    pub fn commit(&mut self, plan: Plan, done: Vec<Done>) -> Changes {
        let mut changes = Changes::default();
        for path in plan.removed {
            if let Some(id) = self.ids.get(&path) {
                let slot = &mut self.slots[*id as usize];
                slot.target = None;
                slot.reads = Reads::default();
            }
            changes.removed.push(path);
        }
        for done in done {
            let path = done.job.path.clone();
            let existed = self.live(&path).is_some();
            let before = self.record(done.job, done.mark, done.reads);
            if !existed || before != done.mark {
                changes.written.push((path, done.bytes));
            }
        }
        self.own(plan.owned);
        changes.written.sort_by(|(a, _), (b, _)| a.cmp(b));
        changes
    }

    /// Notes an output; returns the mark it had before.
    pub fn record(&mut self, job: Job, mark: Mark, reads: Reads) -> Mark {
        let id = match self.ids.get(&job.path) {
            Some(id) => *id,
            None => {
                #[expect(clippy::cast_possible_truncation, reason = "a site has far fewer than 2^32 outputs")]
                let id = self.slots.len() as OutputId;
                self.ids.insert(job.path.clone(), id);
                self.slots.push(Slot {
                    path: job.path.clone(),
                    owner: job.owner.clone(),
                    target: None,
                    mark: Mark::default(),
                    reads: Reads::default(),
                });
                id
            }
        };
        let slot = &mut self.slots[id as usize];
        let before = std::mem::replace(&mut slot.reads, reads);
        self.readers.update(id, &before, &slot.reads);
        slot.owner = job.owner;
        if let Target::Copy(source) = &job.target
            && slot.target.as_ref() != Some(&job.target)
        {
            self.copies.entry(source.clone()).or_default().push(id);
        }
        slot.target = Some(job.target);
        std::mem::replace(&mut slot.mark, mark)
    }

    /// Notes who makes what, also where the output itself stayed as it was.
    fn own(&mut self, owned: Vec<(Owner, Vec<String>)>) {
        for (owner, paths) in owned {
            let ids: Vec<OutputId> = paths.iter().filter_map(|path| self.ids.get(path).copied()).collect();
            for id in &ids {
                self.slots[*id as usize].owner = owner.clone();
            }
            self.owned.insert(owner, ids);
        }
    }

    /// Notes who makes what, after a first build.
    pub fn start(&mut self, plan: Plan) {
        self.own(plan.owned);
    }
}
