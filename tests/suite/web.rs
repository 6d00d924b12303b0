//! The public side over HTTP, as a browser, a cache and a slow or hostile client meet it.

use std::io::Read;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use niemyet::release::Draft;
use niemyet::release::Inputs;
use niemyet::release::Kind;
use niemyet::release::Store;
use niemyet::replica::disk::RealDisk;
use niemyet::replica::lock;
use niemyet::web;
use niemyet::web::conditional::Range;
use niemyet::web::conditional::range;
use niemyet::web::encoding::Encoding;
use niemyet::web::encoding::choose;

use crate::support::http;
use crate::support::http::Answer;

const LONG: &str = "Lịch bầu cử ";

fn publish(dir: &Path, home: &str) {
    let lock = lock::lock(dir).unwrap();
    let store = Store::open_for_writing(&dir.join("releases"), Arc::new(RealDisk), &lock).unwrap();
    let draft = Draft::whole(&store, &lock).unwrap();
    put_all(&draft, home);
    draft.commit(Inputs::default(), "2021-02-25T00:00:00Z").unwrap();
}

fn put_all(draft: &Draft<'_>, home: &str) {
    let long = LONG.repeat(200);
    for (path, text) in [
        ("index.html", home),
        ("lich/index.html", long.as_str()),
        ("404.html", "không thấy"),
        ("lich.ics", "BEGIN:VCALENDAR"),
        ("atom.xml", "<feed/>"),
        ("du-lieu/lich.csv", "id"),
        ("en/đơn vị/index.html", "unit"),
        ("tim-kiem/index.html", "tìm"),
        ("en/tim-kiem/index.html", "search"),
        ("khong-tim-kiem/index.html", "không phải trang tìm"),
    ] {
        draft.put(Kind::Page, path, text.as_bytes()).unwrap();
    }
}

/// The program's own server over the releases of a folder, until dropped.
pub struct Server {
    address: SocketAddr,
    _runtime: tokio::runtime::Runtime,
}

/// Serves the releases of a working folder on a free port.
pub fn serve(dir: &Path) -> Server {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    let store = Store::open(&dir.join("releases"), Arc::new(RealDisk));
    runtime.spawn(web::serve(listener, web::Site::new(store), std::future::pending()));
    Server { address, _runtime: runtime }
}

impl Server {
    /// One request on a connection of its own.
    pub fn ask(&self, line: &str, headers: &[(&str, &str)]) -> Answer {
        http::ask(self.address, line, headers)
    }

    fn get(&self, path: &str) -> Answer {
        self.ask(&format!("GET {path}"), &[])
    }
}

#[test]
fn pages_folders_and_what_is_not_there() {
    let dir = tempfile::tempdir().unwrap();
    publish(dir.path(), "trang đầu");
    let server = serve(dir.path());
    let home = server.get("/");
    assert_eq!((home.status, home.body.as_slice()), (200, "trang đầu".as_bytes()));
    let moved = server.get("/lich?x=1");
    assert_eq!((moved.status, moved.headers["location"].as_str()), (308, "/lich/?x=1"));
    assert_eq!(server.get("/en/%C4%91%C6%A1n%20v%E1%BB%8B/").body, b"unit");
    for path in ["/nowhere", "/../../etc/passwd", "/..%2f..%2fetc/passwd", "//evil.example", "/lich.ics/"] {
        let missing = server.get(path);
        assert_eq!((missing.status, missing.body.as_slice()), (404, "không thấy".as_bytes()), "{path}");
    }
    assert_eq!(server.get("/%ff").status, 400);
}

#[test]
fn the_search_page_alone_may_run_the_script_of_the_site() {
    let dir = tempfile::tempdir().unwrap();
    publish(dir.path(), "x");
    let server = serve(dir.path());
    let policy = |path: &str, headers: &[(&str, &str)]| {
        let answer = server.ask(&format!("GET {path}"), headers);
        let tag = answer.headers.get("etag").cloned().unwrap_or_default();
        (answer.status, answer.headers["content-security-policy"].clone(), tag)
    };
    for page in ["/tim-kiem/", "/tim-kiem/?q=x", "/tim-kiem/index.html", "/en/tim-kiem/"] {
        let (_, first, tag) = policy(page, &[]);
        // Again from what is kept, and when the browser has the page already: the policy of that answer holds for it.
        let (again, not_modified) = (policy(page, &[]), policy(page, &[("if-none-match", &tag)]));
        assert_eq!((again.0, not_modified.0), (200, 304), "{page}");
        for policy in [first, again.1, not_modified.1] {
            assert!(policy.contains("script-src 'self'; connect-src 'self'"), "{page}: {policy}");
            assert!(
                policy.starts_with("default-src 'none'") && !policy.contains("unsafe"),
                "{page}: {policy}"
            );
        }
    }
    for page in ["/", "/lich/", "/khong-tim-kiem/", "/tim-kiem", "/tim-kiem/khong-co", "/atom.xml"] {
        let (_, policy, _) = policy(page, &[]);
        assert!(!policy.contains("script-src") && !policy.contains("connect-src"), "{page}: {policy}");
    }
}

