//! Many readers on kept connections while releases switch each second, and the same files from nginx.

use std::fs;
use std::net::SocketAddr;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::Instant;

use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::Result;
use crate::folder::Folder;
use crate::say;

/// What readers ask for, in turn.
const PATHS: [&str; 6] = ["/", "/lich/", "/don-vi/", "/nhiem-vu/", "/main.css", "/atom.xml"];

/// What many readers met.
#[derive(Default)]
struct Met {
    answers: AtomicU64,
    errors: AtomicU64,
    bytes: AtomicU64,
    /// Answers whose bytes are of no release.
    foreign: AtomicU64,
}

/// For each of the paths its bytes in each release.
type Expected = Arc<Vec<Vec<Vec<u8>>>>;

pub fn run(readers: usize, seconds: usize) -> Result<()> {
    let folder = Folder::new(0)?;
    folder.run(&["release", "export", "out"])?;
    let ids = two_releases(&folder)?;
    let expected = expected(&folder, &ids)?;
    let token = folder.token("truyen.thong", "team_comms")?;
    let serving = folder.serve()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let over = Arc::new(AtomicBool::new(false));
    let nginx = Nginx::start(&folder)?;
    let rounds = 3;
    let mut ratios = Vec::new();
    for round in 0..rounds {
        over.store(false, Ordering::Relaxed);
        let switching = switch(serving.address, token.clone(), ids.clone(), Arc::clone(&over));
        let ours = runtime.block_on(read(serving.address, &expected, readers, seconds));
        over.store(true, Ordering::Relaxed);
        let switches = switching.join().map_err(|_| "the switching failed")?;
        tell("niemyet", round, &ours, seconds, &format!("{switches} switches"))?;
        if let Some(nginx) = &nginx {
            let theirs = runtime.block_on(read(nginx.address, &expected, readers, seconds));
            tell("nginx", round, &theirs, seconds, "")?;
            ratios.push(count(&ours.answers) as f64 / count(&theirs.answers).max(1) as f64);
        }
    }
    match ratios.is_empty() {
        true => say("nginx is not installed, so there is no ratio (Debian: nginx-light)"),
        false => say(&format!(
            "niemyet / nginx: {}",
            ratios.iter().map(|ratio| format!("{ratio:.2} ")).collect::<String>()
        )),
    }
}

fn count(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}

fn tell(who: &str, round: usize, met: &Met, seconds: usize, more: &str) -> Result<()> {
    let per_second = count(&met.answers) / seconds as u64;
    let mib = (count(&met.bytes) / seconds as u64) >> 20;
    say(&format!(
        "round {round}  {who:<8} {per_second:>8} requests/s {mib:>6} MiB/s  {} errors, {} of no release  {more}",
        count(&met.errors),
        count(&met.foreign)
    ))
}

/// What each of the paths is in each release; no page is in both alike, so that a mixture would be seen.
fn expected(folder: &Folder, ids: &[String; 2]) -> Result<Expected> {
    let mut releases = Vec::new();
    for id in ids {
        folder.run(&["release", "export", id, "--id", id])?;
        releases.push(folder.at.path().join(id));
    }
    let mut expected = Vec::new();
    for path in PATHS {
        let name = if path.ends_with('/') { format!("{path}index.html") } else { path.to_owned() };
        let both = releases.iter().map(|release| fs::read(release.join(name.trim_start_matches('/'))));
        let both = both.collect::<std::io::Result<Vec<_>>>()?;
        if path.ends_with('/') && both[0] == both[1] {
            return Err(format!("{path} does not tell one release from the other").into());
        }
        expected.push(both);
    }
    Ok(Arc::new(expected))
}

/// A second release beside the first, every page of which says so.
fn two_releases(folder: &Folder) -> Result<[String; 2]> {
    let page = folder.at.path().join("niemyet/site/templates/base.html");
    let text = fs::read_to_string(&page)?;
    fs::write(&page, text.replace("</body>", "<!-- bản hai --></body>"))?;
    folder.run(&["build"])?;
    let listed = folder.run(&["--json", "release", "list"])?;
    let ids: Vec<String> = listed
        .lines()
        .filter_map(|line| {
            serde_json::from_str::<serde_json::Value>(line).ok()?["id"].as_str().map(str::to_owned)
        })
        .collect();
    <[String; 2]>::try_from(ids).map_err(|ids| format!("two releases were expected: {ids:?}").into())
}

