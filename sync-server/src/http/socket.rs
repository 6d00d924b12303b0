//! `/sync`: a WebSocket (RFC 6455) between an automerge-repo client and the hub. Reading and writing go on side by side, so that
//! neither waits for the other.

use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::WebSocketUpgrade;
use axum::extract::ws::CloseFrame;
use axum::extract::ws::Message;
use axum::extract::ws::WebSocket;
use axum::extract::ws::close_code;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::http::StatusCode;
use axum::response::Response;
use futures_util::SinkExt;
use futures_util::StreamExt;
use futures_util::stream::SplitSink;
use futures_util::stream::SplitStream;
use tokio::time::MissedTickBehavior;
use tokio::time::timeout;

use super::Caller;
use super::Problem;
use super::Server;
use super::gate::Generation;
use super::now;
use super::sockets::Place;
use crate::effect::Closing;
use crate::hub::Arrived;
use crate::hub::Connection;
use crate::hub::Outgoing;
use crate::incoming::is_heavy;
use crate::limits::Bucket;
use crate::limits::Rate;

/// What each connection costs when idle is mostly this buffer.
const READ_BUFFER: usize = 2 << 10;
/// Bytes that are gathered before the system is called.
const WRITE_BUFFER: usize = 16 << 10;
/// Bytes that are sent before the time for them is taken anew.
const BATCH: usize = 128 << 10;
/// How long a peer may take to answer the closing.
const LINGER: Duration = Duration::from_secs(1);
/// Pings of a peer: libraries send one or two a minute.
const CONTROL: Rate = Rate { burst: 120, per_minute: 120 };

type Sink = SplitSink<WebSocket, Message>;
type Stream = SplitStream<WebSocket>;

pub(super) async fn sync(
    State(server): State<Server>,
    Extension(caller): Extension<Caller>,
    Extension(generation): Extension<Generation>,
    arrived: Option<Extension<Arc<Arrived>>>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    let upgrade = upgrade.map_err(|_| no_upgrade())?;
    if server.is_stopping() {
        return Err(stopping());
    }
    if !server.hub().has_room() {
        return Err(no_room());
    }
    let place = server.inner.sockets.reserve(caller.account.id)?;
    let arrived = arrived.map(|Extension(arrived)| arrived).unwrap_or_default();
    let longest = server.inner.settings.limits.frame_bytes;
    let upgrade = upgrade.read_buffer_size(READ_BUFFER).write_buffer_size(WRITE_BUFFER);
    let upgrade = upgrade.max_message_size(longest).max_frame_size(longest);
    let upgrade = upgrade.on_failed_upgrade(|error| tracing::debug!(%error, "a WebSocket was not opened"));
    Ok(upgrade.on_upgrade(move |socket| async move {
        let link = match server.hub().connect_counted(caller.account.principal(), Arc::clone(&arrived)) {
            Ok(connection) => Link { server, connection: Arc::new(connection), place, arrived },
            Err(why) => return refuse(socket, &why).await,
        };
        link.run(caller, generation, socket).await;
    }))
}

struct Link {
    server: Server,
    connection: Arc<Connection>,
    place: Place,
    arrived: Arc<Arrived>,
}

impl Link {
    async fn run(mut self, caller: Caller, generation: Generation, socket: WebSocket) {
        self.place.open(&self.connection, &caller);
        let missed = self.server.inner.sockets.generation() != generation.0;
        if missed && !is_still(&self.server, caller).await {
            self.connection.close(Closing::Disabled);
        }
        let (sink, mut stream) = socket.split();
        let (server, connection) = (self.server.clone(), Arc::clone(&self.connection));
        let mut writing = std::pin::pin!(write(&server, &connection, sink));
        tokio::select! {
            () = &mut writing => {}
            () = self.read(&mut stream) => writing.await,
        }
        connection.sent();
        // The peer answers the closing; without that, what was sent last may be lost with the connection.
        let answered = async { while let Some(Ok(_)) = stream.next().await {} };
        let _ = timeout(LINGER, answered).await;
    }

