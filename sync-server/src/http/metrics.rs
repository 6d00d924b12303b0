//! `/metrics`: counters in Prometheus' text format 0.0.4. No name of an account or a document is in them.

use std::fmt::Write;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;

use super::Server;
use crate::hub::Health;

/// Upper bounds of the classes of commit times, in microseconds.
const CLASSES: [u64; 12] =
    [250, 500, 1_000, 2_000, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000, 5_000_000];

/// What has happened since the start.
#[derive(Debug, Default)]
pub(super) struct Meters {
    received: AtomicU64,
    sent: AtomicU64,
    joined: AtomicU64,
    kept: AtomicU64,
    refused: AtomicU64,
    store_failures: AtomicU64,
    unrecorded: AtomicU64,
    logins: AtomicU64,
    failed_logins: AtomicU64,
    commits: [AtomicU64; CLASSES.len() + 1],
    commit_micros: AtomicU64,
    failed_commits: AtomicU64,
}

fn add(counter: &AtomicU64, count: u64) {
    counter.fetch_add(count, Ordering::Relaxed);
}

impl Meters {
    pub(super) fn received(&self) {
        add(&self.received, 1);
    }

    pub(super) fn sent(&self, count: u64) {
        add(&self.sent, count);
    }

    pub(super) fn joined(&self) {
        add(&self.joined, 1);
    }

    pub(super) fn kept(&self, changes: u64) {
        add(&self.kept, changes);
    }

    pub(super) fn refused(&self) {
        add(&self.refused, 1);
    }

    pub(super) fn store_failed(&self) {
        add(&self.store_failures, 1);
    }

    pub(super) fn unrecorded(&self) {
        add(&self.unrecorded, 1);
    }

    pub(super) fn login(&self, done: bool) {
        add(if done { &self.logins } else { &self.failed_logins }, 1);
    }

    pub(super) fn commit(&self, took: Duration, done: bool) {
        if !done {
            add(&self.failed_commits, 1);
            return;
        }
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let class = CLASSES.iter().position(|bound| micros <= *bound).unwrap_or(CLASSES.len());
        add(&self.commits[class], 1);
        add(&self.commit_micros, micros);
    }
}

/// The text of an answer.
#[derive(Default)]
struct Page(String);

impl Page {
    /// One number with its explanation.
    fn line(&mut self, kind: &str, name: &str, help: &str, value: u64) {
        // Writing to a string cannot fail.
        let _ = writeln!(
            self.0,
            "# HELP niemyet_sync_{name} {help}\n# TYPE niemyet_sync_{name} {kind}\nniemyet_sync_{name} {value}"
        );
    }

    fn counter(&mut self, name: &str, help: &str, counter: &AtomicU64) {
        self.line("counter", name, help, counter.load(Ordering::Relaxed));
    }

    fn gauge(&mut self, name: &str, help: &str, value: usize) {
        self.line("gauge", name, help, value as u64);
    }

    fn commits(&mut self, meters: &Meters) {
        let name = "niemyet_sync_commit_seconds";
        let _ = writeln!(self.0, "# HELP {name} Time of commits to the store.\n# TYPE {name} histogram");
        let mut total = 0;
        for (class, bound) in meters.commits.iter().zip(CLASSES) {
            total += class.load(Ordering::Relaxed);
            let _ = writeln!(self.0, "{name}_bucket{{le=\"{}\"}} {total}", bound as f64 / 1e6);
        }
        total += meters.commits[CLASSES.len()].load(Ordering::Relaxed);
        let sum = meters.commit_micros.load(Ordering::Relaxed) as f64 / 1e6;
        let _ =
            writeln!(self.0, "{name}_bucket{{le=\"+Inf\"}} {total}\n{name}_sum {sum}\n{name}_count {total}");
    }
}

pub(super) async fn metrics(State(server): State<Server>) -> Response {
    let (counts, meters) = (server.hub().counts(), &server.inner.meters);
    let mut page = Page::default();
    page.gauge("connections", "Open connections.", counts.connections);
    page.gauge("documents_loaded", "Documents in memory.", counts.documents);
    page.gauge("documents_loaded_bytes", "Bytes of documents in memory, estimated.", counts.document_bytes);
    page.gauge("outgoing_bytes", "Bytes that wait to be sent.", counts.outgoing_bytes);
    page.gauge("incoming_bytes", "Bytes that were sent and are not dealt with.", counts.incoming_bytes);
    page.gauge("stashed_bytes", "Bytes of changes that lack what they depend on.", counts.stashed_bytes);
    page.gauge("in_flight", "Deliveries on their way to the store.", counts.in_flight);
    let well = usize::from(server.hub().health() == Health::Well);
    page.gauge("store_well", "1 if changes are being kept.", well);
    page.counter("joined_total", "Connections that have joined.", &meters.joined);
    page.counter("messages_received_total", "Messages of clients.", &meters.received);
    page.counter("messages_sent_total", "Messages to clients.", &meters.sent);
    page.counter("changes_kept_total", "Changes made durable.", &meters.kept);
    page.counter("deliveries_refused_total", "Deliveries that were not accepted.", &meters.refused);
    page.counter("store_failures_total", "Times that the store began to fail.", &meters.store_failures);
    page.counter("commits_failed_total", "Commits that failed and are tried again.", &meters.failed_commits);
    page.counter("logins_total", "Logins with a password.", &meters.logins);
    page.counter("logins_failed_total", "Logins that were refused.", &meters.failed_logins);
    page.counter("audit_dropped_total", "Events that came too fast for the audit log.", &meters.unrecorded);
    page.commits(meters);
    if let Some(figures) = &server.inner.settings.figures {
        page.0.push_str(&figures.0());
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], page.0).into_response()
}
