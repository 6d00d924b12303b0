//! The operations of a delivery, each held against the schema. What a change does to states and records is gathered for
//! the rules of transitions. The cost follows what was delivered, not what the document holds.

use std::collections::BTreeMap;
use std::collections::HashMap;

use automerge::Automerge;
use automerge::Change;
use automerge::ObjId;
use automerge::ObjType;
use automerge::Prop;
use automerge::ReadDoc;
use automerge::ScalarValue;
use automerge::legacy::Key as OpKey;
use automerge::legacy::ObjectId;
use automerge::legacy::Op;
use automerge::legacy::OpId;
use automerge::legacy::OpType;
use niemyet_sync::access::Refusal;

use super::known::Heads;
use super::place::Place;
use super::words;
use crate::document::Kind;

/// A record as one change wrote it.
#[derive(Debug)]
pub(super) struct Record {
    /// What it is a record of.
    pub place: Place,
    /// The name it stands under, for those of a map.
    pub under: String,
    /// Its words.
    pub fields: BTreeMap<String, String>,
    /// The heads that it names, in their order.
    pub heads: Heads,
}

/// What one change does.
#[derive(Debug, Default)]
pub(super) struct Deeds {
    /// Words put at the document's status.
    pub status: Vec<String>,
    /// Task and the word put as its status.
    pub tasks: Vec<(String, String)>,
    /// Records made.
    pub records: Vec<Record>,
    /// Keys of approvals taken back.
    pub withdrawn: Vec<String>,
    /// Whether it does anything else.
    pub edits: bool,
}

/// An object that operations write into.
#[derive(Clone, Copy, Debug)]
struct Target {
    place: Place,
    /// The change of this delivery that made it, by number; none if it was there before.
    made: Option<usize>,
    /// The record of that change that it is or belongs to, by number.
    record: Option<usize>,
}

/// Reads a delivery.
pub(super) struct Reader<'a> {
    after: &'a Automerge,
    kind: Kind,
    targets: HashMap<ObjectId, Target>,
    /// Objects that have grown.
    grown: HashMap<ObjectId, Place>,
}

impl<'a> Reader<'a> {
    pub fn new(after: &'a Automerge, kind: Kind) -> Self {
        Self { after, kind, targets: HashMap::new(), grown: HashMap::new() }
    }

    /// What a change does, if all of it may stand where it stands.
    pub fn read(&mut self, number: usize, change: &Change) -> Result<Deeds, Refusal> {
        let mut deeds = Deeds::default();
        let expanded = change.decode();
        let start = expanded.start_op.get();
        for (id, op) in (start..).zip(&expanded.operations) {
            let target = self.target(op)?;
            self.inside_record(op, target, number)?;
            if let Place::Prose(_) = target.place {
                self.letters(op, target, &mut deeds)?;
                continue;
            }
            let place = match &op.key {
                OpKey::Map(name) => target.place.under(name),
                OpKey::Seq(_) => target.place.item(),
            };
            let place = place.ok_or_else(|| self.outside(op))?;
            let made = OpId(id, expanded.actor_id.clone());
            self.operation(op, (target, place), (number, made), &mut deeds)?;
        }
        Ok(deeds)
    }

    /// Refuses what has grown too large.
    pub fn sizes(&self) -> Result<(), Refusal> {
        for (object, place) in &self.grown {
            let Some(id) = self.import(object) else { continue };
            if self.after.length(&id) > place.most() {
                return Err(words::too_long(&self.path(object), place.most()));
            }
        }
        Ok(())
    }

    /// A record is written by the change that makes it, and by no other.
    fn inside_record(&self, op: &Op, target: Target, number: usize) -> Result<(), Refusal> {
        let part = target.place.is_record() || matches!(target.place, Place::Heads);
        let own = target.made == Some(number);
        let history = matches!(target.place, Place::Submissions) && !op.insert;
        if (part && !own) || history { Err(words::written_once(&self.path(&op.obj))) } else { Ok(()) }
    }

