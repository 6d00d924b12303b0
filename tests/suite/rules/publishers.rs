//! Who publishes is not for those to say who write the election: the server's own command line sets it up.

use niemyet::document::Key;
use niemyet::document::election::Body;
use niemyet::document::election::Election;
use niemyet::document::write_election;

use super::desk::Desk;

const WRITER: &str = "standing_agency";

/// What is changed, and how.
type Change = (&'static str, fn(&mut Election));

fn delivered(change: impl FnOnce(&mut Election)) -> Result<(), &'static str> {
    let mut desk = Desk::open();
    let (mut document, mut content) = (desk.copy(&Key::Election), desk.election());
    change(&mut content);
    write_election(&mut document, &content).unwrap();
    document.commit("bodies", 1).unwrap();
    desk.deliver(WRITER, &mut document)
}

fn give(election: &mut Election, body: &str, role: &str) {
    election.bodies.iter_mut().find(|known| known.id == body).unwrap().role = role.to_owned();
}

#[test]
fn no_delivery_gives_or_takes_the_right_to_publish() {
    let changes: [Change; 7] = [
        ("to itself", |election| give(election, WRITER, "communications")),
        ("to another", |election| give(election, "dof", "communications")),
        ("to a new body", |election| {
            let body = Body { id: "new".into(), role: "communications".into(), ..Body::default() };
            election.bodies.push(body);
        }),
        ("from who has it", |election| give(election, "team_comms", "team")),
        ("by another id", |election| {
            election.bodies.iter_mut().filter(|body| body.id == "team_comms").for_each(|b| b.id = "x".into());
        }),
        ("by taking the body away", |election| election.bodies.retain(|body| body.id != "team_comms")),
        ("by taking all away", |election| election.bodies.clear()),
    ];
    for (what, change) in changes {
        assert_eq!(delivered(change), Err("who-publishes"), "{what}");
    }
}

#[test]
fn bodies_change_otherwise_as_before() {
    assert_eq!(delivered(|election| give(election, "dof", "member")), Ok(()));
    assert_eq!(delivered(|election| give(election, "team_security", "named")), Ok(()));
    assert_eq!(
        delivered(|election| {
            election.bodies.iter_mut().for_each(|body| body.name_vi = format!("Tên mới của {}", body.id));
        }),
        Ok(())
    );
}

#[test]
fn two_deliveries_together_are_no_way_round() {
    let mut desk = Desk::open();
    let (mut document, mut content) = (desk.copy(&Key::Election), desk.election());
    let kept = content.clone();
    content.bodies.clear();
    write_election(&mut document, &content).unwrap();
    document.commit("none", 1).unwrap();
    content.bodies = kept.bodies;
    give(&mut content, WRITER, "communications");
    write_election(&mut document, &content).unwrap();
    document.commit("others", 1).unwrap();
    assert_eq!(desk.deliver(WRITER, &mut document), Err("who-publishes"));
}
