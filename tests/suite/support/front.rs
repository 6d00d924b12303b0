//! A proxy before the real server, as offices have one: it passes everything on, and serves the editor's own files from a folder once
//! it is told to. So a server that was updated stands at the same address.

use std::fs;
use std::io;
use std::io::Read;
use std::io::Write;
use std::net::Shutdown;
use std::net::SocketAddr;
use std::net::TcpListener;
use std::net::TcpStream;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::thread;

/// Serves until the process ends.
pub struct Front {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    behind: Option<SocketAddr>,
    files: Option<PathBuf>,
}

impl Front {
    /// A proxy on a free port, with nothing behind it yet.
    pub fn start() -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let front = Self { address: listener.local_addr()?, state: Arc::default() };
        let state = Arc::clone(&front.state);
        thread::spawn(move || {
            for connection in listener.incoming() {
                let state = Arc::clone(&state);
                thread::spawn(move || connection.and_then(|stream| pass(stream, &state)));
            }
        });
        Ok(front)
    }

    /// Where browsers find it.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The server behind it.
    pub fn before(&self, server: SocketAddr) {
        self.state.lock().unwrap().behind = Some(server);
    }

    /// Serves the editor from this folder from now on.
    pub fn serve_editor_from(&self, folder: &Path) {
        self.state.lock().unwrap().files = Some(folder.to_owned());
    }
}

fn pass(mut client: TcpStream, state: &Mutex<State>) -> io::Result<()> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if client.read(&mut byte)? == 0 {
            return Ok(());
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let path = head.split(' ').nth(1).unwrap_or("/").split('?').next().unwrap_or("/").to_owned();
    let (behind, files) = {
        let state = state.lock().unwrap();
        (state.behind, state.files.clone())
    };
    if let (Some(folder), Some(name)) = (files, path.strip_prefix("/editor/")) {
        return answer(&mut client, &folder.join(if name.is_empty() { "index.html" } else { name }));
    }
    let mut server = TcpStream::connect(behind.ok_or(io::ErrorKind::NotConnected)?)?;
    // One request a connection, so that each is looked at; a socket stays as it is.
    let is_socket = head.to_lowercase().contains("upgrade: websocket");
    let head = if is_socket { head } else { head.replace("Connection: keep-alive", "Connection: close") };
    server.write_all(head.as_bytes())?;
    let (mut from, mut to) = (client.try_clone()?, server.try_clone()?);
    thread::spawn(move || {
        let _ = io::copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Write);
    });
    io::copy(&mut server, &mut client)?;
    client.shutdown(Shutdown::Both)
}

/// A file of the folder with the headers that the real server gives it.
fn answer(client: &mut TcpStream, path: &Path) -> io::Result<()> {
    let (status, body) = fs::read(path).map_or(("404 Not Found", Vec::new()), |body| ("200 OK", body));
    let kind = match path.extension().and_then(|extension| extension.to_str()) {
        Some("js") => "text/javascript; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("webmanifest") => "application/manifest+json",
        _ => "text/html; charset=utf-8",
    };
    let length = body.len();
    let policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; img-src 'self'; \
                  manifest-src 'self'; worker-src 'self'";
    write!(
        client,
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nCache-Control: no-cache\r\n\
         Content-Security-Policy: {policy}\r\nConnection: close\r\n\r\n"
    )?;
    client.write_all(&body)
}
