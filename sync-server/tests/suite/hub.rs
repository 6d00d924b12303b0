//! The hub with its threads: who may stay connected, what is acknowledged when, how it stops.

use std::time::Duration;

use automerge::ROOT;
use automerge::ReadDoc;
use automerge::transaction::Transactable;
use futures_util::FutureExt;
use niemyet_sync::access::Access;
use niemyet_sync::access::AccountId;
use niemyet_sync::effect::Closing;
use niemyet_sync::hub::Health;
use niemyet_sync::limits::Limits;
use niemyet_sync::store::Store;
use niemyet_sync::witness::Event;

use crate::support::client::Client;
use crate::support::rules::id_of;
use crate::support::rules::principal;
use crate::support::socket::Socket;
use crate::support::socket::Stage;
use crate::support::socket::is_acknowledged;
use crate::support::socket::wait;

const END: Duration = Duration::from_secs(10);

fn field(client: &Client, key: &str, field: &str) -> Option<String> {
    let value = client.copies[&id_of(key)].document.get(ROOT, field).unwrap();
    value.and_then(|(value, _)| value.as_str().map(str::to_owned))
}

#[test]
fn what_one_writes_is_kept_acknowledged_and_shown_to_others() {
    let stage = Stage::new(Limits::default());
    let mut writer = stage.join("w", principal(1, "north"));
    let mut reader = stage.join("r", principal(2, "south"));
    reader.client.want("k", [2; 16]);
    reader.until("it knows that there is nothing", |client| client.copies[&id_of("k")].unavailable);
    writer.client.begin("k", [1; 16]);
    writer.until_acknowledged("k");
    writer.client.edit("k", "x", "1");
    writer.until_acknowledged("k");
    reader.until("it has the change", |client| field(client, "k", "x").as_deref() == Some("1"));
    let receipts = stage.store.receipts(id_of("k")).unwrap();
    assert_eq!(receipts.iter().map(|receipt| receipt.account).collect::<Vec<_>>(), [Some(AccountId(1)); 2]);
    assert!(stage.hub.stop(END));
}

#[test]
fn a_peer_id_is_an_address_within_its_account_and_nobody_elses() {
    let stage = Stage::new(Limits::default());
    let mut stranger = stage.join("tab", principal(2, "south"));
    let mut first = stage.join("tab", principal(1, "north"));
    let mut again = stage.join("tab", principal(1, "north"));
    assert_eq!(first.until_closed(), Closing::Replaced);
    assert!(!first.client.errors.is_empty(), "the first was not told");
    drop(first);
    again.client.begin("k", [1; 16]);
    again.until_acknowledged("k");
    stranger.client.want("k", [2; 16]);
    stranger.until_acknowledged("k");
    again.client.edit("k", "x", "1");
    stranger.client.edit("k", "y", "2");
    again.until_acknowledged("k");
    stranger.until_acknowledged("k");
    for socket in [&mut again, &mut stranger] {
        socket.until("both are there", |client| {
            field(client, "k", "x").is_some() && field(client, "k", "y").is_some()
        });
    }
}

#[test]
fn a_disabled_account_is_closed_at_once_and_its_colleague_stays() {
    let stage = Stage::new(Limits::default());
    let mut disabled = stage.join("a", principal(1, "north"));
    let mut colleague = stage.join("b", principal(2, "north"));
    disabled.client.begin("k", [1; 16]);
    disabled.until_acknowledged("k");
    stage.hub.disable(AccountId(1));
    disabled.client.edit("k", "x", "late");
    assert_eq!(disabled.until_closed(), Closing::Disabled);
    colleague.client.want("k", [2; 16]);
    colleague.until_acknowledged("k");
    assert_eq!(field(&colleague.client, "k", "x"), None);
    assert!(stage.notes.has(|event| matches!(event, Event::Closed { why: Closing::Disabled, .. })));
}