    /// Reads until the connection ends, and says to the hub why it did.
    async fn read(&mut self, stream: &mut Stream) {
        let silence = self.server.inner.settings.pace.silence;
        let mut control = Bucket::new(CONTROL, now());
        // What arrived before was the request.
        self.arrived.message();
        loop {
            self.connection.ready().await;
            let why = match timeout(silence, stream.next()).await {
                Ok(Some(Ok(Message::Binary(bytes)))) => {
                    let goes_on = self.receive(bytes).await;
                    // Until then it counts as not finished: while it waits for a thread it is in memory.
                    self.arrived.message();
                    if goes_on {
                        continue;
                    }
                    return;
                }
                Ok(Some(Ok(Message::Ping(bytes) | Message::Pong(bytes)))) if control.take(1, now()) => {
                    self.arrived.control(bytes.len());
                    continue;
                }
                Ok(Some(Ok(Message::Ping(_) | Message::Pong(_)))) => Closing::TooMuch { what: "pings" },
                Ok(Some(Ok(Message::Text(_)))) => {
                    Closing::Protocol { what: "binary messages are expected, not text".to_owned() }
                }
                Ok(Some(Ok(Message::Close(_))) | None) => Closing::Left,
                Ok(Some(Err(error))) => broken(error),
                Err(_) => Closing::Silent { seconds: silence.as_secs() },
            };
            return self.connection.close(why);
        }
    }

    /// Says whether the connection goes on.
    async fn receive(&mut self, bytes: Bytes) -> bool {
        self.server.inner.meters.received();
        // What takes milliseconds is read on a thread of its own.
        let goes_on = if is_heavy(&bytes, &self.server.inner.settings.limits) {
            self.read_aside(bytes).await.unwrap_or(false)
        } else {
            self.connection.receive(&bytes).is_ok()
        };
        self.place.has_joined(self.connection.has_joined());
        goes_on
    }

    /// Reads a frame on a thread of its own once there is one, and still room for what the frame comes to: others of the account may
    /// have taken it since.
    async fn read_aside(&self, bytes: Bytes) -> Result<bool, Problem> {
        let connection = Arc::clone(&self.connection);
        loop {
            connection.ready().await;
            let turn = self.server.inner.workers.frames.turn().await?;
            if connection.has_room() {
                return turn.run(move || connection.receive(&bytes).is_ok()).await;
            }
        }
    }
}

/// Whether a caller is still who it was at the look-up.
async fn is_still(server: &Server, caller: Caller) -> bool {
    let accounts = server.accounts().clone();
    let look = move || {
        let account = accounts.get(caller.account.id)?;
        let sessions = accounts.sessions(caller.account.id)?;
        let valid =
            |session: &crate::account::Session| session.id == caller.session.id && session.is_valid(now());
        Ok::<_, crate::account::AccountError>(account == caller.account && sessions.iter().any(valid))
    };
    matches!(server.blocking(look).await, Ok(Ok(true)))
}

fn broken(error: axum::Error) -> Closing {
    match error.into_inner().downcast_ref::<tungstenite::Error>() {
        Some(tungstenite::Error::Capacity(_)) => Closing::TooMuch { what: "bytes in a message" },
        Some(tungstenite::Error::Protocol(what)) => Closing::Protocol { what: what.to_string() },
        _ => Closing::Left,
    }
}

