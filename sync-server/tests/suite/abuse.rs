//! Somebody who is let in and means ill: what it costs others, and what stays of it.

use std::sync::Arc;

use automerge::ActorId;
use automerge::Automerge;
use automerge::Change;
use automerge::sync;
use futures_util::FutureExt;
use niemyet_sync::access::AccountId;
use niemyet_sync::effect::Closing;
use niemyet_sync::hub::Arrived;
use niemyet_sync::limits::Limits;
use niemyet_sync::limits::Rate;
use niemyet_sync::wire::Body;
use niemyet_sync::wire::Message;
use niemyet_sync::witness::Event;

use crate::support::client::Client;
use crate::support::rules;
use crate::support::rules::id_of;
use crate::support::rules::principal;
use crate::support::socket::Socket;
use crate::support::socket::Stage;
use crate::support::socket::wait;

/// The next change of a document, with operations numbered from another number than the next.
fn jump(document: &Automerge, ahead: u64) -> Change {
    let mut document = document.clone();
    let before = document.get_heads();
    rules::put(&mut document, "x", "far");
    let mut expanded = document.get_changes(&before).remove(0).decode();
    expanded.start_op = expanded.start_op.checked_add(ahead).unwrap();
    expanded.hash = None;
    Change::from(expanded)
}

fn carrying(peer: &str, key: &str, change: &Change) -> Vec<u8> {
    let (heads, need, have) = (vec![change.hash()], Vec::new(), Vec::new());
    let changes = vec![change.raw_bytes().to_vec()].into();
    let version = sync::MessageVersion::V2;
    let data = sync::Message { heads, need, have, changes, flags: None, version }.encode();
    Message { sender: peer, target: None, body: Body::Sync { document: id_of(key), data: &data } }.encode()
}

#[test]
fn a_change_whose_operations_are_numbered_far_ahead_is_refused() {
    for ahead in [10_000, u64::from(u32::MAX) - 2, u64::from(u32::MAX), u64::MAX / 2] {
        let stage = Stage::new(Limits::default());
        let mut victim = stage.join("v", principal(1, "north"));
        let mut forger = stage.join("f", principal(2, "north"));
        victim.client.begin("k", [1; 16]);
        victim.until_acknowledged("k");
        forger.client.want("k", [2; 16]);
        forger.until_acknowledged("k");
        let change = jump(&forger.client.copies[&id_of("k")].document, ahead);
        forger.client.outgoing.push(carrying("f", "k", &change));
        assert!(wait(|| {
            forger.carry();
            let acknowledged = stage.store.hashes(id_of("k")).len() > 1;
            acknowledged || stage.hub.refusal(AccountId(2), id_of("k")).is_some()
        }));
        let refusal = stage.hub.refusal(AccountId(2), id_of("k"));
        let code = refusal.map(|refusal| refusal.code);
        assert!(matches!(code, Some("operation-numbers" | "unreadable")), "{ahead} ahead: {code:?}");
        victim.client.edit("k", "x", "1");
        victim.until_acknowledged("k");
    }
}

#[test]
fn what_an_account_may_send_does_not_begin_anew_with_a_connection() {
    let limits = Limits { frames: Rate { burst: 12, per_minute: 0 }, ..Limits::default() };
    let stage = Stage::new(limits);
    let mut first = stage.join("one", principal(1, "north"));
    for _ in 0..20 {
        first.client.say("k", b"again");
    }
    assert!(matches!(first.until_closed(), Closing::TooMuch { .. }));
    let mut again = Socket::open(&stage.hub, Client::new("two", principal(1, "north")));
    assert!(matches!(again.until_closed(), Closing::TooMuch { .. }), "a new connection may send anew");
    let mut other = stage.join("one", principal(2, "north"));
    other.client.begin("k", [1; 16]);
    other.until_acknowledged("k");
}

#[test]
fn connections_of_an_account_that_read_nothing_are_closed_by_what_waits_for_all_of_them() {
    let limits = Limits { outgoing_bytes: 1 << 20, account_outgoing_bytes: 20_000, ..Limits::default() };
    let stage = Stage::new(limits);
    let mut writer = stage.join("w", principal(9, "north"));
    writer.client.begin("k", [1; 16]);
    writer.until_acknowledged("k");
    let names = [("a1", 1), ("a2", 1), ("b1", 2)];
    let mut sockets = names.map(|(peer, account)| stage.join(peer, principal(account, "north")));
    for (place, socket) in sockets.iter_mut().enumerate() {
        socket.client.want("k", [u8::try_from(place).unwrap() + 2; 16]);
        socket.until_acknowledged("k");
    }
    let is_slow = |event: &Event| matches!(event, Event::Closed { why: Closing::TooSlow { .. }, .. });
    for round in 0..14 {
        writer.client.edit("k", "x", &noise(round, 1_000));
        writer.until_acknowledged("k");
    }
    assert!(wait(|| stage.notes.has(is_slow)), "nobody was closed");
    let [_, _, mut alone] = sockets;
    alone.until_acknowledged("k");
    assert_eq!(alone.closed, None, "who has less waiting than an account may stays");
}

