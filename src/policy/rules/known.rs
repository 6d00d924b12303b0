//! What the rules know from other documents than the one that is written: the roles of bodies, what was handed in, what
//! was decided.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::document::Content;
use crate::document::Key;
use crate::document::election::Body;
use crate::document::election::Election;
use crate::document::review::Decision;
use crate::document::status::Status;
use crate::policy::access::Role;

/// Heads as documents hold them.
pub(super) type Heads = Vec<String>;

/// A report: the body and the due date.
type Report = (String, NaiveDate);

/// What is known.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    roles: BTreeMap<String, BTreeSet<Role>>,
    submissions: BTreeMap<Report, Vec<Heads>>,
    verdicts: BTreeMap<Report, (Decision, Heads)>,
}

impl Known {
    /// Takes in what a document holds now; true if access depends on it.
    pub fn learn(&mut self, key: &Key, content: &Content) -> bool {
        match (key, content) {
            (Key::Election, Content::Election(election)) => {
                let roles = election.bodies.iter().map(|body| (body.id.clone(), roles_of(body))).collect();
                std::mem::replace(&mut self.roles, roles) != self.roles
            }
            (Key::Report(body, due), Content::Report(report)) => {
                let heads = report.submissions.iter().map(|submission| submission.heads.clone());
                self.submissions.insert((body.as_str().to_owned(), *due), heads.collect());
                false
            }
            (Key::Review(due), Content::Review(review)) => {
                self.verdicts.retain(|(_, other), _| other != due);
                self.verdicts.extend(review.verdicts.iter().map(|(body, verdict)| {
                    ((body.clone(), *due), (verdict.decision, verdict.heads.clone()))
                }));
                false
            }
            _ => false,
        }
    }

    /// The roles of a body; `None` if the election has no such body.
    pub fn roles(&self, body: &str) -> Option<&BTreeSet<Role>> {
        self.roles.get(body)
    }

    /// Whether a body has handed in its report with these heads.
    pub fn was_handed_in(&self, body: &str, due: NaiveDate, heads: &Heads) -> bool {
        self.submissions.get(&(body.to_owned(), due)).is_some_and(|all| all.contains(heads))
    }

    /// Where a report stands that says of itself that it is handed in.
    pub fn judged(&self, body: &str, due: NaiveDate) -> Status {
        let report = (body.to_owned(), due);
        let last = self.submissions.get(&report).and_then(|all| all.last());
        match self.verdicts.get(&report).filter(|(_, heads)| Some(heads) == last) {
            Some((Decision::Accepted, _)) => Status::Accepted,
            Some((Decision::Returned, _)) => Status::Returned,
            None => Status::Submitted,
        }
    }
}

/// The bodies of an election that publish, as access will know them.
pub(super) fn publishers(election: &Election) -> BTreeSet<&str> {
    let roles: BTreeMap<&str, BTreeSet<Role>> =
        election.bodies.iter().map(|body| (body.id.as_str(), roles_of(body))).collect();
    roles.into_iter().filter(|(_, roles)| roles.contains(&Role::Communications)).map(|(id, _)| id).collect()
}

/// What a body of the election does in the committee's work.
pub fn roles_of(body: &Body) -> BTreeSet<Role> {
    match body.role.as_str() {
        "standing_agency" => [Role::StandingAgency].into(),
        "team" => [Role::Team].into(),
        // The communications team is an assisting team like the others (19/KL-UBBC, section 2).
        "communications" => [Role::Team, Role::Communications].into(),
        "member" => [Role::Member].into(),
        // The province's committee is the committee itself; those below it report to it.
        "committee" if body.level == "province" => [Role::Member].into(),
        "committee" => [Role::DistrictCommittee].into(),
        _ => BTreeSet::new(),
    }
}
