//! A replica on the command line: the documents of a working folder, kept in step with a server. What comes is durable here
//! before the server is told that it came; what was edited here is sent until the server's own message covers it.

pub mod exchange;
pub mod link;
pub mod sent;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use automerge::Automerge;
use futures_util::FutureExt;
use futures_util::SinkExt;
use futures_util::StreamExt;
use niemyet_sync::DocumentId;
use niemyet_sync::chance::NoChance;
use niemyet_sync::store::Append;
use niemyet_sync::store::NewChange;
use niemyet_sync::store::Position;
use serde::Deserialize;
use tokio::time::Instant;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Error as SocketError;
use tokio_tungstenite::tungstenite::Message as Frame;

use super::FolderError;
use super::documents::DocumentStore;
use crate::document::Key;
use crate::web::documents::Opening;
use exchange::Broken;
use exchange::Exchange;
use exchange::Received;
use exchange::Standing;
use link::LinkError;
use link::Remote;
use link::Socket;
use link::shown;
use sent::Sent;

/// Silence after which an exchange that is not done is given up. The server pings every 25 seconds.
const SILENCE: Duration = Duration::from_secs(60);
/// Silence after which, and then how often, the server is asked whether it can keep anything.
const WONDER: Duration = Duration::from_secs(5);
/// How often a replica that follows looks for edits made here.
const LOOK: Duration = Duration::from_secs(1);
/// How often it asks which documents there are.
const ASK: Duration = Duration::from_secs(5);

/// Why a replica is not in step.
#[derive(Debug, thiserror::Error)]
pub enum PeerError {
    /// No way to the server.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// The connection was lost, or what came is not understood.
    #[error(
        "mất kết nối với máy chủ; nội dung đã nhận vẫn ở máy này, hãy chạy lại để tiếp tục. / The connection to the server was lost: {what}. \
         What came is kept here; repeat the command to go on"
    )]
    Lost {
        /// Why.
        what: String,
    },
    /// The server cannot keep what is sent.
    #[error(
        "{server} hiện không lưu được thay đổi; những gì máy chủ chưa xác nhận vẫn ở máy này, hãy chạy lại sau hoặc báo người quản trị xem \
         nhật ký máy chủ. / {server} cannot keep changes now. What it has not acknowledged is kept here: repeat the command later, or tell \
         its administrator to look into the server's log"
    )]
    NotKept {
        /// The server.
        server: String,
    },
    /// The folder holds another election's documents.
    #[error(
        "thư mục này là của cuộc bầu cử `{here}`, máy chủ có cuộc bầu cử `{there}`; hãy dùng thư mục khác bằng --dir. / The folder holds the \
         election `{here}`, the server has `{there}`. Name another folder with --dir"
    )]
    Election {
        /// In the folder.
        here: String,
        /// On the server.
        there: String,
    },
    /// The server names a document that has no place in an election.
    #[error(
        "máy chủ có văn bản `{key}` mà niemyet này chưa biết; hãy cài phiên bản mới nhất. / The server names a document `{key}` that this \
         niemyet does not know; install its newest version"
    )]
    Key {
        /// Its key.
        key: String,
    },
    /// The folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// No peer id could be drawn.
    #[error(transparent)]
    Chance(#[from] NoChance),
}

impl PeerError {
    /// Whether trying again later may do.
    pub const fn is_passing(&self) -> bool {
        match self {
            Self::Link(error) => error.is_passing(),
            Self::Lost { .. } | Self::NotKept { .. } => true,
            _ => false,
        }
    }
}

impl From<Broken> for PeerError {
    fn from(broken: Broken) -> Self {
        Self::Lost { what: broken.to_string() }
    }
}

impl From<SocketError> for PeerError {
    fn from(error: SocketError) -> Self {
        Self::Lost { what: error.to_string() }
    }
}

/// Why the server does not take what is here.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Refusal {
    /// A stable word for programs.
    pub code: String,
    /// Vietnamese.
    pub vi: String,
    /// English.
    pub en: String,
}

#[derive(Deserialize)]
struct Refused {
    refusal: Option<Refusal>,
}

/// Where one document stands.
#[derive(Clone, Debug)]
pub struct Report {
    /// Its key.
    pub key: Key,
    /// Where it stands.
    pub standing: Standing,
    /// Why the server does not take what is here, if it said.
    pub refusal: Option<Refusal>,
    /// Changes that came.
    pub received: usize,
}

/// How an exchange goes, for whoever shows it.
pub trait Watcher {
    /// So many documents of so many are settled.
    fn progress(&mut self, settled: usize, all: usize);
    /// Everything is settled for now.
    fn settled(&mut self, reports: &[Report]);
}