#[test]
fn on_a_full_disk_nothing_is_acknowledged_and_nothing_is_lost() {
    let stage = Stage::new(Limits::default());
    let mut writer = stage.join("w", principal(1, "north"));
    writer.client.begin("k", [1; 16]);
    writer.until_acknowledged("k");
    stage.store.set_full(true);
    writer.client.edit("k", "x", "1");
    assert!(wait(|| {
        writer.carry();
        matches!(stage.hub.health(), Health::Failing { .. })
    }));
    assert!(!is_acknowledged(&writer.client, "k"), "acknowledged, and not kept");
    let mut reader = stage.join("r", principal(2, "south"));
    reader.client.want("k", [2; 16]);
    reader.until("it has what is durable", |client| field(client, "k", "key").is_some());
    assert_eq!(field(&reader.client, "k", "x"), None, "shown to others, and not kept");
    stage.store.heal();
    writer.until_acknowledged("k");
    reader.until("it has the change", |client| field(client, "k", "x").is_some());
    assert!(wait(|| stage.hub.health() == Health::Well));
    assert!(stage.notes.has(|event| matches!(event, Event::StoreFailed { .. })));
    assert!(stage.notes.has(|event| *event == Event::StoreRecovered));
}

#[test]
fn a_refusal_can_be_asked_for_concerns_nobody_else_and_ends_with_its_cause() {
    let stage = Stage::new(Limits::default());
    let mut author = stage.join("a", principal(1, "north"));
    let mut other = stage.join("b", principal(2, "south"));
    author.client.begin("k", [1; 16]);
    author.until_acknowledged("k");
    author.client.edit("k", "bad", "1");
    let refusal = || stage.hub.refusal(AccountId(1), id_of("k"));
    assert!(wait(|| {
        author.carry();
        refusal().is_some()
    }));
    assert_eq!(refusal().unwrap().code, "bad-field");
    author.until("it learns that it is not written to", |client| {
        client.copies[&id_of("k")].state.is_peer_read_only()
    });
    other.client.want("k", [2; 16]);
    other.until_acknowledged("k");
    other.client.edit("k", "x", "1");
    other.until_acknowledged("k");
    author.until("it goes on receiving", |client| field(client, "k", "x").is_some());
    assert_eq!(field(&other.client, "k", "bad"), None);
    assert_eq!(stage.hub.refusal(AccountId(2), id_of("k")), None);
    // The author drops the copy and begins anew with what the server has.
    author.client.want("k", [3; 16]);
    author.until_acknowledged("k");
    author.client.edit("k", "y", "1");
    author.until_acknowledged("k");
    assert_eq!(refusal(), None);
}

#[test]
fn a_grant_reaches_an_open_connection_through_the_hub() {
    let stage = Stage::new(Limits::default());
    stage.rules.say("guest", "k", Access::None);
    let mut owner = stage.join("o", principal(1, "north"));
    let mut guest = stage.join("g", principal(2, "guest"));
    owner.client.begin("k", [1; 16]);
    owner.until_acknowledged("k");
    guest.client.want("k", [2; 16]);
    guest.until("it is told that there is nothing", |client| client.copies[&id_of("k")].unavailable);
    stage.rules.say("guest", "k", Access::Read);
    stage.hub.access_changed();
    guest.until("it is shown the document", |client| field(client, "k", "key").is_some());
    stage.rules.say("guest", "k", Access::None);
    stage.hub.access_changed();
    guest.until("it is told that there is nothing", |client| client.copies[&id_of("k")].unavailable);
}

#[test]
fn whoever_does_not_read_is_closed() {
    let stage = Stage::new(Limits { outgoing_bytes: 2_000, ..Limits::default() });
    let mut slow = stage.join("s", principal(1, "north"));
    let mut writer = stage.join("w", principal(2, "north"));
    writer.client.begin("k", [1; 16]);
    writer.until_acknowledged("k");
    slow.client.want("k", [2; 16]);
    slow.until_acknowledged("k");
    for round in 0..40 {
        writer.client.edit("k", "x", &round.to_string());
        writer.until_acknowledged("k");
    }
    assert!(matches!(slow.until_closed(), Closing::TooSlow { .. }));
}

#[test]
fn whoever_does_not_join_is_closed() {
    let stage = Stage::new(Limits { join_within: 0, ..Limits::default() });
    let mut silent = Socket::open(&stage.hub, Client::new("s", principal(1, "north")));
    silent.client.outgoing.clear();
    stage.hub.tick();
    assert_eq!(silent.until_closed(), Closing::NoJoin);
}