/// Text that cannot be packed.
fn noise(seed: u64, length: usize) -> String {
    let numbers = (0..).map(|n| format!("{:x}", (n + seed).wrapping_mul(0x9e37_79b9_7f4a_7c15_u64)));
    numbers.flat_map(String::into_bytes).map(char::from).take(length).collect()
}

#[test]
fn what_waits_for_all_accounts_together_is_bounded_and_the_fullest_connection_is_closed() {
    let stage = Stage::new(Limits { total_outgoing_bytes: 30_000, ..Limits::default() });
    let mut writer = stage.join("w", principal(9, "north"));
    let mut sockets = [("a", 1), ("b", 2), ("c", 3)].map(|(peer, account)| {
        let mut socket = stage.join(peer, principal(account, "north"));
        let key = if peer == "a" { "small" } else { "large" };
        socket.client.want(key, [1 + u8::try_from(account).unwrap(); 16]);
        (key, socket)
    });
    for key in ["small", "large"] {
        writer.client.begin(key, [1; 16]);
        writer.until_acknowledged(key);
    }
    sockets.iter_mut().for_each(|(key, socket)| socket.until_acknowledged(key));
    writer.client.edit("small", "x", &noise(1, 1_000));
    writer.until_acknowledged("small");
    let has_no_room = |event: &Event| matches!(event, Event::Closed { why: Closing::NoRoom, .. });
    for round in 0..30 {
        assert!(stage.hub.counts().outgoing_bytes < 40_000, "it grows: {:?}", stage.hub.counts());
        writer.client.edit("large", "x", &noise(round, 1_000));
        writer.until_acknowledged("large");
    }
    assert!(wait(|| stage.notes.has(has_no_room)), "nobody was closed");
    let [(_, mut small), (_, mut large), (_, mut other)] = sockets;
    small.until_acknowledged("small");
    assert_eq!(small.closed, None, "the one for which least waits is closed");
    let closed = [&mut large, &mut other].map(|socket| {
        socket.carry();
        socket.closed.is_some()
    });
    assert!(closed.contains(&true), "{closed:?}");
    writer.until_acknowledged("large");
}

#[test]
fn while_all_accounts_together_have_sent_too_much_nobody_is_read_or_let_in_and_nothing_is_lost() {
    let stage = Stage::new(Limits { total_incoming_bytes: 30_000, ..Limits::default() });
    let mut sockets = [("a", 1), ("b", 2), ("c", 3)].map(|(peer, account)| {
        let mut socket = stage.join(peer, principal(account, "north"));
        socket.client.begin(peer, [1; 16]);
        socket.until_acknowledged(peer);
        socket
    });
    let waits = |socket: &Socket| socket.connection.ready().now_or_never().is_none();
    let held = stage.store.hold();
    let [a, b, c] = &mut sockets;
    for (key, socket) in [("a", &mut *a), ("b", &mut *b)] {
        assert!(!waits(socket) && stage.hub.has_room(), "{key} sends too early");
        socket.client.edit(key, "x", &noise(1, 20_000));
        socket.carry();
    }
    assert!(stage.hub.counts().incoming_bytes > 30_000, "{:?}", stage.hub.counts());
    assert!([&*a, &*b, &*c].into_iter().all(waits), "somebody is read on");
    assert!(!stage.hub.has_room(), "one more is let in");
    drop(held);
    for (key, socket) in [("a", &mut *a), ("b", &mut *b), ("c", &mut *c)] {
        assert!(wait(|| {
            stage.hub.tick();
            !waits(socket)
        }));
        socket.client.edit(key, "y", "1");
        socket.until_acknowledged(key);
        assert_eq!(socket.closed, None, "{key}");
    }
    assert!(stage.hub.has_room());
    assert_eq!(stage.hub.counts().incoming_bytes, 0);
}

