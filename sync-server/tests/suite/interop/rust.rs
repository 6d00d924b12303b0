//! A repository of samod, an independent implementation of automerge-repo in Rust, on a socket of ours.

use std::sync::Arc;
use std::time::Duration;

use automerge::Automerge;
use automerge::ROOT;
use automerge::ReadDoc;
use automerge::transaction::Transactable;
use futures::FutureExt;
use futures::SinkExt;
use futures::StreamExt;
use futures::future::BoxFuture;
use samod::BackoffConfig;
use samod::DialError;
use samod::Dialer;
use samod::DialerHandle;
use samod::DocHandle;
use samod::PeerId;
use samod::Repo;
use samod::Transport;
use samod::Url;
use tokio::sync::watch;
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use super::LIMIT;
use super::probe::Probe;

/// Opens sockets to a server, as an account, while there is a line.
struct Door {
    url: Url,
    token: String,
    line: watch::Sender<bool>,
}

impl Dialer for Door {
    type Error = Error;

    fn url(&self) -> Url {
        self.url.clone()
    }

    fn connect(&self) -> BoxFuture<'static, Result<Transport, DialError<Error>>> {
        let (url, bearer) = (self.url.to_string(), format!("Bearer {}", self.token));
        let mut line = self.line.subscribe();
        async move {
            if !*line.borrow() {
                return Err(DialError::transient(Error::ConnectionClosed));
            }
            let mut request = url.into_client_request().map_err(DialError::transient)?;
            request.headers_mut().insert("authorization", bearer.parse().unwrap());
            let (socket, _) =
                tokio_tungstenite::connect_async(request).await.map_err(DialError::transient)?;
            let (sink, stream) = socket.split();
            let sink =
                sink.with(|frame: Vec<u8>| async move { Ok::<_, Error>(Message::Binary(frame.into())) });
            let stream = stream.filter_map(|message| async move {
                match message {
                    Ok(Message::Binary(frame)) => Some(Ok(frame.to_vec())),
                    Ok(_) => None,
                    Err(error) => Some(Err(error)),
                }
            });
            let cut = async move {
                // An error is the end of the peer.
                let _ = line.wait_for(|line| !line).await;
            };
            Ok(Transport::new(Box::pin(stream.take_until(Box::pin(cut))), Box::pin(sink)))
        }
        .boxed()
    }
}

/// A repository and its connection to the server.
pub struct Peer {
    name: String,
    repo: Repo,
    door: Arc<Door>,
    connection: DialerHandle<Error>,
}

impl Peer {
    pub async fn connect(probe: &Probe, account: usize, name: &str) -> Self {
        let repo = Repo::build_tokio().with_peer_id(PeerId::from(name)).load().await;
        let (url, token) = (probe.url().parse().unwrap(), probe.token(account).to_owned());
        let door = Arc::new(Door { url, token, line: watch::Sender::new(true) });
        let backoff = BackoffConfig {
            initial_delay: Duration::from_millis(50),
            max_delay: Duration::from_millis(500),
            max_retries: None,
        };
        let connection = repo.dial(backoff, Arc::clone(&door)).unwrap();
        let peer = Self { name: name.to_owned(), repo, door, connection };
        peer.connected().await;
        peer
    }

    /// Begins a document and waits until the server has it.
    pub async fn create(&self, fields: &[(&str, i64)]) -> Document {
        let mut document = Automerge::new();
        put(&mut document, fields);
        let document = Document { handle: self.repo.create(document).await.unwrap() };
        self.acknowledged(&document).await;
        document
    }

    /// The document, if the server gives it.
    pub async fn find(&self, id: &str) -> Option<Document> {
        let found = self.repo.find(id.parse().unwrap());
        let found = tokio::time::timeout(LIMIT, found).await;
        let found = found.unwrap_or_else(|_| panic!("{} waited in vain for {id}", self.name));
        found.unwrap().map(|handle| Document { handle })
    }

    /// Waits until the server has said that it has all of a document.
    pub async fn acknowledged(&self, document: &Document) {
        let connection = self.connection.connection_id().expect("it is connected");
        let covered = document.handle.they_have_our_changes(connection);
        let covered = tokio::time::timeout(LIMIT, covered).await;
        assert!(covered.is_ok(), "{} waited in vain for its acknowledgement", self.name);
    }

    /// Waits until it is connected.
    pub async fn connected(&self) {
        until("samod is connected", || self.connection.is_connected()).await;
    }

    pub async fn go_offline(&self) {
        self.door.line.send_replace(false);
        until("samod is cut off", || !self.connection.is_connected()).await;
    }

    pub async fn go_online(&self) {
        self.door.line.send_replace(true);
        self.connected().await;
    }
}

/// A document in a repository.
pub struct Document {
    pub handle: DocHandle,
}

impl Document {
    pub fn id(&self) -> String {
        self.handle.document_id().to_string()
    }

    pub fn put(&self, field: &str, value: i64) {
        self.handle.with_document(|document| put(document, &[(field, value)]));
    }

    pub fn get(&self, field: &str) -> Option<i64> {
        self.handle.with_document(|document| {
            let found = document.get(ROOT, field).unwrap();
            found.and_then(|(value, _)| value.as_i64())
        })
    }

    /// Waits until a field has a value.
    pub async fn until(&self, field: &str, value: i64) {
        until(&format!("{field} is {value}"), || self.get(field) == Some(value)).await;
    }
}

fn put(document: &mut Automerge, fields: &[(&str, i64)]) {
    let mut transaction = document.transaction();
    for (field, value) in fields {
        transaction.put(ROOT, *field, *value).unwrap();
    }
    transaction.commit();
}

async fn until(what: &str, is_so: impl Fn() -> bool) {
    let looking = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    assert!(tokio::time::timeout(LIMIT, looking).await.is_ok(), "waited in vain until {what}");
}