/// Asks the server what this account may open.
pub async fn ask(remote: &Remote) -> Result<Opening, PeerError> {
    Ok(remote.get("/api/documents").await?)
}

/// A folder's documents and a server.
pub struct Replica<'a> {
    store: &'a DocumentStore,
    remote: &'a Remote,
    opening: Opening,
    sent: Sent,
    seen: Position,
}

impl<'a> Replica<'a> {
    /// A replica of what the server said that its account may open, in this folder.
    pub fn new(
        dir: &Path,
        store: &'a DocumentStore,
        remote: &'a Remote,
        opening: Opening,
    ) -> Result<Self, PeerError> {
        let here = store.election()?;
        if let Some(here) = here.filter(|here| *here != opening.election) {
            return Err(PeerError::Election { here, there: opening.election });
        }
        let (sent, seen) = (Sent::read(dir, &opening.store), Position::default());
        Ok(Self { store, remote, opening, sent, seen })
    }

    /// Exchanges until everything is settled; with `follow`, on until the connection ends.
    pub async fn run(&mut self, follow: bool, watcher: &mut dyn Watcher) -> Result<(), PeerError> {
        let mut socket = self.remote.socket().await?;
        let name = format!(
            "niemyet-{}",
            hex(&niemyet_sync::chance::draw::<16>(&niemyet_sync::chance::SystemChance)?)
        );
        let mut exchange = Exchange::new(&self.opening.election, &name);
        hold(&mut exchange, &self.opening)?;
        self.seen = Position::default();
        self.look(&mut exchange)?;
        socket.send(Frame::Binary(exchange.join().into())).await?;
        self.exchange(&mut socket, &mut exchange, follow, watcher).await?;
        // What the server has is settled; whether it hears of our going makes no difference.
        let _ = timeout(LOOK, socket.close(None)).await;
        Ok(())
    }

    async fn exchange(
        &mut self,
        socket: &mut Socket,
        exchange: &mut Exchange,
        follow: bool,
        watcher: &mut dyn Watcher,
    ) -> Result<(), PeerError> {
        let mut told = false;
        let now = Instant::now();
        let (mut looked, mut asked, mut last) = (now, now, Last { heard: now, moved: now, wondered: now });
        loop {
            let frames = exchange.frames();
            timeout(SILENCE, send(socket, frames)).await.map_err(|_| silent())??;
            let (settled, all) = exchange.progress();
            watcher.progress(settled, all);
            if exchange.is_settled() && !told {
                watcher.settled(&self.reports(exchange).await?);
                told = true;
                if !follow {
                    return Ok(());
                }
            }
            match timeout(LOOK, socket.next()).await {
                Ok(frame) => {
                    last.heard = Instant::now();
                    if self.take(frame, socket, exchange)? {
                        (told, last.moved) = (false, last.heard);
                    }
                }
                Err(_) => {
                    if let Err(given_up) = self.wait(&mut last, told, exchange.has_unsent()).await {
                        watcher.settled(&self.reports(exchange).await?);
                        return Err(given_up);
                    }
                }
            }
            if follow && looked.elapsed() >= LOOK {
                looked = Instant::now();
                if self.look(exchange)? {
                    (told, last.moved) = (false, looked);
                }
            }
            if follow && asked.elapsed() >= ASK {
                asked = Instant::now();
                if hold(exchange, &ask(self.remote).await?)? {
                    (told, last.moved) = (false, asked);
                }
            }
        }
    }

    /// Nothing came for a moment: whether there is any use in waiting on. `told`: nothing is left to settle; `unsent`: the server has
    /// not acknowledged all that is here.
    async fn wait(&self, last: &mut Last, told: bool, unsent: bool) -> Result<(), PeerError> {
        // A server that is there pings; one that has something to settle moves.
        if last.heard.elapsed() >= SILENCE || !told && last.moved.elapsed() >= SILENCE {
            return Err(silent());
        }
        if unsent && !told && last.moved.elapsed().min(last.wondered.elapsed()) >= WONDER {
            last.wondered = Instant::now();
            if self.remote.keeps_nothing().await {
                return Err(PeerError::NotKept { server: self.remote.authority() });
            }
        }
        Ok(())
    }

    /// Takes a frame and whatever else has come by now, and keeps what it brought in one commit. Says whether anything moved.
    fn take(
        &self,
        first: Option<Result<Frame, SocketError>>,
        socket: &mut Socket,
        exchange: &mut Exchange,
    ) -> Result<bool, PeerError> {
        let mut received: BTreeMap<DocumentId, Received> = BTreeMap::new();
        let (mut next, mut moved) = (Some(first), false);
        let mut ended = Ok(());
        while let Some(frame) = next.take() {
            match one(frame, exchange) {
                Ok(None) => {}
                Ok(Some(more)) => {
                    moved = true;
                    if let Some(more) = more {
                        match received.get_mut(&more.id) {
                            Some(had) => had.changes.extend(more.changes),
                            None => drop(received.insert(more.id, more)),
                        }
                    }
                }
                Err(error) => {
                    ended = Err(error);
                    break;
                }
            }
            next = socket.next().now_or_never();
        }
        // Also what came before the connection broke.
        self.keep(received.into_values())?;
        ended.map(|()| moved)
    }

