//! The legs from a change to the public address: how each is measured, and the table of them.

use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::io::Write;
use std::net::SocketAddr;
use std::net::TcpStream;
use std::time::Duration;
use std::time::Instant;

use crate::Result;
use crate::say;

/// What the public reads of the units.
pub const PAGE: &str = "/don-vi/";
/// Between two questions of the reader who waits: each costs server and reader a tenth of a millisecond of the same two cores.
const BETWEEN: Duration = Duration::from_millis(1);
/// How long something that must come may take.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The legs of one change.
#[derive(Clone, Copy, Default)]
pub struct Legs {
    /// Until the change leaves the browser; nothing where a client writes.
    pub left: Duration,
    pub receipt: Duration,
    pub read: Duration,
    pub plan: Duration,
    pub render: Duration,
    pub release: Duration,
    pub served: Duration,
    /// Meanwhile: how long the machine under this one ran others on its processors.
    pub stolen: Duration,
}

/// How long the machine under this one has run others on its processors while they had work, all of them together (`steal` of
/// `/proc/stat`, in hundredths of a second; proc(5)). Nothing where nobody tells.
pub fn stolen() -> Duration {
    let told = std::fs::read_to_string("/proc/stat").unwrap_or_default();
    let ticks = told.lines().next().and_then(|all| all.split_whitespace().nth(8)?.parse().ok());
    Duration::from_millis(10 * ticks.unwrap_or(0))
}

/// Asks on one connection until the address has other bytes, and reads them: they must say the new name.
pub fn until_served(
    address: SocketAddr,
    (before, name): (&str, &str),
    started: Instant,
) -> std::result::Result<Duration, String> {
    let mut stream = TcpStream::connect(address).map_err(|error| error.to_string())?;
    loop {
        let (now, _) = ask(&mut stream, "HEAD", PAGE, "").map_err(|error| error.to_string())?;
        if now != before {
            let (_, body) = ask(&mut stream, "GET", PAGE, "").map_err(|error| error.to_string())?;
            let took = started.elapsed();
            let said = String::from_utf8_lossy(&body).contains(name);
            return if said { Ok(took) } else { Err(format!("{PAGE} does not say `{name}`")) };
        }
        if started.elapsed() > PATIENCE {
            return Err("the change never became public".to_owned());
        }
        std::thread::sleep(BETWEEN);
    }
}

/// The entity tag of the page as it is.
pub fn tag(address: SocketAddr) -> Result<String> {
    Ok(ask(&mut TcpStream::connect(address)?, "HEAD", PAGE, "")?.0)
}

/// What the builder says of its last build, once that is over.
pub fn server_side(address: SocketAddr, token: &str, legs: &mut Legs) -> Result<()> {
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
pub fn ask(stream: &mut TcpStream, method: &str, path: &str, headers: &str) -> Result<(String, Vec<u8>)> {
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

/// Percentiles of each leg.
pub fn table(of: &str, all: &[Legs]) -> Result<()> {
    say(&format!("{of}, milliseconds"))?;
    say(&format!("{:<10}{:>9}{:>9}{:>9}", "leg", "p50", "p99", "max"))?;
    of_all(all)?;
    let (robbed, left): (Vec<Legs>, Vec<Legs>) = all.iter().partition(|legs| !legs.stolen.is_zero());
    if robbed.is_empty() || left.is_empty() {
        return Ok(());
    }
    // A slow round is longer, and likelier to be left out.
    say(&format!("{} of them, in which no hundredth of a second was counted as stolen", left.len()))?;
    of_all(&left)
}

fn of_all(all: &[Legs]) -> Result<()> {
    type Leg = (&'static str, fn(&Legs) -> Duration);
    let legs: [Leg; 8] = [
        ("left", |legs| legs.left),
        ("receipt", |legs| legs.receipt),
        ("read", |legs| legs.read),
        ("plan", |legs| legs.plan),
        ("render", |legs| legs.render),
        ("release", |legs| legs.release),
        ("served", |legs| legs.served),
        ("stolen", |legs| legs.stolen),
    ];
    for (name, leg) in legs.into_iter().filter(|(_, leg)| all.iter().any(|legs| !leg(legs).is_zero())) {
        let mut times: Vec<f64> = all.iter().map(|legs| leg(legs).as_secs_f64() * 1e3).collect();
        times.sort_by(f64::total_cmp);
        let at = |part: f64| times[((times.len() as f64 * part).ceil() as usize).clamp(1, times.len()) - 1];
        say(&format!("{name:<10}{:>9.1}{:>9.1}{:>9.1}", at(0.5), at(0.99), at(1.0)))?;
    }
    Ok(())
}