#[test]
fn messages_that_never_come_to_their_end_take_so_much_memory_and_no_more() {
    let stage = Stage::new(Limits { total_unfinished_bytes: 10_000, ..Limits::default() });
    let mut lines: Vec<(Arc<Arrived>, Socket)> = (1..5)
        .map(|account| {
            let arrived = Arc::<Arrived>::default();
            let client = Client::new(&format!("p{account}"), principal(account, "north"));
            let mut socket = Socket::open_counted(&stage.hub, client, Arc::clone(&arrived));
            socket.until("it has joined", |client| client.server.is_some());
            (arrived, socket)
        })
        .collect();
    // Whole messages are never unfinished, however many there are, and pings are part of none.
    let (whole, _) = &lines[0];
    for _ in 0..5 {
        whole.add(9_000);
        whole.message();
        (0..1_000).for_each(|_| {
            whole.add(10);
            whole.control(4);
        });
    }
    for ((arrived, _), bytes) in lines.iter().zip([2_000, 3_000, 4_000, 1_000]) {
        arrived.add(bytes);
    }
    stage.hub.tick();
    lines.iter_mut().for_each(|(_, socket)| socket.carry());
    assert!(lines.iter().all(|(_, socket)| socket.closed.is_none()), "they have room");
    // A ping in the middle of a message does not end it.
    lines[3].0.add(506);
    lines[3].0.control(0);
    stage.hub.tick();
    assert_eq!(lines[2].1.until_closed(), Closing::NoRoom);
    stage.hub.tick();
    lines.iter_mut().for_each(|(_, socket)| socket.carry());
    let closed: Vec<bool> = lines.iter().map(|(_, socket)| socket.closed.is_some()).collect();
    assert_eq!(closed, [false, false, true, false], "the longest alone makes room");
}

#[test]
fn of_messages_without_an_end_the_account_that_has_most_of_them_makes_room() {
    let stage = Stage::new(Limits { total_unfinished_bytes: 10_000, ..Limits::default() });
    let open = |peer: &str, account, bytes| {
        let arrived = Arc::<Arrived>::default();
        let client = Client::new(peer, principal(account, "north"));
        let mut socket = Socket::open_counted(&stage.hub, client, Arc::clone(&arrived));
        socket.until("it has joined", |client| client.server.is_some());
        arrived.add(bytes);
        socket
    };
    let mut many: Vec<Socket> = (0..4).map(|place| open(&format!("m{place}"), 1, 2_000)).collect();
    let mut one = open("honest", 2, 3_000);
    stage.hub.tick();
    one.carry();
    many.iter_mut().for_each(Socket::carry);
    assert_eq!(one.closed, None, "the longest message is closed, and not one of who has most");
    assert_eq!(many.iter().filter(|socket| socket.closed == Some(Closing::NoRoom)).count(), 1);
}

#[test]
fn what_was_sent_and_given_up_takes_room_until_it_is_gone() {
    let stage = Stage::new(Limits::default());
    let mut first = stage.join("a", principal(1, "north"));
    first.client.begin("k", [1; 16]);
    first.until_acknowledged("k");
    let held = stage.store.hold();
    first.client.edit("k", "x", &noise(1, 20_000));
    first.carry();
    assert!(wait(|| stage.hub.counts().in_flight == 1), "it does not reach the store");
    drop(first);
    assert!(stage.hub.counts().incoming_bytes > 20_000, "it is in memory, whoever sent it is gone");
    drop(held);
    assert!(wait(|| stage.hub.counts().incoming_bytes == 0), "{:?}", stage.hub.counts());
}

#[test]
fn who_was_closed_before_it_joined_does_not_join_and_leaves_nothing() {
    let stage = Stage::new(Limits::default());
    let mut socket = Socket::open(&stage.hub, Client::new("late", principal(1, "north")));
    stage.hub.disable(AccountId(1));
    let joining = std::mem::take(&mut socket.client.outgoing);
    for frame in joining {
        assert!(socket.connection.receive(&frame).is_err(), "it has joined");
    }
    assert!(socket.client.server.is_none());
    socket.client.begin("k", [1; 16]);
    socket.carry();
    drop(socket);
    assert_eq!(stage.hub.counts().incoming_bytes, 0);
    assert_eq!(stage.hub.counts().connections, 0);
    // The name is free, and the account that is let in again is served.
    stage.join("late", principal(1, "north"));
}

#[test]
fn what_was_given_to_send_counts_until_it_has_left() {
    let stage = Stage::new(Limits::default());
    let mut writer = stage.join("w", principal(1, "north"));
    let mut reader = stage.join("r", principal(2, "north"));
    writer.client.begin("k", [1; 16]);
    writer.until_acknowledged("k");
    reader.client.want("k", [2; 16]);
    reader.until_acknowledged("k");
    writer.client.edit("k", "x", &noise(1, 20_000));
    writer.until_acknowledged("k");
    assert!(wait(|| stage.hub.counts().outgoing_bytes > 20_000));
    while reader.connection.try_next().is_some() {}
    assert!(stage.hub.counts().outgoing_bytes > 20_000, "the socket has it, and the peer has not");
    reader.connection.sent();
    writer.carry();
    assert_eq!(stage.hub.counts().outgoing_bytes, 0);
}

