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
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use super::LIMIT;
use super::probe::Probe;

/// Opens sockets to a server, as an account.
struct Door {
    url: Url,
    token: String,
}

impl Dialer for Door {
    type Error = Error;

    fn url(&self) -> Url {
        self.url.clone()
    }

    fn connect(&self) -> BoxFuture<'static, Result<Transport, DialError<Error>>> {
        let (url, bearer) = (self.url.to_string(), format!("Bearer {}", self.token));
        async move {
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
            Ok(Transport::new(Box::pin(stream), Box::pin(sink)))
        }
        .boxed()
    }
}

/// A repository and its line to the server.
pub struct Peer {
    name: String,
    repo: Repo,
    door: Arc<Door>,
    line: DialerHandle<Error>,
}

impl Peer {
    pub async fn connect(probe: &Probe, account: usize, name: &str) -> Self {
        let repo = Repo::build_tokio().with_peer_id(PeerId::from(name)).load().await;
        let door = Door { url: probe.url().parse().unwrap(), token: probe.token(account).to_owned() };
        let door = Arc::new(door);
        let line = dial(&repo, &door).await;
        Self { name: name.to_owned(), repo, door, line }
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
        let connection = self.line.connection_id().expect("it is connected");
        let covered = document.handle.they_have_our_changes(connection);
        let covered = tokio::time::timeout(LIMIT, covered).await;
        assert!(covered.is_ok(), "{} waited in vain for its acknowledgement", self.name);
    }

    /// Waits until the line is up.
    pub async fn connected(&self) {
        until("samod is connected", || self.line.is_connected()).await;
    }

    pub async fn go_offline(&self) {
        self.line.close();
        until("samod has hung up", || !self.line.is_connected()).await;
    }

    pub async fn go_online(&mut self) {
        self.line = dial(&self.repo, &self.door).await;
    }
}

async fn dial(repo: &Repo, door: &Arc<Door>) -> DialerHandle<Error> {
    let backoff = BackoffConfig {
        initial_delay: Duration::from_millis(50),
        max_delay: Duration::from_millis(500),
        max_retries: None,
    };
    let line = repo.dial(backoff, Arc::clone(door)).unwrap();
    let established = tokio::time::timeout(LIMIT, line.established()).await;
    assert!(matches!(established, Ok(Ok(_))), "samod does not get through to the server");
    line
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
        let found = self.handle.with_document(|document| document.get(ROOT, field).unwrap());
        found.and_then(|(value, _)| value.to_i64())
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