#[test]
fn idle_documents_leave_memory_and_come_back() {
    let stage = Stage::new(Limits { idle: -1, snapshot_after: 2, ..Limits::default() });
    let mut writer = stage.join("w", principal(1, "north"));
    writer.client.begin("k", [1; 16]);
    writer.until_acknowledged("k");
    for round in 0..5 {
        assert!(wait(|| {
            stage.hub.tick();
            stage.hub.counts().documents == 0
        }));
        writer.client.edit("k", "x", &round.to_string());
        writer.until_acknowledged("k");
    }
    assert!(wait(|| stage.store.snapshots() == 1), "no snapshot was made");
    assert_eq!(stage.store.hashes(id_of("k")).len(), 6);
}

#[test]
fn when_memory_is_short_the_longest_idle_leave_it() {
    let roomy = Stage::new(Limits::default());
    let mut writer = roomy.join("w", principal(1, "north"));
    writer.client.begin("k0", [1; 16]);
    writer.until_acknowledged("k0");
    let one = || {
        roomy.hub.tick();
        roomy.hub.counts().document_bytes
    };
    assert!(wait(|| one() > 0));
    // Two shards share the room, each for two documents and a half.
    let stage = Stage::new(Limits { loaded_bytes: one() * 5, ..Limits::default() });
    let mut writer = stage.join("w", principal(1, "north"));
    let keys: Vec<String> = (0..30).map(|number| format!("k{number}")).collect();
    for (number, key) in keys.iter().enumerate() {
        writer.client.begin(key, [u8::try_from(number).unwrap() + 1; 16]);
        writer.until_acknowledged(key);
    }
    assert!(wait(|| {
        stage.hub.tick();
        (1..=5).contains(&stage.hub.counts().documents)
    }));
    for key in &keys {
        writer.client.edit(key, "x", "again");
        writer.until_acknowledged(key);
        assert_eq!(stage.store.hashes(id_of(key)).len(), 2);
    }
}

/// The disk is full, and a frame of the writer's waits for it.
fn sends_what_stays_undealt_with(stage: &Stage, writer: &mut Socket) {
    stage.store.set_full(true);
    writer.client.edit("k", "x", &"lâu ".repeat(100));
    assert!(wait(|| {
        writer.carry();
        matches!(stage.hub.health(), Health::Failing { .. })
    }));
}

/// Whether the next frame of a connection is not read yet.
fn waits(socket: &Socket) -> bool {
    socket.connection.ready().now_or_never().is_none()
}

#[test]
fn who_sends_faster_than_it_is_dealt_with_waits_and_loses_nothing() {
    let stage = Stage::new(Limits { incoming_bytes: 64, ..Limits::default() });
    let mut writer = stage.join("w", principal(1, "north"));
    writer.client.begin("k", [1; 16]);
    writer.until_acknowledged("k");
    sends_what_stays_undealt_with(&stage, &mut writer);
    assert!(waits(&writer), "its next frame would be read");
    let other = stage.join("o", principal(2, "south"));
    assert!(!waits(&other), "others do not wait for it");
    stage.store.heal();
    writer.until_acknowledged("k");
    assert!(wait(|| !waits(&writer)));
}

#[test]
fn what_an_account_sent_and_is_not_dealt_with_is_counted_over_all_its_connections() {
    let stage = Stage::new(Limits { account_incoming_bytes: 64, ..Limits::default() });
    let mut writer = stage.join("w", principal(1, "north"));
    writer.client.begin("k", [1; 16]);
    writer.until_acknowledged("k");
    let second = stage.join("x", principal(1, "north"));
    assert!(!waits(&second));
    sends_what_stays_undealt_with(&stage, &mut writer);
    assert!(waits(&writer) && waits(&second), "another connection of the account would be read");
    assert!(!waits(&stage.join("o", principal(2, "south"))), "others do not wait for it");
    // Who waits is woken when the other's frame is dealt with.
    let (begun, waiting) = std::sync::mpsc::channel();
    let woken = std::thread::scope(|scope| {
        let second = &second.connection;
        let woken = scope.spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
            runtime.block_on(async {
                let mut ready = std::pin::pin!(second.ready());
                assert!(ready.as_mut().now_or_never().is_none());
                begun.send(()).unwrap();
                tokio::time::timeout(END, ready).await.is_ok()
            })
        });
        waiting.recv().unwrap();
        stage.store.heal();
        writer.until_acknowledged("k");
        woken.join().unwrap()
    });
    assert!(woken, "it was not read again");
}