#[test]
fn types_security_headers_and_methods() {
    let dir = tempfile::tempdir().unwrap();
    publish(dir.path(), "x");
    let server = serve(dir.path());
    for (path, expected) in [
        ("/", "text/html; charset=utf-8"),
        ("/lich.ics", "text/calendar; charset=utf-8"),
        ("/atom.xml", "application/atom+xml; charset=utf-8"),
        ("/du-lieu/lich.csv", "text/csv; charset=utf-8"),
    ] {
        assert_eq!(server.get(path).headers["content-type"], expected, "{path}");
    }
    for line in ["GET /", "GET /nowhere", "GET /lich", "POST /"] {
        let headers = server.ask(line, &[]).headers;
        assert!(
            headers["content-security-policy"].starts_with("default-src 'none'; style-src 'self'"),
            "{line}"
        );
        assert_eq!(headers["x-content-type-options"], "nosniff", "{line}");
        assert!(
            headers.contains_key("permissions-policy") && headers.contains_key("referrer-policy"),
            "{line}"
        );
        assert_eq!(headers["cross-origin-opener-policy"], "same-origin", "{line}");
    }
    let refused = server.ask("DELETE /", &[]);
    assert_eq!((refused.status, refused.headers["allow"].as_str()), (405, "GET, HEAD"));
    assert_eq!(refused.headers["content-type"], "application/problem+json");
    let problem: serde_json::Value = serde_json::from_slice(&refused.body).unwrap();
    assert_eq!(problem["code"], "method_not_allowed");
}

#[test]
fn head_conditions_ranges_and_codings() {
    let dir = tempfile::tempdir().unwrap();
    publish(dir.path(), "x");
    let server = serve(dir.path());
    let whole = server.get("/lich/");
    let head = server.ask("HEAD /lich/", &[]);
    assert!(head.body.is_empty());
    assert_eq!(head.headers["content-length"], whole.body.len().to_string());
    let etag = whole.headers["etag"].as_str();
    let same = server.ask("GET /lich/", &[("if-none-match", etag)]);
    assert_eq!((same.status, same.body.len(), same.headers["etag"].as_str()), (304, 0, etag));

    let part = server.ask("GET /lich/", &[("range", "bytes=3-9"), ("accept-encoding", "br")]);
    assert_eq!((part.status, part.body.as_slice()), (206, &whole.body[3..=9]));
    assert_eq!(part.headers["content-range"], format!("bytes 3-9/{}", whole.body.len()));
    let stale = server.ask("GET /lich/", &[("range", "bytes=3-9"), ("if-range", "\"old\"")]);
    assert_eq!((stale.status, stale.body.len()), (200, whole.body.len()));
    assert_eq!(server.ask("GET /lich/", &[("range", "bytes=999999-")]).status, 416);

    let brotli = server.ask("GET /lich/", &[("accept-encoding", "gzip, br")]);
    assert_eq!(brotli.headers["content-encoding"], "br");
    assert_eq!(brotli.headers["vary"], "accept-encoding");
    assert_ne!(brotli.headers["etag"], etag);
    let mut plain = Vec::new();
    brotli::BrotliDecompress(&mut brotli.body.as_slice(), &mut plain).unwrap();
    assert_eq!(plain, whole.body);
    let gzip = server.ask("GET /lich/", &[("accept-encoding", "gzip, br;q=0")]);
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(gzip.body.as_slice()).read_to_end(&mut plain).unwrap();
    assert_eq!(plain, whole.body);
}

/// Answers are kept while their release is current; a kept one differs in nothing from the one that was made.
#[test]
fn every_reader_gets_what_the_first_one_got() {
    let dir = tempfile::tempdir().unwrap();
    publish(dir.path(), "x");
    let etag = serve(dir.path()).get("/lich/").headers["etag"].clone();
    let asked: [&[(&str, &str)]; 6] = [
        &[],
        &[("accept-encoding", "br")],
        &[("accept-encoding", "gzip")],
        &[("range", "bytes=3-9")],
        &[("if-none-match", &etag)],
        &[("if-none-match", &etag), ("accept-encoding", "br")],
    ];
    let paths =
        ["/lich/", "/lich/?x=1", "/lich/?h=1", "/lich", "/l%69ch/", "/lich/index.html", "/nowhere", "/"];
    let all = || paths.iter().flat_map(|path| asked.iter().map(move |headers| (*path, *headers)));
    let warm = serve(dir.path());
    for (path, headers) in all() {
        warm.ask(&format!("GET {path}"), headers);
    }
    for (path, headers) in all() {
        for method in ["GET", "HEAD"] {
            // A server of its own, which has answered nothing yet.
            let mut first = serve(dir.path()).ask(&format!("{method} {path}"), headers);
            let mut kept = warm.ask(&format!("{method} {path}"), headers);
            let what = format!("{method} {path} {headers:?}");
            assert_eq!((kept.status, &kept.body), (first.status, &first.body), "{what}");
            kept.headers.remove("date");
            first.headers.remove("date");
            assert_eq!(kept.headers, first.headers, "{what}");
        }
    }
    assert_eq!(warm.ask("POST /lich/", &[]).status, 405);
}

