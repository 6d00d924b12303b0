//! Clients of automerge-repo, with one another through the server.

use serde_json::json;

use super::node::Peer;
use super::probe::Probe;

#[test]
fn a_document_goes_to_another_client_and_what_that_one_writes_comes_back() {
    let probe = Probe::start();
    let (mut a, mut b) = (Peer::connect(&probe, 1, "a"), Peer::connect(&probe, 2, "b"));
    let id = a.create(json!({"title": "Kế hoạch", "count": 1}));
    assert!(b.find(&id));
    assert_eq!(b.doc(&id), json!({"title": "Kế hoạch", "count": 1}));
    b.put(&id, "count", json!(2));
    b.acknowledged(&id);
    a.until(&id, json!({"count": 2}));
    a.acknowledged(&id);
    assert_eq!(a.heads(&id), b.heads(&id));
}

#[test]
fn what_two_write_offline_merges_when_they_are_back() {
    let probe = Probe::start();
    let (mut a, mut b) = (Peer::connect(&probe, 1, "a"), Peer::connect(&probe, 2, "b"));
    let id = a.create(json!({"text": "giữa", "list": []}));
    assert!(b.find(&id));
    a.go_offline();
    b.go_offline();
    a.tell(json!({"do": "type", "id": id, "key": "text", "at": 0, "value": "trước "}));
    b.tell(json!({"do": "type", "id": id, "key": "text", "at": 4, "value": " sau"}));
    a.put(&id, "of-a", json!(1));
    b.put(&id, "of-b", json!(2));
    a.go_online();
    b.go_online();
    let merged = json!({"text": "trước giữa sau", "of-a": 1, "of-b": 2});
    a.until(&id, merged.clone());
    b.until(&id, merged);
    a.acknowledged(&id);
    b.acknowledged(&id);
    assert_eq!(a.heads(&id), b.heads(&id));
}

#[test]
fn a_reader_is_told_so_writes_nothing_and_goes_on_reading() {
    let probe = Probe::start();
    let (mut writer, mut reader) = (Peer::connect(&probe, 1, "writer"), Peer::connect(&probe, 2, "reader"));
    let id = writer.create(json!({"key": "read/probe-2", "count": 1}));
    assert!(reader.find(&id));
    reader.put(&id, "forbidden", json!(true));
    reader.tell(json!({"do": "readonly", "id": id}));
    writer.put(&id, "count", json!(2));
    writer.acknowledged(&id);
    reader.until(&id, json!({"count": 2, "forbidden": true}));
    let mut third = Peer::connect(&probe, 3, "third");
    assert!(third.find(&id));
    let expected = json!({"key": "read/probe-2", "count": 2});
    assert_eq!(third.doc(&id), expected);
    assert_eq!(writer.doc(&id), expected);
}

#[test]
fn a_document_that_one_may_not_read_is_unavailable_like_one_that_does_not_exist() {
    let probe = Probe::start();
    let (mut writer, mut other) = (Peer::connect(&probe, 1, "writer"), Peer::connect(&probe, 2, "other"));
    let id = writer.create(json!({"key": "none/probe-2"}));
    assert!(!other.find(&id));
    assert!(!other.find("4NMNnkMhL8jXrdJ9jamS58PAVdXu"));
    assert!(Peer::connect(&probe, 3, "third").find(&id));
}

#[test]
fn ephemeral_messages_reach_who_has_the_document_open() {
    let probe = Probe::start();
    let (mut a, mut b) = (Peer::connect(&probe, 1, "a"), Peer::connect(&probe, 2, "b"));
    let id = a.create(json!({"count": 1}));
    assert!(b.find(&id));
    b.acknowledged(&id);
    a.tell(json!({"do": "say", "id": id, "message": {"cursor": 7}}));
    b.tell(json!({"do": "heard", "id": id, "message": {"cursor": 7}}));
    b.tell(json!({"do": "say", "id": id, "message": "ở đây"}));
    a.tell(json!({"do": "heard", "id": id, "message": "ở đây"}));
}

#[test]
fn clients_find_the_server_again_and_it_has_what_it_acknowledged() {
    let mut probe = Probe::start();
    let (mut a, mut b) = (Peer::connect(&probe, 1, "a"), Peer::connect(&probe, 2, "b"));
    let id = a.create(json!({"before": 1}));
    assert!(b.find(&id));
    let alone = a.create(json!({"kept": true}));
    // More changes than stay without a snapshot.
    let long = a.create(json!({"count": 0}));
    a.tell(json!({"do": "many", "id": long, "key": "count", "count": 105}));
    a.acknowledged(&long);
    probe.stop();
    a.put(&id, "of-a", json!(1));
    b.put(&id, "of-b", json!(2));
    probe.start_again();
    let merged = json!({"before": 1, "of-a": 1, "of-b": 2});
    a.until(&id, merged.clone());
    b.until(&id, merged);
    b.acknowledged(&id);
    drop(a);
    assert!(b.find(&alone));
    assert_eq!(b.doc(&alone), json!({"kept": true}));
    b.put(&alone, "later", json!(1));
    b.acknowledged(&alone);
    assert!(b.find(&long));
    assert_eq!(b.doc(&long), json!({"count": 105}));
    b.put(&long, "later", json!(1));
    b.acknowledged(&long);
    let mut c = Peer::connect(&probe, 2, "c");
    for (id, expected) in
        [(&alone, json!({"kept": true, "later": 1})), (&long, json!({"count": 105, "later": 1}))]
    {
        assert!(c.find(id));
        assert_eq!(c.doc(id), expected);
    }
}

#[test]
fn thousands_of_changes_arrive() {
    let probe = Probe::start();
    let (mut a, mut b) = (Peer::connect(&probe, 1, "a"), Peer::connect(&probe, 2, "b"));
    let id = a.create(json!({"a": 0, "b": 0}));
    assert!(b.find(&id));
    a.tell(json!({"do": "many", "id": id, "key": "a", "count": 2_000}));
    b.tell(json!({"do": "many", "id": id, "key": "b", "count": 1_000}));
    let done = json!({"a": 2_000, "b": 1_000});
    a.until(&id, done.clone());
    b.until(&id, done);
    a.acknowledged(&id);
    b.acknowledged(&id);
    assert_eq!(a.heads(&id), b.heads(&id));
}
