//! Whether what a change does may follow what its author had seen. A change is judged by its own past (the changes it
//! depends on), so that two devices that wrote at once are both right, and by what the server knows of other documents.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use automerge::Automerge;
use automerge::Change;
use automerge::ChangeHash;
use automerge::ObjId;
use automerge::ROOT;
use automerge::ReadDoc;
use chrono::DateTime;
use chrono::NaiveDate;
use niemyet_sync::access::Delivery;
use niemyet_sync::access::Refusal;

use super::known::Known;
use super::ops::Deeds;
use super::ops::Record;
use super::place::Place;
use super::words;
use crate::document::Key;
use crate::document::Kind;
use crate::document::progress::TaskAction;
use crate::document::progress::TaskStatus;
use crate::document::publication::by_law;
use crate::document::status::Action;
use crate::document::status::Party;
use crate::document::status::Status;

/// What a change is judged by.
pub(super) struct Judge<'a> {
    delivery: &'a Delivery<'a>,
    key: &'a Key,
    known: &'a Known,
    /// Heads of the document before, sorted.
    heads: Vec<ChangeHash>,
}

/// A document and the change after which it is looked at.
struct Past<'a> {
    doc: &'a Automerge,
    heads: Option<&'a [ChangeHash]>,
}

impl Past<'_> {
    fn all(&self, at: &ObjId, name: &str) -> Vec<(automerge::Value<'_>, ObjId)> {
        let all = match self.heads {
            Some(heads) => self.doc.get_all_at(at, name, heads),
            None => self.doc.get_all(at, name),
        };
        all.unwrap_or_default()
    }

    fn object(&self, path: &[&str]) -> Option<ObjId> {
        let mut at = ROOT;
        for name in path {
            at = self.all(&at, name).pop().filter(|(value, _)| value.is_object())?.1;
        }
        Some(at)
    }

    fn words(&self, at: &ObjId, name: &str) -> BTreeSet<String> {
        let all = self.all(at, name).into_iter();
        all.filter_map(|(value, _)| value.as_str().map(str::to_owned)).collect()
    }

    fn texts(&self, list: &ObjId) -> Vec<String> {
        let items = match self.heads {
            Some(heads) => self.doc.values_at(list, heads),
            None => self.doc.values(list),
        };
        items.filter_map(|(value, _)| value.as_str().map(str::to_owned)).collect()
    }
}

impl<'a> Judge<'a> {
    pub fn new(delivery: &'a Delivery<'a>, key: &'a Key, known: &'a Known) -> Self {
        let mut heads = delivery.before.map(Automerge::get_heads).unwrap_or_default();
        heads.sort_unstable();
        Self { delivery, key, known, heads }
    }

    /// Holds what a change does against the rules of its kind.
    pub fn judge(&self, change: &Change, deeds: &Deeds) -> Result<(), Refusal> {
        match self.key {
            Key::Report(body, due) => self.report(change, deeds, Some((body.as_str(), *due))),
            Key::Incident(..) => self.report(change, deeds, None),
            Key::Progress(_) => self.tasks(change, deeds),
            Key::Review(due) => deeds.records.iter().try_for_each(|r| self.verdict(change, r, *due)),
            Key::Publication => {
                deeds.withdrawn.iter().try_for_each(|key| self.withdrawal(change, key))?;
                deeds.records.iter().try_for_each(|record| self.decision(change, record))
            }
            Key::Election | Key::Directive(_) => Ok(()),
        }
    }

    fn past<'b>(&'b self, change: &'b Change) -> Past<'b> {
        let mut deps = change.deps().to_vec();
        deps.sort_unstable();
        match self.delivery.before {
            // The usual case needs no look into history.
            Some(before) if deps == self.heads => Past { doc: before, heads: None },
            _ => Past { doc: self.delivery.after, heads: Some(change.deps()) },
        }
    }

