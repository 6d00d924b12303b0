//! Who may change what in which state, as the sync server asks it: every (kind, role, state, action), and hostile changes.

mod desk;
mod election;
mod hostile;
mod publication;
mod publishers;
mod standing;
mod states;

use automerge::ActorId;
use niemyet::document::Key;
use niemyet::document::Kind;
use niemyet::document::directive::Directive;
use niemyet::document::write_directive;
use niemyet::document::write_election;
use niemyet_sync::access::Access;
use niemyet_sync::access::AccountId;
use niemyet_sync::access::Principal;
use niemyet_sync::access::Rules;

use desk::BODIES;
use desk::Desk;

#[test]
fn every_role_of_the_data_set_has_its_access() {
    let desk = Desk::of_2021();
    let bodies =
        ["standing_agency", "ec_members", "ec_province", "team_security", "team_comms", "ec_district_116"];
    let writes = |key: &str| {
        let key: Key = key.parse().unwrap();
        bodies
            .into_iter()
            .filter(|body| desk.rules.access_of(body, &key) == Access::ReadWrite)
            .collect::<Vec<_>>()
    };
    assert_eq!(writes("election"), ["standing_agency"]);
    assert_eq!(writes("publication"), ["team_comms"]);
    assert_eq!(writes("report/ec_district_116/2021-03-04"), ["ec_district_116"]);
    let report = "report/team_security/2021-03-04".parse().unwrap();
    assert_eq!(desk.rules.access_of("ec_province", &report), Access::Read, "the committee reads its teams");
    assert_eq!(desk.rules.access_of("team_comms", &report), Access::None);
    for key in ["election", "progress/stranger"] {
        let key = key.parse().unwrap();
        assert_eq!(desk.rules.access_of("stranger", &key), Access::None, "the election has no such body");
    }
}

#[test]
fn after_a_restore_the_agency_alone_brings_what_was_reported_to_it() {
    let desk = Desk::of_2021();
    let brings = |body: &str, key: &str| {
        let principal = Principal { account: AccountId(1), body: body.to_owned() };
        desk.rules.may_bring(&principal, key)
    };
    let table = [
        ("report/ec_district_116/2021-03-04", ["standing_agency", "ec_district_116"].as_slice()),
        ("incident/ec_district_116/2021-abc", &["standing_agency", "ec_district_116"]),
        ("progress/team_security", &["standing_agency", "team_security"]),
        // What decides who may do what, and what the public sees, everybody reads.
        ("election", &["standing_agency"]),
        ("review/2021-03-04", &["standing_agency"]),
        ("publication", &["team_comms"]),
        ("rubbish", &[]),
    ];
    let bodies =
        ["standing_agency", "ec_members", "team_security", "team_comms", "ec_district_116", "stranger"];
    for (key, expected) in table {
        let found: Vec<&str> = bodies.into_iter().filter(|body| brings(body, key)).collect();
        assert_eq!(found, expected, "{key}");
    }
}

#[test]
fn records_are_written_by_the_standing_agency_alone() {
    for body in BODIES {
        let mut desk = Desk::open();
        let mut election = desk.copy(&Key::Election);
        let mut content = desk.election();
        content.name_en = "Another name".into();
        content.units.remove(3);
        content.anchors.insert("x".into(), "2021-05-23".into());
        write_election(&mut election, &content).unwrap();
        election.commit("a name", 1);
        assert_eq!(desk.deliver(body, &mut election), desk.expected(body, "standing_agency"), "{body}");

        let mut directive = desk.begin(&Key::directive("7/KH-UBBC").unwrap());
        let content =
            Directive { symbol: "7/KH-UBBC".into(), text_vi: "Kế hoạch.".into(), ..desk.directive() };
        write_directive(&mut directive, &content).unwrap();
        directive.commit("a plan", 1);
        assert_eq!(desk.deliver(body, &mut directive), desk.expected(body, "standing_agency"), "{body}");
    }
}

#[test]
fn what_is_admitted_can_be_read_whatever_the_kind() {
    let mut desk = Desk::open();
    for kind in Kind::ALL {
        let key = match kind {
            Kind::Election => Key::Election,
            Kind::Publication => Key::Publication,
            Kind::Directive => Key::directive("9/KH-UBBC").unwrap(),
            Kind::Progress => Key::progress("team_security").unwrap(),
            Kind::Report => Key::report("team_security", "2021-03-11").unwrap(),
            Kind::Incident => Key::incident("team_security", "a1").unwrap(),
            Kind::Review => Key::review("2021-03-11").unwrap(),
        };
        let mut document = desk.begin(&key);
        document.set_actor(ActorId::random());
        assert!(document.content().is_ok(), "{key} as it begins");
        let body = match kind {
            Kind::Election | Kind::Directive | Kind::Review => "standing_agency",
            Kind::Publication => "team_comms",
            _ => "team_security",
        };
        if kind == Kind::Directive {
            // It must say its own symbol, so an empty one is begun only.
            assert_eq!(desk.deliver(body, &mut document), Ok(()), "{key}");
            continue;
        }
        assert_eq!(desk.deliver(body, &mut document), Ok(()), "{key}");
    }
}