/// Switches each second until it is over; gives how often.
fn switch(
    address: SocketAddr,
    token: String,
    ids: [String; 2],
    over: Arc<AtomicBool>,
) -> std::thread::JoinHandle<usize> {
    std::thread::spawn(move || {
        let mut switches = 0;
        while !over.load(Ordering::Relaxed) {
            let id = &ids[switches % 2];
            let request = format!(
                "POST /api/releases/{id}/activate HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\r\n"
            );
            let answered = std::net::TcpStream::connect(address).and_then(|mut stream| {
                use std::io::Read;
                use std::io::Write;
                stream.write_all(request.as_bytes())?;
                let mut answer = String::new();
                stream.read_to_string(&mut answer)?;
                Ok(answer.starts_with("HTTP/1.1 200"))
            });
            if answered.unwrap_or(false) {
                switches += 1;
            }
            std::thread::sleep(Duration::from_secs(1));
        }
        switches
    })
}

async fn read(address: SocketAddr, expected: &Expected, readers: usize, seconds: usize) -> Arc<Met> {
    let met = Arc::new(Met::default());
    let until = Instant::now() + Duration::from_secs(seconds as u64);
    let all: Vec<_> = (0..readers)
        .map(|reader| {
            let (met, expected) = (Arc::clone(&met), Arc::clone(expected));
            tokio::spawn(async move {
                if one(address, (reader, &expected), until, &met).await.is_err() {
                    met.errors.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    for reader in all {
        let _ = reader.await;
    }
    met
}

/// One reader on one connection: asks, reads all of the answer, asks for the next page.
async fn one(
    address: SocketAddr,
    (reader, expected): (usize, &Expected),
    until: Instant,
    met: &Met,
) -> Result<()> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let mut buffer = Vec::with_capacity(128 << 10);
    for (path, releases) in PATHS.iter().zip(expected.iter()).cycle().skip(reader) {
        if Instant::now() > until {
            break;
        }
        stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n").as_bytes()).await?;
        buffer.clear();
        let (end, length) = loop {
            if stream.read_buf(&mut buffer).await? == 0 {
                return Err("closed".into());
            }
            if let Some(found) = head(&buffer)? {
                break found;
            }
        };
        while buffer.len() < end + length {
            if stream.read_buf(&mut buffer).await? == 0 {
                return Err("closed in the middle".into());
            }
        }
        if !releases.iter().any(|bytes| buffer.get(end..end + length) == Some(bytes)) {
            met.foreign.fetch_add(1, Ordering::Relaxed);
        }
        met.answers.fetch_add(1, Ordering::Relaxed);
        met.bytes.fetch_add(buffer.len() as u64, Ordering::Relaxed);
    }
    Ok(())
}

/// Where the head ends and how long the body is, once the head is whole.
fn head(buffer: &[u8]) -> Result<Option<(usize, usize)>> {
    let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let text = std::str::from_utf8(&buffer[..end])?;
    if !text.starts_with("HTTP/1.1 200") {
        return Err(text.lines().next().unwrap_or_default().to_owned().into());
    }
    let length = text.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("content-length").then(|| value.parse().ok())?
    });
    Ok(Some((end + 4, length.ok_or("no length")?)))
}

/// nginx on the exported files, ended with the value.
struct Nginx {
    child: Child,
    address: SocketAddr,
}

impl Nginx {
    fn start(folder: &Folder) -> Result<Option<Self>> {
        let at = folder.at.path().display().to_string();
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let config = folder.at.path().join("nginx.conf");
        let text = format!(
            "daemon off; worker_processes auto; pid {at}/nginx.pid; error_log {at}/nginx.log;\n\
             events {{ worker_connections 4096; }}\n\
             http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000;\n\
             client_body_temp_path {at}/body; proxy_temp_path {at}/proxy; fastcgi_temp_path {at}/fastcgi;\n\
             uwsgi_temp_path {at}/uwsgi; scgi_temp_path {at}/scgi;\n\
             types {{ text/html html; text/css css; application/atom+xml xml; }}\n\
             open_file_cache max=1000; server {{ listen 127.0.0.1:{port} backlog=4096; root {at}/out; }} }}\n"
        );
        fs::write(&config, text)?;
        // Its workers are another user's where it is started by root.
        let mut command = Command::new("nginx");
        command.arg("-c").arg(&config).args(["-g", "user root;"]).stdin(Stdio::null()).stderr(Stdio::null());
        let Ok(child) = command.spawn() else { return Ok(None) };
        let nginx = Self { child, address: SocketAddr::from(([127, 0, 0, 1], port)) };
        for _ in 0..200 {
            if std::net::TcpStream::connect(nginx.address).is_ok() {
                return Ok(Some(nginx));
            }
            std::thread::sleep(Duration::from_millis(25));
        }
        Err("nginx does not answer".into())
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = Command::new("kill").args(["-QUIT", &self.child.id().to_string()]).status();
        let _ = self.child.wait();
    }
}