    fn operation(
        &mut self,
        op: &Op,
        (target, place): (Target, Place),
        (number, made): (usize, OpId),
        deeds: &mut Deeds,
    ) -> Result<(), Refusal> {
        match &op.action {
            OpType::Put(value) if place.takes(value) => note(op, (target, place), value, deeds),
            OpType::Make(kind) if place.makes() == Some(*kind) => {
                let mut record = target.record;
                if place.is_record() {
                    let under = match &op.key {
                        OpKey::Map(name) => name.to_string(),
                        OpKey::Seq(_) => String::new(),
                    };
                    record = Some(deeds.records.len());
                    deeds.records.push(Record { place, under, fields: BTreeMap::new(), heads: Heads::new() });
                } else if record.is_none() {
                    deeds.edits = true;
                }
                let new = Target { place, made: Some(number), record };
                self.targets.insert(ObjectId::Id(made), new);
            }
            OpType::Delete if place.can_go() => {
                deeds.edits = true;
                if let (Place::Approval, OpKey::Map(key)) = (place, &op.key) {
                    deeds.withdrawn.push(key.to_string());
                }
            }
            OpType::Delete => return Err(words::stays(&self.path_of(op))),
            OpType::Put(ScalarValue::Str(text)) if text.chars().count() > place.most() => {
                return Err(words::too_long(&self.path_of(op), place.most()));
            }
            _ => return Err(words::not_so(&self.path_of(op))),
        }
        if op.insert || matches!(target.place, Place::TaskStatuses | Place::Evidence | Place::Anchors) {
            self.grown.insert(op.obj.clone(), target.place);
        }
        Ok(())
    }

    /// Inside an Automerge text: letters come and go, nothing else.
    fn letters(&mut self, op: &Op, target: Target, deeds: &mut Deeds) -> Result<(), Refusal> {
        deeds.edits = true;
        match (&op.key, &op.action) {
            (OpKey::Seq(_), OpType::Put(ScalarValue::Str(_))) => {
                self.grown.insert(op.obj.clone(), target.place);
                Ok(())
            }
            (OpKey::Seq(_), OpType::Delete) => Ok(()),
            _ => Err(words::not_so(&self.path(&op.obj))),
        }
    }

    fn target(&mut self, op: &Op) -> Result<Target, Refusal> {
        let object = &op.obj;
        if let Some(target) = self.targets.get(object) {
            return Ok(*target);
        }
        let place = self.find(object).ok_or_else(|| self.outside(op))?;
        let target = Target { place, made: None, record: None };
        self.targets.insert(object.clone(), target);
        Ok(target)
    }

    /// Where an object stands that was there before. Nothing is written at the root: it is of the first change and of the
    /// steps of the schema.
    fn find(&self, object: &ObjectId) -> Option<Place> {
        let id = self.import(object)?;
        let kind = self.after.object_type(&id).ok()?;
        let mut path = self.after.parents(&id).ok()?.path().into_iter();
        let Some((_, Prop::Map(first))) = path.next() else { return None };
        if first != "content" {
            return None;
        }
        let mut place = Place::Content(self.kind);
        for (_, prop) in path {
            place = match prop {
                Prop::Map(name) => place.under(&name)?,
                Prop::Seq(_) => place.item()?,
            };
        }
        let text = matches!(place, Place::Prose(_));
        (text == (kind == ObjType::Text)).then_some(place)
    }

    fn import(&self, object: &ObjectId) -> Option<ObjId> {
        match object {
            ObjectId::Root => None,
            ObjectId::Id(OpId(counter, actor)) => {
                self.after.import_obj(&format!("{counter}@{}", actor.to_hex_string())).ok()
            }
        }
    }

    fn outside(&self, op: &Op) -> Refusal {
        words::outside(&self.path_of(op))
    }

    fn path_of(&self, op: &Op) -> String {
        match &op.key {
            OpKey::Map(name) if op.obj == ObjectId::Root => name.to_string(),
            OpKey::Map(name) => format!("{}/{name}", self.path(&op.obj)),
            OpKey::Seq(_) => self.path(&op.obj),
        }
    }

    /// The names that lead to an object, for a message.
    fn path(&self, object: &ObjectId) -> String {
        let Some(id) = self.import(object) else { return String::new() };
        if self.after.object_type(&id).is_err() {
            return String::new();
        }
        let path = self.after.parents(&id).map(automerge::Parents::path).unwrap_or_default();
        path.into_iter().map(|(_, prop)| prop.to_string()).collect::<Vec<_>>().join("/")
    }
}

fn note(op: &Op, (target, place): (Target, Place), value: &ScalarValue, deeds: &mut Deeds) {
    let word = || value.as_str().unwrap_or_default().to_owned();
    match (place, &op.key) {
        (Place::Status, _) => deeds.status.push(word()),
        (Place::TaskStatus, OpKey::Map(task)) => deeds.tasks.push((task.to_string(), word())),
        (_, key) => match target.record.and_then(|record| deeds.records.get_mut(record)) {
            Some(record) => match key {
                OpKey::Map(name) => drop(record.fields.insert(name.to_string(), word())),
                OpKey::Seq(_) => record.heads.push(word()),
            },
            None => deeds.edits = true,
        },
    }
}