#[test]
fn what_lacks_what_it_depends_on_is_bounded_over_all_connections_of_an_account() {
    let stage =
        Stage::new(Limits { stashed_bytes: 25_000, total_stashed_bytes: 35_000, ..Limits::default() });
    let orphan = |key: &str| {
        let mut document = rules::begin(key);
        rules::put(&mut document, "x", "missing");
        rules::put(&mut document, "x", &"x".repeat(10_000));
        document.get_changes(&[]).pop().unwrap()
    };
    let refused =
        |account, key: &str| stage.hub.refusal(AccountId(account), id_of(key)).map(|refusal| refusal.code);
    let mut sockets: Vec<Socket> = [("a1", 1), ("a2", 1), ("b1", 2), ("a3", 1)]
        .map(|(peer, account)| stage.join(peer, principal(account, "north")))
        .into();
    for (socket, key) in sockets.iter_mut().zip(["k1", "k2", "k3", "k4"]) {
        socket.client.want(key, [1; 16]);
        socket.client.outgoing.push(carrying(&socket.client.peer, key, &orphan(key)));
        // It is asked for what is missing.
        let asked = |client: &Client| {
            client.copies[&id_of(key)].state.their_need.as_ref().is_some_and(|need| !need.is_empty())
        };
        assert!(wait(|| {
            socket.carry();
            asked(&socket.client) || refused(1, key).is_some()
        }));
    }
    assert_eq!([refused(1, "k1"), refused(1, "k2"), refused(2, "k3")], [None; 3]);
    assert_eq!(refused(1, "k4"), Some("too-large"));
    // All accounts together have as much as they may, so that a third has to wait, though it has nothing yet.
    let mut third = stage.join("c1", principal(3, "north"));
    third.client.want("k4", [1; 16]);
    third.client.outgoing.push(carrying("c1", "k4", &orphan("k4")));
    third.until("it is refused", |_| refused(3, "k4").is_some());
    assert_eq!(refused(3, "k4"), Some("no-room"));
    // A connection that is gone leaves nothing.
    sockets.remove(0);
    // Of the same shard, which has dealt with the end before.
    let half = |key: &str| id_of(key).as_bytes()[0] % 2;
    let key = (5..).map(|number| format!("k{number}")).find(|key| half(key) == half("k1")).unwrap();
    let key = key.as_str();
    let mut again = stage.join("a4", principal(1, "north"));
    again.client.want(key, [1; 16]);
    again.client.outgoing.push(carrying("a4", key, &orphan(key)));
    again.until("it is asked for what is missing", |client| {
        client.copies[&id_of(key)].state.their_need.as_ref().is_some_and(|need| !need.is_empty())
    });
    assert_eq!(refused(1, key), None);
}

#[test]
fn devices_of_one_account_that_bring_the_same_are_taken_and_what_is_new_beyond_the_rate_waits() {
    let limits = Limits { changes: Rate { burst: 10, per_minute: 1_200 }, ..Limits::default() };
    let stage = Stage::new(limits);
    let mut document = rules::begin("k").with_actor(ActorId::from([1; 16]));
    (0..8).for_each(|value| rules::put(&mut document, "x", &value.to_string()));
    let mut devices: Vec<Socket> =
        (0..6).map(|place| stage.join(&format!("d{place}"), principal(1, "north"))).collect();
    for device in &mut devices {
        device.client.bring("k", document.clone());
        // As after a restore: all of it, without asking first.
        let sent = all_of(&device.client.peer, "k", &document);
        device.client.outgoing.push(sent);
    }
    for device in &mut devices {
        device.until_acknowledged("k");
        assert!(device.closed.is_none() && wait(|| device.connection.ready().now_or_never().is_some()));
    }
    assert_eq!(stage.store.hashes(id_of("k")).len(), 9);
    let (first, rest) = devices.split_first_mut().unwrap();
    for value in 0..40 {
        first.client.edit("k", "x", &value.to_string());
    }
    first.carry();
    let waits = |socket: &Socket| socket.connection.ready().now_or_never().is_none();
    assert!(waits(first) && waits(&rest[0]), "the account goes on sending");
    let other = stage.join("o", principal(2, "north"));
    assert!(!waits(&other), "others do not wait for it");
    first.until_acknowledged("k");
    let still_waits = |socket: &Socket| {
        stage.hub.tick();
        waits(socket)
    };
    assert!(wait(|| !still_waits(first) && !still_waits(&rest[0])), "time does not help");
    assert!(first.closed.is_none());
}

/// All of a document, carried at once.
fn all_of(peer: &str, key: &str, document: &Automerge) -> Vec<u8> {
    let changes: Vec<Vec<u8>> =
        document.get_changes(&[]).iter().map(|change| change.raw_bytes().to_vec()).collect();
    let (heads, need, have) = (document.get_heads(), Vec::new(), Vec::new());
    let (changes, version) = (changes.into(), sync::MessageVersion::V2);
    let data = sync::Message { heads, need, have, changes, flags: None, version }.encode();
    Message { sender: peer, target: None, body: Body::Sync { document: id_of(key), data: &data } }.encode()
}