#[test]
fn what_a_closed_connection_left_behind_counts_for_its_account_while_it_is_in_memory_and_no_longer() {
    let stage = Stage::new(Limits { account_incoming_bytes: 64, ..Limits::default() });
    let mut writer = stage.join("w", principal(1, "north"));
    writer.client.begin("k", [1; 16]);
    writer.until_acknowledged("k");
    sends_what_stays_undealt_with(&stage, &mut writer);
    let again = stage.join("x", principal(1, "north"));
    assert!(waits(&again));
    drop(writer);
    assert!(waits(&again), "who connects again may leave as much behind as before");
    stage.store.heal();
    assert!(wait(|| stage.hub.counts().in_flight == 0 && stage.hub.counts().incoming_bytes == 0));
    assert!(!waits(&again) && !waits(&stage.join("y", principal(1, "north"))));
}

#[test]
fn a_defect_of_the_application_stays_with_the_one_who_met_it() {
    let stage = Stage::new(Limits::default());
    let mut good = stage.join("g", principal(1, "north"));
    good.client.begin("k", [1; 16]);
    good.until_acknowledged("k");
    let mut unlucky = stage.join("u", principal(2, "panics"));
    unlucky.client.want("k", [2; 16]);
    unlucky.until("it is told nothing of it", |client| client.copies[&id_of("k")].unavailable);
    good.client.edit("k", "x", "1");
    good.until_acknowledged("k");
}

#[test]
fn a_document_with_many_loose_changes_leaves_memory_with_a_snapshot() {
    let stage = Stage::new(Limits { idle: -1, ..Limits::default() });
    let mut writer = stage.join("w", principal(1, "north"));
    for (key, actor, edits) in [("many", 1, 20), ("few", 2, 2)] {
        writer.client.begin(key, [actor; 16]);
        writer.until_acknowledged(key);
        for round in 0..edits {
            writer.client.edit(key, "x", &round.to_string());
            writer.until_acknowledged(key);
        }
    }
    assert_eq!(stage.store.snapshots(), 0, "a document in use needs none");
    assert!(wait(|| {
        stage.hub.tick();
        stage.hub.counts().documents == 0
    }));
    assert!(wait(|| stage.store.snapshots() == 1), "no snapshot was made");
    assert!(stage.hub.stop(END));
    assert_eq!(stage.store.snapshots(), 1, "few changes are not worth one");
    let stored = stage.store.load(id_of("many")).unwrap().unwrap();
    assert!(!stored.snapshot.is_empty() && stored.changes.is_empty());
}

#[test]
fn stopping_keeps_and_acknowledges_what_was_taken() {
    let stage = Stage::new(Limits::default());
    let mut sockets: Vec<Socket> =
        (0..20).map(|place| stage.join(&format!("w{place}"), principal(place, "north"))).collect();
    for (place, socket) in sockets.iter_mut().enumerate() {
        let key = format!("k{place}");
        socket.client.begin(&key, [u8::try_from(place).unwrap() + 1; 16]);
        socket.until_acknowledged(&key);
        socket.client.edit(&key, "x", "last");
        socket.carry();
    }
    assert!(stage.hub.stop(END));
    for (place, socket) in sockets.iter_mut().enumerate() {
        assert_eq!(socket.until_closed(), Closing::Stopping);
        let key = format!("k{place}");
        assert!(is_acknowledged(&socket.client, &key), "{key} was taken and not acknowledged");
        assert_eq!(stage.store.hashes(id_of(&key)).len(), 2);
    }
    assert_eq!(stage.hub.health(), Health::Stopped);
    assert!(stage.hub.connect(principal(1, "north")).is_err());
}

