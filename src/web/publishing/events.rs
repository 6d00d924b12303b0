//! `/api/rebuild/events`: where the builder is, as server-sent events (WHATWG HTML, section 9.2). A stream ends when the server
//! stops, or its caller may not publish any more.

use std::convert::Infallible;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::sse::Event;
use axum::response::sse::KeepAlive;
use axum::response::sse::Sse;
use chrono::Utc;
use futures_util::Stream;
use futures_util::stream;
use niemyet_sync::http::Caller;
use niemyet_sync::http::Problem;
use tokio::sync::watch;
use tokio::time::Instant;

use super::Desk;
use crate::rebuild::state::State as Builder;

/// Streams at once: a team has a handful of people, each with a handful of pages.
const STREAMS: usize = 256;
/// How often it is asked whether the caller may still listen.
const ASKED: Duration = Duration::from_secs(1);
/// Proxies close what is silent for longer.
const KEPT_ALIVE: Duration = Duration::from_secs(15);

/// Streams that are open, of all servers of this process.
static OPEN: AtomicUsize = AtomicUsize::new(0);

/// A place among the streams, given back when dropped.
struct Open;

impl Open {
    fn take() -> Option<Self> {
        let taken = OPEN
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |open| (open < STREAMS).then_some(open + 1));
        taken.ok().map(|_| Self)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        OPEN.fetch_sub(1, Ordering::AcqRel);
    }
}

struct Listener {
    desk: Desk,
    caller: Caller,
    state: watch::Receiver<Builder>,
    told: bool,
    /// When it was last asked whether the caller may still listen.
    asked: Instant,
    _place: Open,
}

pub(super) async fn follow(
    State(desk): State<Desk>,
    Extension(caller): Extension<Caller>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let place = Open::take().ok_or_else(|| {
        Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "too-many-streams",
            "Too many pages follow the builder; close some and try again.",
            "Quá nhiều trang đang theo dõi việc dựng trang; hãy đóng bớt rồi thử lại.",
        )
        .retry_after(10_000)
    })?;
    let state = desk.0.builder.state();
    let listener = Listener { desk, caller, state, told: false, asked: Instant::now(), _place: place };
    let events = stream::unfold(listener, |mut listener| async move {
        let event = listener.next().await?;
        Some((Ok(event), listener))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(KEPT_ALIVE)))
}

impl Listener {
    /// The next state; none at the end.
    async fn next(&mut self) -> Option<Event> {
        while std::mem::replace(&mut self.told, true) {
            // Progress may come more often than that, and a caller who may not listen any more hears nothing of it.
            if self.asked.elapsed() >= ASKED && !self.may_go_on().await {
                return None;
            }
            match tokio::time::timeout(ASKED, self.state.changed()).await {
                Ok(Err(_)) => return None,
                Ok(Ok(())) if self.desk.0.builder.is_ending() => return None,
                Ok(Ok(())) if self.asked.elapsed() < ASKED => break,
                Ok(Ok(())) if !self.may_go_on().await => return None,
                Ok(Ok(())) => break,
                Err(_) => {}
            }
        }
        let state = self.state.borrow_and_update().clone();
        // A state is made of words and numbers: there is nothing that JSON could not hold.
        Event::default().event("state").json_data(state).ok()
    }

    async fn may_go_on(&mut self) -> bool {
        let (desk, caller) = (self.desk.clone(), self.caller.clone());
        let now = Utc::now().timestamp_millis();
        let asked = move || desk.may_go_on(caller.account.id, &caller.session, now);
        self.asked = Instant::now();
        // Where too much waits for an answer, a page comes again by itself (`EventSource`).
        self.desk.0.server.blocking(asked).await.unwrap_or(false)
    }
}
