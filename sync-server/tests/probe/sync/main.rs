//! A real sync server with rules that allow everything, unless a document says otherwise: for clients in other languages, for load, and for the tests to kill.
//!
//! `sync-probe serve STORE ACCOUNTS [LISTEN]` makes the store if it is missing and prints a line `account ID LOGIN TOKEN` for each
//! account, then `listening ADDRESS`. It stops when its standard input ends, and prints `stopped true` if everything was
//! kept. A client that cannot send a header may write its token into the address: `/sync?token=…`.

mod rules;

use std::error::Error;
use std::io::Read;
use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use std::time::SystemTime;

use axum::extract::Request;
use axum::http::HeaderValue;
use axum::http::header;
use axum::middleware::Next;
use axum::middleware::from_fn;
use axum::response::Response;
use axum::serve::ListenerExt;
use niemyet_sync::account::New;
use niemyet_sync::audit::Act;
use niemyet_sync::chance::SystemChance;
use niemyet_sync::database::Database;
use niemyet_sync::database::Options;
use niemyet_sync::http;
use niemyet_sync::limits::Rate;
use tokio::net::TcpListener;

type Failure = Box<dyn Error>;

/// The allocator of the product, so that what is measured here is what runs there.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const UNLIMITED: Rate = Rate { burst: u32::MAX, per_minute: u32::MAX };

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Whoever reads it may be gone.
            let _ = writeln!(std::io::stderr(), "sync-probe: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (store, accounts, listen) = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["serve", store, accounts] => (store, accounts.parse()?, "127.0.0.1:0"),
        ["serve", store, accounts, listen] => (store, accounts.parse()?, listen),
        _ => return Err("usage: sync-probe serve STORE ACCOUNTS [LISTEN]".into()),
    };
    niemyet_sync::memory::settle();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(serve(Path::new(store), accounts, listen))
}

fn say(line: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}

/// The variable `SYNC_PROBE_IDLE_MS` says after how long a document leaves memory.
fn settings(origin: http::Origin) -> Result<http::Settings, Failure> {
    let mut settings = http::Settings::new(origin);
    if let Ok(idle) = std::env::var("SYNC_PROBE_IDLE_MS") {
        settings.limits.idle = idle.parse()?;
    }
    settings.limits.frames = UNLIMITED;
    settings.limits.changes = UNLIMITED;
    settings.limits.documents_per_account = u64::MAX;
    settings.places = http::Places { total: 100_000, per_account: 100_000, waiting: 100_000 };
    Ok(settings)
}

/// Accounts with new tokens.
fn accounts(server: &http::Server, count: usize) -> Result<(), Failure> {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
    let act = Act { now: i64::try_from(since.as_millis())?, by: None };
    for number in 1..=count {
        let login = format!("probe-{number}");
        let account = match server.accounts().find(&login)? {
            Some(account) => account,
            None => server.accounts().add(act, New { login: &login, name: &login, body: &login }, false)?.0,
        };
        // Each start is another device: those of the start before are still in.
        let device = format!("probe {}", act.now);
        let (_, token) = server.accounts().token(act, account.id, &device, None)?;
        say(&format!("account {} {login} {}", account.id.0, token.show()))?;
    }
    Ok(())
}

/// Tokens in addresses end up in logs, so that only this probe takes them there.
async fn token_of_address(mut request: Request, next: Next) -> Response {
    let pairs = request.uri().query().unwrap_or_default().split('&');
    let token = pairs.filter_map(|pair| pair.strip_prefix("token=")).next();
    if let Some(Ok(line)) = token.map(|token| HeaderValue::from_str(&format!("Bearer {token}"))) {
        request.headers_mut().insert(header::AUTHORIZATION, line);
    }
    next.run(request).await
}

/// Ends when nothing can come through standard input any more.
async fn input_ends() {
    let (ended, end) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let mut input = std::io::stdin().lock();
        while input.read(&mut [0; 256]).is_ok_and(|count| count > 0) {}
        let _ = ended.send(());
    });
    let _ = end.await;
}

async fn serve(path: &Path, count: usize, listen: &str) -> Result<(), Failure> {
    if !path.exists() {
        Database::create(path, &SystemChance)?;
    }
    let database = Arc::new(Database::open(path, Options::default())?);
    let listener = TcpListener::bind(listen).await?;
    let address = listener.local_addr()?;
    let origin = http::Origin::parse(&format!("http://127.0.0.1:{}", address.port()))?;
    let server = http::Server::start(database, Arc::new(rules::Open), settings(origin)?)?;
    accounts(&server, count)?;
    say(&format!("listening {address}"))?;
    let listener = listener.tap_io(|stream| {
        // It only costs some speed.
        let _ = stream.set_nodelay(true);
    });
    let router = server.router().layer(from_fn(token_of_address));
    let serving = axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>());
    tokio::select! {
        served = async { serving.await } => served?,
        () = input_ends() => {}
    }
    let kept = server.stop(Duration::from_secs(10)).await;
    say(&format!("stopped {kept}"))
}