#[test]
fn another_hub_on_the_same_store_is_heard() {
    let stage = Stage::new(Limits::default());
    let twin = Stage::on(std::sync::Arc::clone(&stage.store), Limits::default());
    let mut here = stage.join("h", principal(1, "north"));
    let mut there = twin.join("t", principal(2, "south"));
    here.client.want("k", [1; 16]);
    here.until("it knows that there is nothing", |client| client.copies[&id_of("k")].unavailable);
    there.client.begin("k", [2; 16]);
    there.until_acknowledged("k");
    stage.hub.poll_store().unwrap();
    here.until("it has it", |client| field(client, "k", "key").is_some());
    here.client.edit("k", "x", "1");
    here.until_acknowledged("k");
    twin.hub.poll_store().unwrap();
    there.until("it has the change", |client| field(client, "k", "x").is_some());
}

#[test]
fn deliveries_that_wait_for_the_store_share_a_commit() {
    let stage = Stage::new(Limits::default());
    let mut writer = stage.join("w", principal(1, "north"));
    let keys: Vec<String> = (0..60).map(|number| format!("k{number}")).collect();
    let held = stage.store.hold();
    for (number, key) in keys.iter().enumerate() {
        writer.client.begin(key, [u8::try_from(number).unwrap() + 1; 16]);
    }
    assert!(wait(|| {
        writer.carry();
        stage.hub.counts().in_flight == keys.len()
    }));
    drop(held);
    keys.iter().for_each(|key| writer.until_acknowledged(key));
    let commits = stage.store.commits();
    assert!(commits <= 3, "{commits} commits for {} deliveries", keys.len());
}

#[test]
fn a_device_that_is_revoked_takes_nothing_of_another_with_it() {
    for revoked_first in [true, false] {
        let stage = Stage::new(Limits::default());
        let mut stays = stage.join("stays", principal(1, "north"));
        let mut goes = stage.join("goes", principal(1, "north"));
        for (key, actor) in [("k", 1), ("other", 2)] {
            stays.client.begin(key, [actor; 16]);
            stays.until_acknowledged(key);
        }
        goes.client.want("k", [3; 16]);
        goes.until_acknowledged("k");
        let held = stage.store.hold();
        let copy = goes.client.copies.get_mut(&id_of("k")).unwrap();
        let mut transaction = copy.document.transaction();
        transaction.put(ROOT, "one", "1").unwrap();
        transaction.put(ROOT, "two", "2").unwrap();
        transaction.commit();
        goes.client.push(id_of("k"));
        stays.client.edit("k", "mine", "1");
        stays.client.edit("other", "mine", "1");
        let mut order = [&mut goes, &mut stays];
        if !revoked_first {
            order.reverse();
        }
        for socket in order {
            // The document's delivery is on its way before the other device's comes.
            socket.carry();
            let on_its_way = || stage.hub.counts().in_flight >= 1;
            assert!(wait(on_its_way));
        }
        assert!(wait(|| stage.hub.counts().in_flight == 2));
        goes.connection.close(Closing::Disabled);
        drop(held);
        for key in ["k", "other"] {
            stays.until_acknowledged(key);
            assert_eq!(field(&stays.client, key, "mine").as_deref(), Some("1"));
        }
        let mut third = stage.join("third", principal(2, "south"));
        third.client.want("k", [4; 16]);
        third.until_acknowledged("k");
        let has = ["mine", "one", "two"].map(|name| field(&third.client, "k", name).is_some());
        assert_eq!(
            has,
            [true, revoked_first, revoked_first],
            "what was on its way is kept whole, the rest is not taken"
        );
    }
}

#[test]
fn a_damaged_document_is_told_to_its_authors_and_holds_up_nobody() {
    let stage = Stage::new(Limits::default());
    let mut writer = stage.join("w", principal(1, "north"));
    for (key, actor) in [("broken", 1), ("whole", 2)] {
        writer.client.begin(key, [actor; 16]);
        writer.until_acknowledged(key);
    }
    stage.store.damage(id_of("broken"));
    writer.client.edit("broken", "x", "1");
    assert!(wait(|| {
        writer.carry();
        stage.hub.refusal(AccountId(1), id_of("broken")).is_some_and(|refusal| refusal.code == "damaged")
    }));
    writer.client.edit("whole", "x", "1");
    writer.until_acknowledged("whole");
    assert_eq!(stage.hub.health(), Health::Well);
    assert!(!is_acknowledged(&writer.client, "broken"));
    assert_eq!(stage.hub.counts().in_flight, 0);
}
