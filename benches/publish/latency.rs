//! One district renames a unit, again and again; each time every leg up to the public address is measured.

use std::fs;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::io::Write;
use std::net::SocketAddr;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;
use std::time::Instant;

use automerge::ActorId;
use automerge::Automerge;
use automerge::ObjId;
use automerge::ROOT;
use automerge::ReadDoc;
use automerge::transaction::Transactable;
use futures_util::SinkExt;
use futures_util::StreamExt;
use niemyet::document::DocumentId;
use niemyet::document::Key;
use niemyet::replica::documents::DocumentStore;
use niemyet::replica::peer::exchange::Exchange;
use niemyet::replica::peer::exchange::Standing;
use niemyet::replica::peer::link::Remote;
use tokio_tungstenite::tungstenite::Message;

use crate::Result;
use crate::folder::Folder;
use crate::say;

const ELECTION: &str = "sonla-2021";
/// What the public reads of it.
const PAGE: &str = "/don-vi/";
const PATIENCE: Duration = Duration::from_secs(60);

/// The legs of one change.
#[derive(Clone, Copy, Default)]
struct Legs {
    receipt: Duration,
    read: Duration,
    plan: Duration,
    render: Duration,
    release: Duration,
    served: Duration,
}

pub fn run(pages: usize, changes: usize) -> Result<()> {
    let folder = Folder::new(pages)?;
    let agency = folder.token("thuong.truc", "standing_agency")?;
    let desk = folder.token("truyen.thong", "team_comms")?;
    let file = folder.at.path().join("token");
    fs::write(&file, agency)?;
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600))?;
    let documents = DocumentStore::open(&folder.at.path().join("niemyet"), None)?;
    let mut document = documents.load()?.remove(&Key::Election).ok_or("no election")?;
    let copy = Automerge::load(&document.save())?.with_actor(ActorId::random());
    drop(documents);
    let serving = folder.serve()?;
    let remote = Remote::new(&format!("http://{}", serving.address), &file)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let legs = runtime.block_on(measure((serving.address, &desk), &remote, copy, changes))?;
    table(pages, &legs)
}

async fn measure(
    (address, desk): (SocketAddr, &str),
    remote: &Remote,
    mut copy: Automerge,
    changes: usize,
) -> Result<Vec<Legs>> {
    let id = niemyet_sync::DocumentId::new(*DocumentId::derive(ELECTION, &Key::Election)?.as_bytes());
    let unit = unit(&copy)?;
    let mut exchange = Exchange::new(ELECTION, "bench");
    let mut socket = remote.socket().await?;
    socket.send(Message::Binary(exchange.join().into())).await?;
    exchange.hold(id, &Key::Election, Some(copy.clone()), false);
    let mut all = Vec::new();
    // The first changes find a program that has just started.
    for change in 0..changes + 5 {
        let before = tag(address)?;
        let name = format!("Đơn vị đo {change}");
        copy.transact::<_, _, automerge::AutomergeError>(|doc| doc.put(&unit, "name_vi", name.as_str()))
            .map_err(|failure| failure.error)?;
        let started = Instant::now();
        exchange.hold(id, &Key::Election, Some(copy.clone()), false);
        let served = std::thread::spawn(move || until_served(address, &before, started));
        let mut legs = Legs::default();
        while legs.receipt == Duration::ZERO {
            for frame in exchange.frames() {
                socket.send(Message::Binary(frame.into())).await?;
            }
            if change > 0 || exchange.has(id) {
                let in_step =
                    exchange.copies().any(|(one, copy)| one == id && copy.standing == Standing::InStep);
                if in_step {
                    legs.receipt = started.elapsed();
                    break;
                }
            }
            let frame = tokio::time::timeout(PATIENCE, socket.next()).await?.ok_or("the server closed")??;
            if let Message::Binary(bytes) = frame {
                exchange.receive(&bytes)?;
            }
        }
        legs.served = served.join().map_err(|_| "the reader failed")?.map_err(|error| error.to_string())?;
        let (_, body) = ask(&mut TcpStream::connect(address)?, "GET", PAGE, "")?;
        if !String::from_utf8_lossy(&body).contains(&name) {
            return Err(format!("{PAGE} does not say `{name}`").into());
        }
        server_side(address, desk, &mut legs)?;
        all.push(legs);
    }
    Ok(all.split_off(5))
}

