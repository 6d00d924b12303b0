//! A server.

mod rules;

use std::collections::HashMap;
use std::error::Error;
use std::io::Read;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use std::time::SystemTime;

use axum::Router;
use axum::extract::State;
use axum::extract::WebSocketUpgrade;
use axum::extract::ws::Message;
use axum::extract::ws::WebSocket;
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::http::Uri;
use axum::response::IntoResponse;
use axum::response::Response;
use axum::routing::get;
use futures_util::SinkExt;
use futures_util::StreamExt;
use niemyet_sync::access::AccountId;
use niemyet_sync::access::Principal;
use niemyet_sync::chance::SystemChance;
use niemyet_sync::database::Database;
use niemyet_sync::database::Options;
use niemyet_sync::hub::Config;
use niemyet_sync::hub::Hub;
use niemyet_sync::hub::Outgoing;
use niemyet_sync::hub::Parts;
use niemyet_sync::limits::Limits;
use niemyet_sync::limits::Rate;
use niemyet_sync::store::sqlite::SqliteStore;

type Failure = Box<dyn Error>;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "sync-probe: {error}");
            ExitCode::FAILURE
        }
    }
}

#[derive(Clone)]
struct Door {
    hub: Hub,
    tokens: Arc<HashMap<String, Principal>>,
}

fn run() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (path, accounts, listen) = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["serve", path, accounts] => (path, accounts, "127.0.0.1:0"),
        ["serve", path, accounts, listen] => (path, accounts, listen),
        _ => return Err("usage: sync-probe serve STORE ACCOUNTS [LISTEN]".into()),
    };
    let path = Path::new(path);
    if !path.exists() {
        Database::create(path, &SystemChance)?;
    }
    let database = Arc::new(Database::open(path, Options::default())?);
    let storage: String = database.storage_id()?.iter().map(|byte| format!("{byte:02x}")).collect();
    let free = Rate { burst: u32::MAX, per_minute: u32::MAX };
    let limits = Limits { frames: free, changes: free, documents_per_account: u64::MAX, ..Limits::default() };
    let config =
        Config { peer: format!("server-{storage}"), storage, limits, shards: 2, restoring: false, clock: now };
    let store = Arc::new(SqliteStore::new(database)?);
    let hub = Hub::start(config, Parts { store, rules: Arc::new(rules::Open), witness: Arc::new(()) })?;
    let mut tokens = HashMap::new();
    let mut out = std::io::stdout();
    for account in 1..=accounts.parse::<i64>()? {
        let (login, token) = (format!("u{account}"), format!("nmt_{account}"));
        writeln!(out, "account {account} {login} {token}")?;
        tokens.insert(token, Principal { account: AccountId(account), body: login });
    }
    let door = Door { hub: hub.clone(), tokens: Arc::new(tokens) };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(listen).await?;
        writeln!(out, "listening {}", listener.local_addr()?)?;
        let ticking = hub.clone();
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(Duration::from_secs(1)).await;
                ticking.tick();
            }
        });
        let router = Router::new().route("/sync", get(sync)).with_state(door);
        tokio::spawn(async move { axum::serve(axum::serve::ListenerExt::tap_io(listener, |tcp: &mut tokio::net::TcpStream| { let _ = tcp.set_nodelay(true); }), router).await });
        let mut terminated = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        let (closed, closing) = tokio::sync::oneshot::channel();
        std::thread::spawn(move || {
            let _ = std::io::stdin().read_to_end(&mut Vec::new());
            let _ = closed.send(());
        });
        tokio::select! { _ = terminated.recv() => {}, _ = closing => {} }
        let kept = tokio::task::spawn_blocking(move || hub.stop(Duration::from_secs(5))).await?;
        writeln!(out, "stopped {kept}")?;
        Ok::<_, Failure>(())
    })?;
    runtime.shutdown_background();
    Ok(())
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

async fn sync(State(door): State<Door>, uri: Uri, headers: HeaderMap, upgrade: WebSocketUpgrade) -> Response {
    let bearer = headers.get("authorization").and_then(|value| value.to_str().ok());
    let query = uri.query().and_then(|query| query.strip_prefix("token="));
    let token = bearer.and_then(|value| value.strip_prefix("Bearer ")).or(query).unwrap_or_default();
    let Some(principal) = door.tokens.get(token).cloned() else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    upgrade.read_buffer_size(4096).max_message_size(16 << 20).on_upgrade(move |socket| carry(door.hub, principal, socket))
}

async fn carry(hub: Hub, principal: Principal, socket: WebSocket) {
    let Ok(connection) = hub.connect(principal) else { return };
    let (mut up, mut down) = socket.split();
    let writing = async {
        loop {
            let mut next = Some(connection.next().await);
            while let Some(outgoing) = next {
                match outgoing {
                    Outgoing::Frame(frame) => if up.feed(Message::Binary(frame.into())).await.is_err() { return },
                    Outgoing::Close(_) => { let _ = up.send(Message::Close(None)).await; return }
                }
                next = connection.try_next();
            }
            if up.flush().await.is_err() { return }
        }
    };
    let reading = async {
        loop {
            connection.ready().await;
            match down.next().await {
                Some(Ok(Message::Binary(frame))) => if connection.receive(&frame).is_err() { std::future::pending::<()>().await },
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => {}
            }
        }
    };
    tokio::select! { () = writing => {}, () = reading => {} }
}
