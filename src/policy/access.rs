//! Who may read and write which document. A document is the unit of permission, because a peer cannot accept half of
//! a chain of changes; so this table is all there is.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde::Serialize;

use crate::document::Key;

/// What an account may do with a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Access {
    /// Nothing; not even to learn that it exists.
    None,
    /// Receive it.
    Read,
    /// Receive it and deliver changes.
    ReadWrite,
}

/// What a body does in the committee's work. A body may have several roles: the communications team is a team.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The standing agency of the committee (Cơ quan thường trực).
    StandingAgency,
    /// A member of the committee.
    Member,
    /// An assisting team (Tổ giúp việc).
    Team,
    /// The election committee of a district.
    DistrictCommittee,
    /// The team that informs the public.
    Communications,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 5] =
        [Self::StandingAgency, Self::Member, Self::Team, Self::DistrictCommittee, Self::Communications];
}

/// What access depends on: the body that an account acts for, and the roles of that body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Id of the body.
    pub body: String,
    /// Its roles.
    pub roles: BTreeSet<Role>,
}

impl Account {
    fn is(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// An account of this committee: a district's committee is a committee of its own, below it.
    fn of_the_committee(&self) -> bool {
        use Role::Communications;
        use Role::Member;
        use Role::StandingAgency;
        use Role::Team;
        [StandingAgency, Member, Team, Communications].into_iter().any(|role| self.is(role))
    }
}

/// What `account` may do with the document of `key`.
pub fn access(account: &Account, key: &Key) -> Access {
    let own = key.body() == Some(account.body.as_str());
    let (writes, reads) = match key {
        Key::Election | Key::Directive(_) | Key::Review(_) => (account.is(Role::StandingAgency), true),
        Key::Progress(_) => (own, account.of_the_committee()),
        Key::Report(..) | Key::Incident(..) => {
            (own, account.is(Role::StandingAgency) || account.is(Role::Member))
        }
        Key::Publication => (account.is(Role::Communications), true),
    };
    match (writes, reads) {
        // Who writes also reads: a writer who cannot receive a document cannot merge into it.
        (true, _) => Access::ReadWrite,
        (false, true) => Access::Read,
        (false, false) => Access::None,
    }
}
