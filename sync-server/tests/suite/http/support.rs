//! A server on a port of this machine, requests to it, and clients that are connected to it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::serve::ListenerExt;
use futures_util::SinkExt;
use futures_util::StreamExt;
use niemyet_sync::access::Access;
use niemyet_sync::access::Principal;
use niemyet_sync::account::Account;
use niemyet_sync::account::New;
use niemyet_sync::account::Visit;
use niemyet_sync::audit::Act;
use niemyet_sync::chance::SystemChance;
use niemyet_sync::database::Database;
use niemyet_sync::database::Options;
use niemyet_sync::http::Origin;
use niemyet_sync::http::Server;
use niemyet_sync::http::Settings;
use tempfile::TempDir;
use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::net::TcpSocket;
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite;
use tungstenite::Message;
use tungstenite::client::IntoClientRequest;

use crate::support::client::Client;
use crate::support::rules::TestRules;

pub const PASSWORD: &str = "một mật khẩu khá dài";
/// Long enough for any machine: a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_secs(40);

pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

pub fn now() -> i64 {
    let since = std::time::UNIX_EPOCH.elapsed().unwrap();
    i64::try_from(since.as_millis()).unwrap()
}

/// Waits for something that must come.
pub async fn patiently<T>(what: &str, work: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, work).await.unwrap_or_else(|_| panic!("waited for ever: {what}"))
}

pub async fn until(what: &str, is_so: impl Fn() -> bool) {
    let wait = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    patiently(what, wait).await;
}

/// A server with a store of its own.
pub struct Door {
    pub folder: TempDir,
    pub rules: Arc<TestRules>,
    pub server: Server,
    pub address: SocketAddr,
}

/// Somebody with an account, a browser and a device.
#[derive(Clone)]
pub struct Person {
    pub account: Account,
    pub cookie: String,
    pub token: String,
}