/// The map of one unit.
fn unit(doc: &Automerge) -> Result<ObjId> {
    let content = doc.get(ROOT, "content")?.ok_or("no content")?.1;
    let units = doc.get(&content, "units")?.ok_or("no units")?.1;
    Ok(doc.get(&units, 1)?.ok_or("no unit")?.1)
}

/// Asks on one connection until the address has other bytes.
fn until_served(
    address: SocketAddr,
    before: &str,
    started: Instant,
) -> std::result::Result<Duration, String> {
    let mut stream = TcpStream::connect(address).map_err(|error| error.to_string())?;
    loop {
        let (now, _) = ask(&mut stream, "HEAD", PAGE, "").map_err(|error| error.to_string())?;
        if now != before {
            return Ok(started.elapsed());
        }
        if started.elapsed() > PATIENCE {
            return Err("the change never became public".to_owned());
        }
        std::thread::sleep(Duration::from_micros(500));
    }
}

fn tag(address: SocketAddr) -> Result<String> {
    Ok(ask(&mut TcpStream::connect(address)?, "HEAD", PAGE, "")?.0)
}

/// What the builder says of its last build, once that is over.
fn server_side(address: SocketAddr, token: &str, legs: &mut Legs) -> Result<()> {
    loop {
        let header = format!("authorization: Bearer {token}\r\n");
        let (_, body) = ask(&mut TcpStream::connect(address)?, "GET", "/api/rebuild", &header)?;
        let state: serde_json::Value = serde_json::from_slice(&body)?;
        match state["phase"].as_str() {
            Some("done") => {
                let took =
                    |name: &str| Duration::from_micros(state["took"][name].as_u64().unwrap_or_default());
                (legs.read, legs.plan) = (took("read"), took("plan"));
                (legs.render, legs.release) = (took("render"), took("release"));
                return Ok(());
            }
            Some("failed") => return Err(state.to_string().into()),
            _ => std::thread::sleep(Duration::from_millis(1)),
        }
    }
}

/// One request on a connection that stays; gives the entity tag and the body.
fn ask(stream: &mut TcpStream, method: &str, path: &str, headers: &str) -> Result<(String, Vec<u8>)> {
    stream.set_nodelay(true)?;
    write!(stream, "{method} {path} HTTP/1.1\r\nhost: x\r\n{headers}\r\n")?;
    let mut reader = BufReader::new(stream);
    let (mut tag, mut length, mut line) = (String::new(), 0, String::new());
    loop {
        line.clear();
        if reader.read_line(&mut line)? == 0 {
            return Err("the server closed".into());
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        match line.split_once(": ") {
            Some((name, value)) if name.eq_ignore_ascii_case("etag") => tag = value.to_owned(),
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.parse()?,
            _ => {}
        }
    }
    let mut body = vec![0; if method == "HEAD" { 0 } else { length }];
    reader.read_exact(&mut body)?;
    Ok((tag, body))
}

fn table(pages: usize, all: &[Legs]) -> Result<()> {
    say(&format!("{pages} hand-written pages, {} changes, milliseconds", all.len()))?;
    say(&format!("{:<10}{:>9}{:>9}{:>9}", "leg", "p50", "p99", "max"))?;
    type Leg = (&'static str, fn(&Legs) -> Duration);
    let legs: [Leg; 6] = [
        ("receipt", |legs| legs.receipt),
        ("read", |legs| legs.read),
        ("plan", |legs| legs.plan),
        ("render", |legs| legs.render),
        ("release", |legs| legs.release),
        ("served", |legs| legs.served),
    ];
    for (name, leg) in legs {
        let mut times: Vec<f64> = all.iter().map(|legs| leg(legs).as_secs_f64() * 1e3).collect();
        times.sort_by(f64::total_cmp);
        let at = |part: f64| times[((times.len() as f64 * part).ceil() as usize).clamp(1, times.len()) - 1];
        say(&format!("{name:<10}{:>9.1}{:>9.1}{:>9.1}", at(0.5), at(0.99), at(1.0)))?;
    }
    Ok(())
}