    fn report(
        &self,
        change: &Change,
        deeds: &Deeds,
        weekly: Option<(&str, NaiveDate)>,
    ) -> Result<(), Refusal> {
        let past = self.past(change);
        let before = past.object(&["content"]).map(|content| past.words(&content, "status"));
        let before = before.unwrap_or_default();
        let (was_draft, was_handed_in) = (before.contains("draft"), before.contains("submitted"));
        let judged = || match weekly.filter(|_| self.delivery.from.is_some()) {
            Some((body, due)) => self.known.judged(body, due),
            None => Status::Submitted,
        };
        let act = |status: Status, action| {
            status.apply(action, Party::Reporter).map(drop).map_err(words::transition)
        };
        match deeds.status.as_slice() {
            [] if !deeds.records.is_empty() => {
                // Automerge writes no word that stands there already.
                if !was_draft {
                    act(judged(), Action::Submit)?;
                }
                Err(words::incomplete(
                    "Nộp báo cáo phải ghi cả trạng thái đã nộp.",
                    "A handing-in goes with the status `submitted`.",
                ))
            }
            [] if deeds.edits && !was_draft => Err(words::handed_in()),
            [] => Ok(()),
            [word] if word == "submitted" => {
                if !was_draft {
                    act(judged(), Action::Submit)?;
                }
                self.submission(change, deeds)
            }
            [_] if !deeds.records.is_empty() => Err(words::written_once("content/submissions")),
            [_] if !was_handed_in => act(Status::Draft, Action::Withdraw),
            [_] => match judged() {
                Status::Returned => act(Status::Returned, Action::Revise),
                status => act(status, Action::Withdraw),
            },
            _ => Err(words::not_so("content/status")),
        }
    }

    /// A handing-in names exactly what its author had before it, and nothing is slipped in with it.
    fn submission(&self, change: &Change, deeds: &Deeds) -> Result<(), Refusal> {
        let [record] = deeds.records.as_slice() else {
            return Err(words::incomplete(
                "Nộp báo cáo phải ghi một lần nộp.",
                "The status `submitted` goes with one handing-in.",
            ));
        };
        let named = |hash: &ChangeHash| record.heads.contains(&hash.to_string());
        let own = |hash: &ChangeHash| {
            let meta = self.delivery.after.get_change_meta_by_hash(hash);
            meta.is_some_and(|meta| meta.actor.as_ref() == change.actor_id())
        };
        // Automerge also depends on the actor's own last change, which may lie behind the heads.
        let exact = record.heads.iter().all(|head| change.deps().iter().any(|dep| dep.to_string() == *head))
            && change.deps().iter().all(|dep| named(dep) || own(dep))
            && record.heads.is_sorted()
            && !record.heads.is_empty();
        if exact && record.fields.contains_key("at") && !deeds.edits {
            return Ok(());
        }
        Err(words::incomplete(
            "Lần nộp phải ghi đúng phiên bản đang có trước khi nộp, thời điểm nộp, và không kèm sửa đổi khác.",
            "A handing-in names exactly the heads before it and its time, and comes with no other edit.",
        ))
    }

    fn tasks(&self, change: &Change, deeds: &Deeds) -> Result<(), Refusal> {
        if deeds.tasks.is_empty() {
            return Ok(());
        }
        let past = self.past(change);
        let map = past.object(&["content", "status"]);
        let mut seen: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for (task, word) in &deeds.tasks {
            let before = seen
                .entry(task)
                .or_insert_with(|| map.as_ref().map(|map| past.words(map, task)).unwrap_or_default());
            // Devices set different statuses at once: whoever chooses may choose any of them, or go on from it.
            let from = before.first().map_or("not_started", String::as_str);
            if before.len() < 2 && !leads(from, word) {
                return Err(words::task(from, word));
            }
            *before = [word.clone()].into();
        }
        Ok(())
    }