impl Door {
    pub async fn open() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::prepared(|_, settings| change(settings)).await
    }

    pub async fn prepared(change: impl FnOnce(&Database, &mut Settings)) -> Self {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("store.sqlite");
        Database::create(&path, &SystemChance).unwrap();
        let database = Arc::new(Database::open(&path, Options::default()).unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut settings = Settings::new(Origin::parse(&format!("http://{address}")).unwrap());
        change(&database, &mut settings);
        let rules = Arc::new(TestRules::new(Access::ReadWrite));
        let server = Server::start(database, rules.clone(), settings).unwrap();
        let listener = listener.tap_io(|stream| stream.set_nodelay(true).unwrap());
        let router = server.router().into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async { axum::serve(listener, router).await.unwrap() });
        Self { folder, rules, server, address }
    }

    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    pub async fn person(&self, login: &str, body: &str, admin: bool) -> Person {
        let (accounts, login, body) = (self.server.accounts().clone(), login.to_owned(), body.to_owned());
        let work = move || {
            let act = Act { now: now(), by: None };
            let new = New { login: &login, name: &login, body: &body };
            let (account, code) = accounts.add(act, new, admin).unwrap();
            let visit = Visit { now: now(), from: [192, 0, 2, 1].into() };
            accounts.set_password(visit, &login, code.show(), PASSWORD).unwrap();
            let browser = accounts.login(visit, &login, PASSWORD).unwrap();
            let (_, token) = accounts.token(act, account.id, "device", None).unwrap();
            let account = accounts.get(account.id).unwrap();
            let cookie = format!("niemyet-session={}", browser.token.show());
            Person { account, cookie, token: token.show().to_owned() }
        };
        tokio::task::spawn_blocking(work).await.unwrap()
    }

    /// Asks with these headers.
    pub async fn ask(&self, line: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        ask(self.address, line, headers, body).await
    }

    /// Asks as somebody's browser on the server's own page.
    pub async fn browse(&self, line: &str, person: &Person, body: &str) -> Answer {
        self.ask(line, &[("cookie", &person.cookie), ("origin", &self.origin())], body).await
    }

    /// Asks from the server's own page without being logged in.
    pub async fn visit(&self, line: &str, body: &str) -> Answer {
        self.ask(line, &[("origin", &self.origin())], body).await
    }

    /// A socket that has not joined.
    pub async fn socket(&self, headers: &[(&str, &str)]) -> Result<Socket, u16> {
        let mut request = format!("ws://{}/sync", self.address).into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(
                tungstenite::http::HeaderName::from_bytes(name.as_bytes()).unwrap(),
                value.parse().unwrap(),
            );
        }
        // Small, so that a reader who does not read is noticed soon.
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(16 << 10).unwrap();
        let stream = socket.connect(self.address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        match patiently("a handshake", tokio_tungstenite::client_async(request, stream)).await {
            Ok((socket, _)) => Ok(socket),
            Err(tungstenite::Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    /// A client that connects as somebody's device.
    pub async fn client(&self, person: &Person, peer: &str) -> Line {
        let bearer = format!("Bearer {}", person.token);
        let socket = self.socket(&[("authorization", &bearer)]).await.unwrap();
        Line::join(socket, peer, person.account.principal()).await
    }
}

/// Asks a server with these headers.
pub async fn ask(address: SocketAddr, line: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    exchange(address, format!("{line} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n"), headers, body)
        .await
}

/// Asks for a WebSocket, where it is the refusal that matters.
pub async fn ask_upgrading(address: SocketAddr, headers: &[(&str, &str)]) -> Answer {
    let head = format!("GET /sync HTTP/1.1\r\nhost: {address}\r\nconnection: upgrade, close\r\n");
    exchange(address, head, headers, "").await
}

async fn exchange(address: SocketAddr, mut head: String, headers: &[(&str, &str)], body: &str) -> Answer {
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    if !body.is_empty() {
        head += &format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len());
    }
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(format!("{head}\r\n{body}").as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    patiently("an answer", stream.read_to_end(&mut bytes)).await.unwrap();
    Answer::read(&String::from_utf8(bytes).unwrap())
}

pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    fn read(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Self { status, head: head.to_owned(), body: body.to_owned() }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(key, _)| *key == name)
            .map(|(_, v)| v)
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// Status and code of a problem, which must have its form.
    pub fn problem(&self) -> (u16, String) {
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{}", self.body);
        let json = self.json();
        assert_eq!(json["status"], self.status);
        assert!(json["title"].is_string() && json["detail_vi"].is_string() && json["type"] == "about:blank");
        (self.status, json["code"].as_str().unwrap().to_owned())
    }
}

pub type Socket = WebSocketStream<TcpStream>;

/// A client with its socket.
pub struct Line {
    pub client: Client,
    pub socket: Socket,
    /// Code and words with which the server closed it.
    pub closed: Option<(u16, String)>,
}

impl Line {
    pub async fn join(socket: Socket, peer: &str, principal: Principal) -> Self {
        Self::resume(socket, Client::new(peer, principal)).await
    }

    /// The same client on another socket.
    pub async fn resume(socket: Socket, client: Client) -> Self {
        let mut line = Self { client, socket, closed: None };
        line.client.connected();
        line.until("an answer to `join`", |client| client.server.is_some()).await;
        line
    }

    /// Sends what the client wants to say. Says no if the line is broken.
    pub async fn flush(&mut self) -> bool {
        for frame in std::mem::take(&mut self.client.outgoing) {
            if self.socket.send(Message::binary(frame)).await.is_err() {
                return false;
            }
        }
        true
    }

    /// Takes one message. Says no if the line has ended.
    pub async fn take(&mut self) -> bool {
        match self.socket.next().await {
            Some(Ok(Message::Binary(frame))) => self.client.receive(&frame),
            Some(Ok(Message::Close(frame))) => {
                self.closed = frame.map(|frame| (frame.code.into(), frame.reason.to_string()));
            }
            Some(Ok(_)) => {}
            Some(Err(_)) | None => return false,
        }
        true
    }

    /// Speaks until something is so.
    pub async fn until(&mut self, what: &str, is_so: impl Fn(&Client) -> bool) {
        let speak = async {
            loop {
                assert!(self.flush().await, "the line broke: {what}");
                if is_so(&self.client) {
                    return;
                }
                assert!(self.take().await, "the line ended: {what}, {:?}", self.closed);
            }
        };
        patiently(what, speak).await;
    }

    /// Waits until a document is acknowledged as it stands: its heads, and with them all that they build on.
    pub async fn until_acknowledged(&mut self, key: &str) {
        let id = crate::support::rules::id_of(key);
        let what = format!("acknowledgement of {key}");
        self.until(&what, |client| {
            let heads = client.copies[&id].document.get_heads();
            heads.iter().all(|head| client.acknowledged.contains(&(id, *head)))
        })
        .await;
    }

    /// Waits until the server closes, and gives code and words.
    pub async fn until_closed(mut self) -> (u16, String) {
        let end = async {
            while self.take().await {
                // What is sent into a closing line is lost, as it should be.
                let _ = self.flush().await;
            }
        };
        patiently("the end of the line", end).await;
        self.closed.expect("the server says why it closes")
    }
}
