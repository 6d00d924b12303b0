//! samod through the server with clients of automerge-repo, both directions, and with itself.

use futures::StreamExt;
use serde_json::json;

use super::LIMIT;
use super::node;
use super::probe::Probe;
use super::rust;

#[tokio::test(flavor = "multi_thread")]
async fn a_document_goes_both_ways_between_samod_and_javascript() {
    let probe = Probe::start();
    let mut script = node::Peer::connect(&probe, 1, "script");
    let samod = rust::Peer::connect(&probe, 2, "samod").await;
    let id = script.create(json!({"count": 1}));
    let document = samod.find(&id).await.expect("the server has it");
    assert_eq!(document.get("count"), Some(1));
    document.put("count", 2);
    samod.acknowledged(&document).await;
    script.until(&id, json!({"count": 2}));

    let back = samod.create(&[("from", 7)]).await;
    assert!(script.find(&back.id()));
    script.until(&back.id(), json!({"from": 7}));
    script.put(&back.id(), "to", json!(8));
    script.acknowledged(&back.id());
    back.until("to", 8).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn samod_and_javascript_merge_what_they_wrote_offline() {
    let probe = Probe::start();
    let mut script = node::Peer::connect(&probe, 1, "script");
    let samod = rust::Peer::connect(&probe, 2, "samod").await;
    let document = samod.create(&[("start", 1)]).await;
    let id = document.id();
    assert!(script.find(&id));
    script.go_offline();
    samod.go_offline().await;
    for value in 1..=1_000 {
        document.put("of-samod", value);
    }
    script.tell(json!({"do": "many", "id": id, "key": "of-script", "count": 1_000}));
    samod.go_online().await;
    script.go_online();
    document.until("of-script", 1_000).await;
    script.until(&id, json!({"start": 1, "of-samod": 1_000, "of-script": 1_000}));
    samod.acknowledged(&document).await;
    script.acknowledged(&id);
}

#[tokio::test(flavor = "multi_thread")]
async fn samod_hears_and_is_heard() {
    let probe = Probe::start();
    let mut script = node::Peer::connect(&probe, 1, "script");
    let samod = rust::Peer::connect(&probe, 2, "samod").await;
    let id = script.create(json!({"count": 1}));
    let document = samod.find(&id).await.expect("the server has it");
    samod.acknowledged(&document).await;
    let mut heard = Box::pin(document.handle.ephemera());
    script.tell(json!({"do": "say", "id": id, "message": "xin chào"}));
    let message = tokio::time::timeout(LIMIT, heard.next()).await.unwrap().unwrap();
    assert_eq!(minicbor::decode::<&str>(&message).unwrap(), "xin chào");
    document.handle.broadcast(minicbor::to_vec("chào bạn").unwrap());
    script.tell(json!({"do": "heard", "id": id, "message": "chào bạn"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn samod_reads_what_it_may_read_and_nothing_that_it_may_not() {
    let probe = Probe::start();
    let mut script = node::Peer::connect(&probe, 1, "script");
    let samod = rust::Peer::connect(&probe, 2, "samod").await;
    let shown = script.create(json!({"key": "read/probe-2", "count": 1}));
    let hidden = script.create(json!({"key": "none/probe-2"}));
    assert!(samod.find(&hidden).await.is_none());
    let document = samod.find(&shown).await.expect("it may read");
    document.put("forbidden", 1);
    script.put(&shown, "count", json!(2));
    document.until("count", 2).await;
    let third = rust::Peer::connect(&probe, 3, "third").await;
    let seen = third.find(&shown).await.expect("the server has it");
    seen.until("count", 2).await;
    assert_eq!(seen.get("forbidden"), None);
    assert_eq!(script.doc(&shown), json!({"key": "read/probe-2", "count": 2}));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_samod_saw_acknowledged_outlives_a_kill_and_it_finds_the_server_again() {
    let mut probe = Probe::start();
    let a = rust::Peer::connect(&probe, 1, "a").await;
    let document = a.create(&[("count", 0)]).await;
    for value in 1..=200 {
        document.put("count", value);
    }
    a.acknowledged(&document).await;
    // Who wrote it is away, so that all that another sees comes from the server's disk.
    a.go_offline().await;
    probe.kill();
    probe.start_again();
    let b = rust::Peer::connect(&probe, 2, "b").await;
    let copy = b.find(&document.id()).await.expect("it was acknowledged");
    assert_eq!(copy.get("count"), Some(200));
    a.go_online().await;
    probe.stop();
    document.put("after", 1);
    probe.start_again();
    copy.until("after", 1).await;
    b.connected().await;
    b.acknowledged(&copy).await;
}