/// Writes until there is nothing more to write, or the peer takes nothing.
async fn write(server: &Server, connection: &Connection, mut sink: Sink) {
    let pace = server.inner.settings.pace;
    let mut pings = tokio::time::interval_at(tokio::time::Instant::now() + pace.ping, pace.ping);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let outgoing = tokio::select! {
            outgoing = connection.next() => outgoing,
            _ = pings.tick() => {
                match timeout(pace.patience, sink.send(Message::Ping(Bytes::new()))).await {
                    Ok(Ok(())) => continue,
                    Ok(Err(_)) => return connection.close(Closing::Left),
                    Err(_) => return connection.close(Closing::Stuck),
                }
            }
        };
        let batch = Batch::of(outgoing, connection);
        server.inner.meters.sent(batch.frames.len() as u64);
        let last = batch.closing.is_some();
        let mut sending = std::pin::pin!(timeout(pace.within(batch.bytes), batch.send(&mut sink)));
        let sent = tokio::select! {
            sent = &mut sending => sent,
            // It was let go: what a slow peer has not taken is not kept for it.
            () = connection.let_go(), if !last => match timeout(LINGER, sending).await {
                Ok(sent) => sent,
                Err(_) => return,
            },
        };
        match sent {
            Ok(Ok(())) if last => return,
            Ok(Ok(())) => connection.sent(),
            Ok(Err(_)) => return connection.close(Closing::Left),
            Err(_) => return connection.close(Closing::Stuck),
        }
    }
}

/// What waits to be sent, up to a bound.
struct Batch {
    frames: Vec<Vec<u8>>,
    bytes: usize,
    closing: Option<Closing>,
}

impl Batch {
    fn of(first: Outgoing, connection: &Connection) -> Self {
        let mut batch = Self { frames: Vec::new(), bytes: 0, closing: None };
        let mut next = Some(first);
        while let Some(outgoing) = next {
            match outgoing {
                Outgoing::Frame(frame) => {
                    batch.bytes += frame.len();
                    batch.frames.push(frame);
                }
                Outgoing::Close(why) => {
                    batch.closing = Some(why);
                    break;
                }
            }
            next = if batch.bytes < BATCH { connection.try_next() } else { None };
        }
        batch
    }

    async fn send(self, sink: &mut Sink) -> Result<(), axum::Error> {
        for frame in self.frames {
            sink.feed(Message::Binary(frame.into())).await?;
        }
        if let Some(why) = self.closing {
            sink.feed(Message::Close(Some(close_frame(&why)))).await?;
        }
        sink.flush().await
    }
}

/// The words are cut to what a control frame holds (RFC 6455, 5.5: 125 bytes, two of them the code).
fn close_frame(why: &Closing) -> CloseFrame {
    let code = match why {
        Closing::Protocol { .. } | Closing::Version | Closing::NoJoin => close_code::PROTOCOL,
        Closing::TooMuch { what: "bytes in a message" } => close_code::SIZE,
        Closing::Stopping => close_code::RESTART,
        Closing::Left => close_code::NORMAL,
        _ => close_code::POLICY,
    };
    let words = why.to_string();
    let end = words.floor_char_boundary(123);
    CloseFrame { code, reason: words[..end].into() }
}

/// The server stops while the connection is being opened.
async fn refuse(mut socket: WebSocket, why: &Closing) {
    let _ = timeout(LINGER, socket.send(Message::Close(Some(close_frame(why))))).await;
}

fn no_room() -> Problem {
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "memory",
        "The server has as much in its memory as it may; nothing is lost, try again in a minute.",
        "Bộ nhớ của máy chủ đã đầy; không có gì bị mất, hãy thử lại sau một phút.",
    )
    .retry_after(60_000)
}

fn no_upgrade() -> Problem {
    Problem::new(
        StatusCode::UPGRADE_REQUIRED,
        "no-websocket",
        "This address speaks WebSocket; open it with an automerge-repo client.",
        "Địa chỉ này chỉ dùng WebSocket; hãy mở bằng ứng dụng automerge-repo.",
    )
}

fn stopping() -> Problem {
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "stopping",
        "The server is stopping; connect again in a moment.",
        "Máy chủ đang dừng; hãy kết nối lại sau giây lát.",
    )
    .retry_after(5_000)
}
