//! A folder over HTTP on a free local port, as plainly as a static host does it.

use std::fs;
use std::io;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Write;
use std::net::SocketAddr;
use std::net::TcpListener;
use std::net::TcpStream;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::thread;

/// Serves until dropped.
pub struct Server {
    address: SocketAddr,
    stopped: Arc<AtomicBool>,
}

impl Server {
    /// Serves the files below `folder`.
    pub fn start(folder: &Path) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let server = Self { address: listener.local_addr()?, stopped: Arc::default() };
        let (folder, stopped) = (folder.to_owned(), Arc::clone(&server.stopped));
        thread::spawn(move || {
            for connection in listener.incoming() {
                if stopped.load(Ordering::Relaxed) {
                    return;
                }
                let folder = folder.clone();
                thread::spawn(move || connection.and_then(|stream| answer(stream, &folder)));
            }
        });
        Ok(server)
    }

    /// Address of a page, for example `/lich/`.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
        // The listener waits in accept: one more connection lets it see that it may go.
        let _ = TcpStream::connect(self.address);
    }
}

fn answer(mut stream: TcpStream, folder: &Path) -> io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
    let asked = request.split(' ').nth(1).unwrap_or("/").split('?').next().unwrap_or("/");
    let (status, path) = match file(folder, asked) {
        Some(path) => ("200 OK", path),
        None => ("404 Not Found", folder.join("404.html")),
    };
    let body = fs::read(&path).unwrap_or_default();
    let kind = mime_guess::from_path(&path).first_or_octet_stream();
    let charset = if kind.type_() == "text" { "; charset=utf-8" } else { "" };
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: {kind}{charset}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    )?;
    stream.write_all(&body)
}

fn file(folder: &Path, asked: &str) -> Option<PathBuf> {
    let decoded = percent_encoding::percent_decode_str(asked).decode_utf8().ok()?;
    if decoded.split('/').any(|part| part == "..") {
        return None;
    }
    let path = folder.join(decoded.trim_start_matches('/'));
    let path = if path.is_dir() { path.join("index.html") } else { path };
    path.is_file().then_some(path)
}