    fn verdict(&self, change: &Change, record: &Record, due: NaiveDate) -> Result<(), Refusal> {
        self.record(record, &["decision", "reason", "by", "at"])?;
        let returns = record.fields.get("decision").is_some_and(|word| word == "returned");
        if returns && record.fields.get("reason").is_none_or(|reason| reason.trim().is_empty()) {
            return Err(words::incomplete(
                "Trả lại báo cáo phải ghi lý do.",
                "A report is returned with a reason; say what to correct.",
            ));
        }
        let past = self.past(change);
        let rivals = past.object(&["content", "verdicts"]).map(|map| past.all(&map, &record.under));
        let rivals = rivals.unwrap_or_default();
        if rivals.len() > 1 || self.delivery.from.is_none() {
            // Two devices decided at once, and now somebody chooses; or a backup is being brought up to date.
            return Ok(());
        }
        let earlier = rivals.first().filter(|(_, id)| {
            past.all(id, "heads").last().is_some_and(|(_, list)| past.texts(list) == record.heads)
        });
        let status = match earlier.map(|(_, id)| past.words(id, "decision")) {
            Some(decision) if decision.contains("accepted") => Status::Accepted,
            Some(_) => Status::Returned,
            None if self.known.was_handed_in(&record.under, due, &record.heads) => Status::Submitted,
            None => Status::Draft,
        };
        let action = match (returns, status) {
            (true, Status::Accepted) => Action::Reopen,
            (true, _) => Action::Return,
            (false, _) => Action::Accept,
        };
        status.apply(action, Party::StandingAgency).map(drop).map_err(words::transition)
    }

    fn decision(&self, change: &Change, record: &Record) -> Result<(), Refusal> {
        let own = self.delivery.from.is_some();
        if own && matches!(record.place, Place::Approval) && self.was_withdrawn(change, &record.under) {
            return Err(words::withdrawn_meanwhile(&record.under));
        }
        match record.place {
            Place::Rule if !Kind::ALL.iter().any(|kind| kind.word() == record.under && by_law(*kind)) => {
                Err(words::not_by_law(&record.under))
            }
            Place::Hold => self.record(record, &["by", "at", "reason"]),
            _ => self.record(record, &["by", "at", "basis"]),
        }?;
        // What is brought again after a restore was admitted once, by an older version perhaps.
        if own && record.fields.get("at").is_some_and(|at| DateTime::parse_from_rfc3339(at).is_err()) {
            return Err(words::incomplete(
                "Quyết định phải ghi thời điểm, dạng 2021-03-04T09:00:00+07:00.",
                "A decision says when, as 2021-03-04T09:00:00+07:00.",
            ));
        }
        Ok(())
    }

    /// An approval that its author did not know of would stand after it, and the document stay public.
    fn withdrawal(&self, change: &Change, key: &str) -> Result<(), Refusal> {
        let (Some(_), Some(server)) = (self.delivery.from, self.delivery.before) else { return Ok(()) };
        let seen = approvals(&self.past(change), key);
        let known = approvals(&Past { doc: server, heads: None }, key);
        let left = approvals(&Past { doc: self.delivery.after, heads: None }, key);
        let stands = left.iter().any(|id| known.contains(id) && !seen.contains(id));
        if stands { Err(words::approved_meanwhile(key)) } else { Ok(()) }
    }

    /// Whether the author of a change saw an approval that the server knows and shows no more.
    fn was_withdrawn(&self, change: &Change, key: &str) -> bool {
        let Some(server) = self.delivery.before else { return false };
        // One that only this delivery brings was not withdrawn by anybody.
        let seen = approvals(&self.past(change), key).iter().any(|id| server.object_type(id).is_ok());
        seen && approvals(&Past { doc: server, heads: None }, key).is_empty()
    }

    /// A record says all that it must, and is signed by the body that writes it.
    fn record(&self, record: &Record, fields: &[&str]) -> Result<(), Refusal> {
        let heads = !record.heads.is_empty() || matches!(record.place, Place::Rule);
        if !heads || fields.iter().any(|field| !record.fields.contains_key(*field)) {
            return Err(words::incomplete(
                "Bản ghi thiếu nội dung bắt buộc.",
                "The record lacks something that it must say.",
            ));
        }
        let by = record.fields.get("by").map(String::as_str).unwrap_or_default();
        match self.delivery.from {
            Some(principal) if principal.body != by => Err(words::signed(by)),
            _ => Ok(()),
        }
    }
}

/// The approvals of a document that stand in a publication.
fn approvals(publication: &Past<'_>, key: &str) -> Vec<ObjId> {
    let items = publication.object(&["content", "items"]);
    items.map_or_else(Vec::new, |items| publication.all(&items, key).into_iter().map(|(_, id)| id).collect())
}

fn leads(from: &str, to: &str) -> bool {
    let from = TaskStatus::ALL.into_iter().find(|status| status.word() == from).unwrap_or_default();
    TaskAction::ALL.into_iter().any(|action| from.apply(action).is_ok_and(|next| next.word() == to))
}