    fn keep(&self, received: impl Iterator<Item = Received>) -> Result<(), PeerError> {
        let appends: Vec<Append> = received.map(append).collect();
        if appends.is_empty() {
            return Ok(());
        }
        Ok(self.store.append(&appends)?)
    }

    /// Takes up what was edited here since the last look. Says whether anything was: what came from the server is in the exchange.
    fn look(&mut self, exchange: &mut Exchange) -> Result<bool, PeerError> {
        let mut news = false;
        for listed in &self.store.since(self.seen)? {
            let key = listed.key.parse().map_err(|_| PeerError::Key { key: listed.key.clone() })?;
            let document: Automerge = self.store.raw(listed)?;
            self.seen = self.seen.max(listed.last);
            let sent = self.sent.covers(&key, &document.get_heads());
            news |= exchange.hold(listed.id, &key, Some(document), sent);
        }
        Ok(news)
    }

    async fn reports(&mut self, exchange: &Exchange) -> Result<Vec<Report>, PeerError> {
        let mut reports = Vec::new();
        for (id, copy) in exchange.copies() {
            // Also of what is not to be seen any more, or it would be offered at the next connection as if it were ours.
            if copy.is_covered() && !copy.heads().is_empty() {
                self.sent.note(&copy.key, &copy.heads());
            }
            let refusal = match copy.standing {
                Standing::Refused => {
                    let said =
                        self.remote.get::<Refused>(&format!("/api/documents/{id}/refusal")).await?.refusal;
                    said.map(|why| Refusal { code: shown(&why.code), vi: shown(&why.vi), en: shown(&why.en) })
                }
                _ => None,
            };
            let (key, standing) = (copy.key.clone(), copy.standing.clone());
            reports.push(Report { key, standing, refusal, received: copy.received });
        }
        if let Err(error) = self.sent.keep() {
            // It only saves questions; what is not known to be sent is offered again.
            tracing::warn!(%error, "what the server has could not be noted");
        }
        reports.sort_by(|a, b| a.key.cmp(&b.key));
        Ok(reports)
    }
}

/// When something last came, and moved, and the server was last asked whether it can keep anything.
struct Last {
    heard: Instant,
    moved: Instant,
    wondered: Instant,
}

async fn send(socket: &mut Socket, frames: Vec<Vec<u8>>) -> Result<(), PeerError> {
    for frame in frames {
        socket.feed(Frame::Binary(frame.into())).await?;
    }
    Ok(socket.flush().await?)
}

fn silent() -> PeerError {
    PeerError::Lost { what: "the server does not go on, for 60 seconds now".to_owned() }
}

/// Takes one frame. Nothing if it carried no message; else what the message brought.
fn one(
    frame: Option<Result<Frame, SocketError>>,
    exchange: &mut Exchange,
) -> Result<Option<Option<Received>>, PeerError> {
    let closed = || "it closed the connection".to_owned();
    match frame {
        Some(Ok(Frame::Binary(bytes))) => Ok(Some(exchange.receive(&bytes)?)),
        Some(Ok(Frame::Close(why))) => {
            Err(PeerError::Lost { what: why.map_or_else(closed, |why| shown(&why.reason)) })
        }
        Some(Ok(_)) => Ok(None),
        Some(Err(error)) => Err(error.into()),
        None => Err(PeerError::Lost { what: closed() }),
    }
}

/// Takes up documents that the server has and that are not part of the exchange yet. Says whether there are any.
fn hold(exchange: &mut Exchange, opening: &Opening) -> Result<bool, PeerError> {
    let mut any = false;
    for entry in &opening.documents {
        let unknown = || PeerError::Key { key: entry.key.clone() };
        let (key, id) = (entry.key.parse().map_err(|_| unknown())?, entry.id.parse().map_err(|_| unknown())?);
        any |= exchange.hold(id, &key, None, false);
    }
    Ok(any)
}

fn append(received: Received) -> Append {
    let changes = received.changes.into_iter().map(|mut change| NewChange {
        hash: change.hash(),
        actor: change.actor_id().clone(),
        seq: change.seq(),
        bytes: change.bytes().to_vec(),
        binds: false,
    });
    Append {
        document: received.id,
        key: received.key.to_string(),
        account: None,
        judged: None,
        changes: changes.collect(),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
