//! What the hub tells: into the audit log, the counters and the process's log. The hub's threads do not wait for it.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::mpsc::Receiver;
use std::sync::mpsc::SyncSender;
use std::sync::mpsc::sync_channel;
use std::thread::JoinHandle;

use super::metrics::Meters;
use super::now;
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
/// Entries of one account: who fails on purpose does not fill the disk. Counters go on.
const ENTRIES: Rate = Rate { burst: 60, per_minute: 30 };

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
    rates: Mutex<HashMap<AccountId, Bucket>>,
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
            rates: Mutex::default(),
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

    fn is_moderate(&self, account: AccountId, now: i64) -> bool {
        let mut rates = self.rates.lock().unwrap_or_else(PoisonError::into_inner);
        rates.entry(account).or_insert_with(|| Bucket::new(ENTRIES, now)).take(1, now)
    }

    fn record(&self, account: AccountId, event: audit::Event, subject: String, details: String) {
        let now = now();
        let entry = Entry { act: Act { now, by: Some(account) }, event, subject, details };
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let sent = self.is_moderate(account, now)
            && entries.as_ref().is_some_and(|entries| entries.try_send(entry).is_ok());
        if !sent {
            self.meters.unrecorded();
        }
    }

    fn closed(&self, account: AccountId, why: &Closing) {
        tracing::debug!(account = account.0, %why, "a connection was closed");
        if matches!(why, Closing::TooMuch { .. } | Closing::TooSlow { .. } | Closing::Protocol { .. }) {
            let subject = format!("account {}", account.0);
            self.record(account, audit::Event::LimitExceeded, subject, why.to_string());
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
                self.record(*account, audit::Event::ChangeRefused, subject, refusal.to_string());
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