#[test]
fn a_switch_is_followed_without_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let server = serve(dir.path());
    let waiting = server.get("/");
    assert_eq!((waiting.status, waiting.headers["content-type"].as_str()), (503, "application/problem+json"));
    for home in ["một", "hai", "ba"] {
        publish(dir.path(), home);
        // Longer than an answer may be old.
        std::thread::sleep(Duration::from_millis(150));
        assert_eq!(String::from_utf8(server.get("/").body).unwrap(), home);
    }
}

/// Turns one bit of these bytes wherever a pack holds them.
fn damage(dir: &Path, bytes: &[u8]) {
    for entry in std::fs::read_dir(dir.join("releases/packs")).unwrap() {
        let path = entry.unwrap().path();
        let mut pack = std::fs::read(&path).unwrap();
        if let Some(at) = pack.windows(bytes.len()).position(|window| window == bytes) {
            pack[at] ^= 1;
            std::fs::write(&path, pack).unwrap();
        }
    }
}

#[test]
fn damaged_bytes_are_never_sent() {
    let dir = tempfile::tempdir().unwrap();
    publish(dir.path(), "trang đầu");
    damage(dir.path(), LONG.as_bytes());
    let server = serve(dir.path());
    for headers in [&[][..], &[("accept-encoding", "br")], &[("range", "bytes=100-109")]] {
        for line in ["GET /lich/", "GET /lich/"] {
            let refused = server.ask(line, headers);
            assert_eq!(refused.status, 500, "{headers:?}");
            assert_eq!(refused.headers["content-type"], "application/problem+json");
            assert!(!refused.headers.contains_key("etag"));
            let problem: serde_json::Value = serde_json::from_slice(&refused.body).unwrap();
            assert_eq!(problem["code"], "damaged");
        }
    }
    assert_eq!(server.ask("HEAD /lich/", &[]).status, 500);
    assert_eq!(server.get("/").body, "trang đầu".as_bytes());

    // The same bytes built anew lie under the same name, and a running server takes them up.
    let lock = lock::lock(dir.path()).unwrap();
    let store = Store::open_for_writing(&dir.path().join("releases"), Arc::new(RealDisk), &lock).unwrap();
    let draft = Draft::fresh(&store, &lock);
    put_all(&draft, "trang đầu");
    draft.commit(Inputs::default(), "2021-02-26T00:00:00Z").unwrap();
    std::thread::sleep(Duration::from_millis(150));
    assert_eq!(server.get("/lich/").status, 200);
}

#[test]
fn range_forms() {
    for (header, size, expected) in [
        ("bytes=0-0", 10, Range::Part { start: 0, end: 0 }),
        ("bytes=5-", 10, Range::Part { start: 5, end: 9 }),
        ("bytes=-3", 10, Range::Part { start: 7, end: 9 }),
        ("bytes=-30", 10, Range::Part { start: 0, end: 9 }),
        ("bytes=5-99999999999999999999999", 10, Range::Part { start: 5, end: 9 }),
        ("bytes=10-", 10, Range::Unsatisfiable),
        ("bytes=-0", 10, Range::Unsatisfiable),
        ("bytes=0-", 0, Range::Unsatisfiable),
        ("bytes=-1", 0, Range::Unsatisfiable),
        ("bytes=5-3", 10, Range::Whole),
        ("bytes=0-1,3-4", 10, Range::Whole),
        ("bytes=+1-3", 10, Range::Whole),
        ("lines=0-1", 10, Range::Whole),
        ("bytes", 10, Range::Whole),
    ] {
        assert_eq!(range(header, size), expected, "{header} of {size}");
    }
}

#[test]
fn coding_preferences() {
    for (accept, expected) in [
        (None, Encoding::Identity),
        (Some(""), Encoding::Identity),
        (Some("gzip, deflate, br, zstd"), Encoding::Brotli),
        (Some("gzip;q=1.0, br;q=0.5"), Encoding::Gzip),
        (Some("br;q=0, gzip;q=0"), Encoding::Identity),
        (Some("*"), Encoding::Brotli),
        (Some("*;q=0.1, br;q=0"), Encoding::Gzip),
        (Some("br;q=nonsense"), Encoding::Brotli),
    ] {
        assert_eq!(choose(accept), expected, "{accept:?}");
    }
}

#[test]
fn no_question_in_an_address_keeps_an_old_page_for_a_year() {
    let dir = tempfile::tempdir().unwrap();
    publish(dir.path(), "x");
    let server = serve(dir.path());
    for path in ["/lich/", "/lich/?h=1", "/lich/?x=1&h=abc"] {
        // The second time it comes from what was kept.
        for _ in 0..2 {
            let kept = server.get(path).headers["cache-control"].clone();
            assert!(kept.contains("must-revalidate") && !kept.contains("immutable"), "{path}: {kept}");
        }
    }
}
