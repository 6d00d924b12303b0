//! Little data that asks for much memory or time. Each is refused before it is run out, in words, and the connection goes on.

use std::io::Write;

use automerge::Automerge;
use automerge::sync;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use niemyet_sync::DocumentId;
use niemyet_sync::incoming;
use niemyet_sync::incoming::Incoming;
use niemyet_sync::inspect;
use niemyet_sync::inspect::InspectError;
use niemyet_sync::limits::Limits;
use niemyet_sync::wire::Body;
use niemyet_sync::wire::Message;

use crate::support::rules;

const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];

fn leb(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let byte = (number & 0x7f) as u8;
        number >>= 7;
        bytes.push(if number == 0 { byte } else { byte | 0x80 });
        if number == 0 {
            return bytes;
        }
    }
}

/// A positive number in signed LEB128: a run of so many.
fn run(length: u64) -> Vec<u8> {
    let mut bytes = leb(length);
    if bytes.last().is_some_and(|last| last & 0x40 != 0) {
        *bytes.last_mut().unwrap() |= 0x80;
        bytes.push(0);
    }
    bytes
}

fn chunk(kind: u8, body: &[u8]) -> Vec<u8> {
    [&MAGIC[..], &[0; 4], &[kind], &leb(body.len() as u64), body].concat()
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// The body of a change with one column.
fn change(spec: u64, column: &[u8]) -> Vec<u8> {
    let mut body = vec![0, 1, 9, 1, 1, 0, 0, 0]; // no dependencies, actor 09, change 1, operation 1, time 0, no message, no others
    body.extend([&leb(1)[..], &leb(spec), &leb(column.len() as u64), column].concat());
    body
}

/// The body of a document with one column of operations.
fn document(spec: u64, column: &[u8]) -> Vec<u8> {
    [&[0, 0, 0][..], &leb(1), &leb(spec), &leb(column.len() as u64), column].concat()
}

/// The body of a document with one column of changes.
fn history(spec: u64, column: &[u8]) -> Vec<u8> {
    [&[0, 0][..], &leb(1), &leb(spec), &leb(column.len() as u64), &[0], column].concat()
}

fn message(chunk: Vec<u8>) -> Vec<u8> {
    let changes = vec![chunk].into();
    let empty = sync::Message {
        heads: vec![],
        need: vec![],
        have: vec![],
        changes,
        flags: None,
        version: sync::MessageVersion::V1,
    };
    empty.encode()
}

#[test]
fn bombs_are_refused_before_they_go_off() {
    let zeros = vec![0; 80 << 20];
    let word = [&run(1 << 20)[..], &leb(4_096), &[b'x'; 4_096]].concat();
    let table = [
        ("a change that inflates to 80 MiB", chunk(2, &deflated(&zeros)), "inflated bytes"),
        ("a column that inflates to 80 MiB", chunk(0, &document(0x28, &deflated(&zeros))), "inflated bytes"),
        (
            "2^50 operations in one run",
            chunk(1, &change(0x42, &[run(1 << 50), vec![1]].concat())),
            "operations",
        ),
        ("2^50 empty rows", chunk(1, &change(0x42, &[vec![0], leb(1 << 50)].concat())), "operations"),
        ("2^50 booleans", chunk(0, &document(0x34, &leb(1 << 50))), "operations"),
        (
            "2^50 predecessors of one operation",
            chunk(1, &change(0x70, &[run(1), leb(1 << 50)].concat())),
            "operations",
        ),
        (
            "1.9 million empty changes",
            chunk(0, &history(0x03, &[run(1_900_000), vec![1]].concat())),
            "changes",
        ),
        ("1.9 million booleans of changes", chunk(0, &history(0x04, &leb(1_900_000))), "changes"),
        ("a key of 4 KiB a million times", chunk(1, &change(0x15, &word)), "inflated bytes"),
    ];
    let limits = Limits::default();
    for (what, bomb, expected) in table {
        assert!(bomb.len() < 200_000, "{what} is no bomb: {} bytes", bomb.len());
        let data = message(bomb);
        let error = inspect::sync_message(&data, &limits).unwrap_err();
        assert!(matches!(error, InspectError::TooLarge { what, .. } if what == expected), "{what}: {error}");
        let incoming = Incoming::read(&data, data.len(), &limits).unwrap();
        assert_eq!(incoming.changes.unwrap_err().code, "too-large", "{what}");
        assert!(incoming.message.is_none(), "{what}");
    }
}

#[test]
fn what_automerge_writes_is_within_limits_and_measured_as_it_is() {
    let mut document = rules::begin("k");
    for round in 0..300 {
        rules::put(&mut document, "x", &format!("{round}: {}", "á".repeat(400)));
    }
    let limits = Limits::default();
    for saved in [document.save(), document.save_nocompress()] {
        let cost = inspect::chunks(&saved, &limits).unwrap();
        assert!(cost.rows >= 301, "{cost:?}");
        assert!(cost.inflated >= 300 * 800, "{cost:?}");
        let kinds: Vec<u8> = inspect::split(&saved).iter().map(|(kind, _)| *kind).collect();
        assert_eq!(kinds, [0]);
    }
    let mut bytes = Vec::new();
    for mut change in document.get_changes(&[]) {
        bytes.extend_from_slice(&change.bytes());
    }
    let cost = inspect::chunks(&bytes, &limits).unwrap();
    assert_eq!((cost.changes, inspect::split(&bytes).len()), (301, 301));
    let few = Limits { changes_per_message: 300, ..Limits::default() };
    assert_eq!(inspect::chunks(&bytes, &few), Err(InspectError::TooLarge { what: "changes", limit: 300 }));
}

fn frame(data: &[u8]) -> Vec<u8> {
    let body = Body::Sync { document: DocumentId::new([7; 16]), data };
    Message { sender: "me", target: None, body }.encode()
}

#[test]
fn nobody_waits_for_a_frame_that_takes_long_to_read() {
    let limits = Limits::default();
    let zeros = deflated(&vec![0; 8 << 20]);
    let many = [run(1_000_000), vec![1]].concat();
    let mut ordinary = rules::begin("k");
    (0..50).for_each(|round| rules::put(&mut ordinary, "x", &format!("{round}")));
    let table = [
        ("what inflates to 8 MiB", message(chunk(2, &zeros)), true),
        ("a million operations", message(chunk(1, &change(0x42, &many))), true),
        ("40,000 changes", message(chunk(0, &history(0x03, &[run(40_000), vec![1]].concat()))), true),
        ("what is refused by its measure", message(chunk(0, &history(0x04, &leb(1 << 50)))), true),
        ("a document as it is", message(ordinary.save()), false),
        ("no sync message", vec![1, 2, 3], false),
    ];
    for (what, data, heavy) in table {
        let frame = frame(&data);
        assert!(frame.len() < 32_000, "{what}: {} bytes", frame.len());
        assert_eq!(incoming::is_heavy(&frame, &limits), heavy, "{what}");
    }
    assert!(incoming::is_heavy(&[0; 100_000], &limits), "a long frame");
    assert!(!incoming::is_heavy(b"rubbish", &limits));
}

#[test]
fn what_a_message_comes_to_is_counted_not_what_it_is_packed_in() {
    let mut document = rules::begin("k");
    rules::put(&mut document, "x", &"x".repeat(1 << 20));
    let data = message(document.save());
    assert!(data.len() < 16_000, "{} bytes", data.len());
    let incoming = Incoming::read(&data, data.len(), &Limits::default()).unwrap();
    assert!(incoming.changes.is_ok());
    assert!(incoming.bytes > 1 << 20, "{} bytes are counted", incoming.bytes);
}

#[test]
fn filters_that_automerge_would_divide_by_zero_for_are_refused() {
    // version, no heads, no needs, one summary without heads, the filter, no changes
    let with_filter =
        |filter: &[u8]| [&[0x42, 0, 0, 1, 0], &leb(filter.len() as u64)[..], filter, &[0]].concat();
    let good = [1, 10, 7, 0xff, 0xff];
    let table: [(&str, Vec<u8>); 4] = [
        ("no bits", vec![1, 0, 7]),
        ("2^32 probes", [&[1, 10][..], &leb(u64::from(u32::MAX)), &[0, 0]].concat()),
        ("2^60 bits", [&leb(1 << 30)[..], &leb(1 << 30), &[7]].concat()),
        ("too few bytes", vec![9, 10, 7, 0]),
    ];
    let limits = Limits::default();
    assert!(inspect::sync_message(&with_filter(&good), &limits).is_ok());
    for (what, filter) in table {
        let data = with_filter(&filter);
        assert!(inspect::sync_message(&data, &limits).is_err(), "{what}");
    }
    assert!(Automerge::new().is_empty());
}
