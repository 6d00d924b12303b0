//! Who may read and write what: every row of the table, for every kind of account, as a function and over connections.

mod connected;

use niemyet::document::Key;
use niemyet::policy::access::Access;
use niemyet::policy::access::Access::None as No;
use niemyet::policy::access::Access::Read;
use niemyet::policy::access::Access::ReadWrite;
use niemyet::policy::access::Account;
use niemyet::policy::access::Role;
use niemyet::policy::access::access;

/// The accounts, in the order of the columns: the standing agency, a member, a team, the communications team, a
/// district's committee, and a body that only has an account.
fn accounts() -> [Account; 6] {
    let account =
        |body: &str, roles: &[Role]| Account { body: body.into(), roles: roles.iter().copied().collect() };
    [
        account("standing_agency", &[Role::StandingAgency]),
        account("ec_members", &[Role::Member]),
        account("team_security", &[Role::Team]),
        account("team_comms", &[Role::Team, Role::Communications]),
        account("ec_district_116", &[Role::DistrictCommittee]),
        account("dof", &[]),
    ]
}

#[rustfmt::skip]
const TABLE: &[(&str, [Access; 6])] = &[
    // document                                        agency     member     team       comms      district   other
    ("election",                                      [ReadWrite, Read,      Read,      Read,      Read,      Read]),
    ("directive/19/KL-UBBC",                          [ReadWrite, Read,      Read,      Read,      Read,      Read]),
    ("progress/standing_agency",                      [ReadWrite, Read,      Read,      Read,      No,        No]),
    ("progress/ec_members",                           [Read,      ReadWrite, Read,      Read,      No,        No]),
    ("progress/team_security",                        [Read,      Read,      ReadWrite, Read,      No,        No]),
    ("progress/team_comms",                           [Read,      Read,      Read,      ReadWrite, No,        No]),
    ("progress/ec_district_116",                      [Read,      Read,      Read,      Read,      ReadWrite, No]),
    ("progress/dof",                                  [Read,      Read,      Read,      Read,      No,        ReadWrite]),
    ("report/standing_agency/2021-03-04",             [ReadWrite, Read,      No,        No,        No,        No]),
    ("report/ec_members/2021-03-04",                  [Read,      ReadWrite, No,        No,        No,        No]),
    ("report/team_security/2021-03-04",               [Read,      Read,      ReadWrite, No,        No,        No]),
    ("report/team_comms/2021-03-04",                  [Read,      Read,      No,        ReadWrite, No,        No]),
    ("report/ec_district_116/2021-03-04",             [Read,      Read,      No,        No,        ReadWrite, No]),
    ("report/dof/2021-03-04",                         [Read,      Read,      No,        No,        No,        ReadWrite]),
    ("incident/team_security/a1",                     [Read,      Read,      ReadWrite, No,        No,        No]),
    ("incident/ec_district_116/a1",                   [Read,      Read,      No,        No,        ReadWrite, No]),
    ("review/2021-03-04",                             [ReadWrite, Read,      Read,      Read,      Read,      Read]),
    ("publication",                                   [Read,      Read,      Read,      ReadWrite, Read,      Read]),
];

#[test]
fn every_row_of_the_table_holds_for_every_account() {
    for (text, expected) in TABLE {
        let key: Key = text.parse().unwrap();
        for (account, expected) in accounts().iter().zip(expected) {
            assert_eq!(access(account, &key), *expected, "{} and {text}", account.body);
        }
    }
}

#[test]
fn every_kind_of_document_stands_in_the_table() {
    for kind in niemyet::document::Kind::ALL {
        assert!(TABLE.iter().any(|(key, _)| key.split('/').next() == Some(kind.word())), "{kind}");
    }
}

#[test]
fn every_role_has_a_column() {
    for role in Role::ALL {
        assert!(accounts().iter().any(|account| account.roles.contains(&role)), "{role:?}");
    }
}

#[test]
fn a_body_whose_name_begins_like_another_has_no_part_in_it() {
    let account = Account { body: "ec_district_11".into(), roles: [Role::DistrictCommittee].into() };
    assert_eq!(access(&account, &"progress/ec_district_116".parse().unwrap()), No);
}
