//! What the hub tells: into the audit log, the counters and the process's log. The hub's threads do not wait for it.

use std::collections::HashMap;
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::mpsc::Receiver;
use std::sync::mpsc::SyncSender;
use std::sync::mpsc::sync_channel;
use std::thread::JoinHandle;

use super::metrics::Meters;
use super::now;
use crate::DocumentId;
use crate::access::AccountId;
use crate::audit;
use crate::audit::Act;
use crate::audit::Audit;
use crate::effect::Closing;
use crate::limits::Bucket;
use crate::limits::Rate;
use crate::witness::Event;
use crate::witness::Witness;

/// Entries that may wait to be written.
const WAITING: usize = 4_096;
/// Entries of one account: who fails on purpose does not fill the disk. Counters go on, and so do first refusals, up to a bound.
const ENTRIES: Rate = Rate { burst: 60, per_minute: 30 };

/// Kinds of refusals of one account of which the first is noted in any case: a document and a code each.
const FIRSTS: usize = 5_000;

/// What was noted of an account.
struct Noted {
    rate: Bucket,
    /// Refusals that were noted, by document and code.
    refused: HashSet<(DocumentId, &'static str)>,
}

impl Noted {
    fn new(now: i64) -> Self {
        Self { rate: Bucket::new(ENTRIES, now), refused: HashSet::new() }
    }

    /// Whether an entry is noted: the first refusal of its kind is, others as far as they are not too many.
    fn admits(&mut self, kind: Option<(DocumentId, &'static str)>, now: i64) -> bool {
        let first = kind.is_some_and(|kind| self.refused.len() < FIRSTS && self.refused.insert(kind));
        self.rate.take(1, now) || first
    }
}

struct Entry {
    act: Act,
    event: audit::Event,
    subject: String,
    details: String,
}

/// Told by the hub.
pub(super) struct Recorder {
    meters: Arc<Meters>,
    entries: Mutex<Option<SyncSender<Entry>>>,
    writer: Mutex<Option<JoinHandle<()>>>,
    noted: Mutex<HashMap<AccountId, Noted>>,
}

fn write(audit: &Audit, entries: &Receiver<Entry>, meters: &Meters) {
    while let Ok(entry) = entries.recv() {
        if let Err(error) = audit.record(entry.act, entry.event, &entry.subject, &entry.details) {
            meters.unrecorded();
            let (event, subject, details) = (entry.event.word(), entry.subject, entry.details);
            tracing::error!(%error, event, subject, details, "not kept in the audit log");
        }
    }
}

impl Recorder {
    pub(super) fn start(audit: Audit, meters: Arc<Meters>) -> std::io::Result<Self> {
        let (entries, waiting) = sync_channel(WAITING);
        let counted = Arc::clone(&meters);
        let writer = std::thread::Builder::new().name("sync-audit".to_owned());
        let writer = writer.spawn(move || write(&audit, &waiting, &counted))?;
        Ok(Self {
            meters,
            entries: Mutex::new(Some(entries)),
            writer: Mutex::new(Some(writer)),
            noted: Mutex::default(),
        })
    }

    /// Writes what waits, and ends.
    pub(super) fn stop(&self) {
        drop(self.entries.lock().unwrap_or_else(PoisonError::into_inner).take());
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if writer.is_some_and(|writer| writer.join().is_err()) {
            tracing::error!("the thread of the audit log ended by a panic");
        }
    }

    fn admits(&self, account: AccountId, kind: Option<(DocumentId, &'static str)>, now: i64) -> bool {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        noted.entry(account).or_insert_with(|| Noted::new(now)).admits(kind, now)
    }

    /// `refused`: the document and the code, if it is a refusal.
    fn record(
        &self,
        account: AccountId,
        event: audit::Event,
        refused: Option<(DocumentId, &'static str)>,
        (subject, details): (String, String),
    ) {
        let now = now();
        let entry = Entry { act: Act { now, by: Some(account) }, event, subject, details };
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let sent = self.admits(account, refused, now)
            && entries.as_ref().is_some_and(|entries| entries.try_send(entry).is_ok());
        if !sent {
            self.meters.unrecorded();
        }
    }

    fn closed(&self, account: AccountId, why: &Closing) {
        tracing::debug!(account = account.0, %why, "a connection was closed");
        if matches!(why, Closing::TooMuch { .. } | Closing::TooSlow { .. } | Closing::Protocol { .. }) {
            let subject = format!("account {}", account.0);
            self.record(account, audit::Event::LimitExceeded, None, (subject, why.to_string()));
        }
    }
}

impl Witness for Recorder {
    fn note(&self, event: &Event) {
        match event {
            Event::Joined { account, .. } => {
                self.meters.joined();
                tracing::debug!(account = account.0, "a peer has joined");
            }
            Event::Closed { account, why } => self.closed(*account, why),
            Event::Kept { changes, .. } => self.meters.kept(*changes as u64),
            Event::Refused { document, account, refusal } => {
                self.meters.refused();
                let code = refusal.code;
                tracing::info!(account = account.0, %document, code, "changes were refused");
                let subject = format!("document {document}");
                let kind = Some((*document, code));
                self.record(*account, audit::Event::ChangeRefused, kind, (subject, refusal.to_string()));
            }
            Event::StoreFailed { what } => {
                self.meters.store_failed();
                tracing::error!(what, "the store fails; nothing is acknowledged until it recovers");
            }
            Event::Damaged { what } => {
                self.meters.store_failed();
                tracing::error!(what, "a document is damaged; restore a backup");
            }
            Event::StoreRecovered => tracing::warn!("the store works again"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DocumentId;
    use crate::access::Refusal;
    use crate::audit::Filter;
    use crate::chance::SystemChance;
    use crate::database::Database;
    use crate::database::Options;

    fn refused(account: i64, document: u8, code: &'static str) -> Event {
        let refusal = Refusal { code, vi: String::new(), en: String::new() };
        Event::Refused { document: DocumentId::new([document; 16]), account: AccountId(account), refusal }
    }

    #[test]
    fn the_first_refusal_of_each_kind_is_noted_however_many_came_before() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("store.sqlite");
        Database::create(&path, &SystemChance).unwrap();
        let audit = Audit::new(Arc::new(Database::open(&path, Options::default()).unwrap()));
        let recorder = Recorder::start(audit.clone(), Arc::default()).unwrap();
        for _ in 0..500 {
            recorder.note(&refused(1, 1, "forbidden"));
        }
        let firsts = [(1, 2, "forbidden"), (1, 1, "bad-field"), (2, 1, "forbidden")];
        for (account, document, code) in firsts {
            (0..3).for_each(|_| recorder.note(&refused(account, document, code)));
        }
        recorder.stop();
        let entries = audit.latest(&Filter::default(), None, 1_000).unwrap();
        let count = |account, document, code: &str| {
            let subject = format!("document {}", DocumentId::new([document; 16]));
            let is = |entry: &&audit::Entry| {
                entry.account == Some(AccountId(account))
                    && entry.subject == subject
                    && entry.details.starts_with(code)
            };
            entries.iter().filter(is).count()
        };
        assert!((60..100).contains(&count(1, 1, "forbidden")), "{}", count(1, 1, "forbidden"));
        assert_eq!(count(1, 2, "forbidden"), 1, "the account has used up what it may have noted");
        assert_eq!(count(1, 1, "bad-field"), 1);
        assert_eq!(count(2, 1, "forbidden"), 3);
    }
}
