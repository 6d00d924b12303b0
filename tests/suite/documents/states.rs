//! States and actions: one table each for every pair, and the life of a report across its two documents.

use niemyet::document::progress::TaskAction;
use niemyet::document::progress::TaskStatus;
use niemyet::document::report::revise;
use niemyet::document::report::set_figure;
use niemyet::document::report::submit;
use niemyet::document::report::withdraw;
use niemyet::document::review::decide;
use niemyet::document::status::Action;
use niemyet::document::status::Party;
use niemyet::document::status::Status;

use super::device;
use super::report;
use super::review;

/// A state, and for each action the state it leads to, if it may be done.
type Row<S, A, const N: usize> = (S, [(A, Option<S>); N]);

#[rustfmt::skip]
const REPORTS: &[Row<Status, Action, 6>] = {
    use Action::{Accept, Reopen, Return, Revise, Submit, Withdraw};
    use Status::{Accepted, Draft, Returned, Submitted};
    &[
        (Draft,     [(Submit, Some(Submitted)), (Withdraw, None),        (Return, None),           (Accept, None),           (Revise, None),        (Reopen, None)]),
        (Submitted, [(Submit, None),            (Withdraw, Some(Draft)), (Return, Some(Returned)), (Accept, Some(Accepted)), (Revise, None),        (Reopen, None)]),
        (Returned,  [(Submit, None),            (Withdraw, None),        (Return, None),           (Accept, None),           (Revise, Some(Draft)), (Reopen, None)]),
        (Accepted,  [(Submit, None),            (Withdraw, None),        (Return, None),           (Accept, None),           (Revise, None),        (Reopen, Some(Returned))]),
    ]
};

#[test]
fn every_action_on_every_state_of_a_report() {
    assert_eq!(REPORTS.iter().map(|row| row.0).collect::<Vec<_>>(), Status::ALL);
    for (status, row) in REPORTS {
        assert_eq!(row.map(|pair| pair.0), Action::ALL);
        for (action, expected) in row {
            let reporters = matches!(action, Action::Submit | Action::Withdraw | Action::Revise);
            let (owner, other) = if reporters {
                (Party::Reporter, Party::StandingAgency)
            } else {
                (Party::StandingAgency, Party::Reporter)
            };
            assert_eq!(status.apply(*action, owner).ok(), *expected, "{status:?} {action:?}");
            let refused = status.apply(*action, other).unwrap_err().to_string();
            assert!(refused.contains("; ask "), "{status:?} {action:?}: {refused}");
        }
    }
}

#[rustfmt::skip]
const TASKS: &[Row<TaskStatus, TaskAction, 5>] = {
    use TaskAction::{Block, Finish, Reopen, Resume, Start};
    use TaskStatus::{Blocked, Done, InProgress, NotStarted};
    &[
        (NotStarted, [(Start, Some(InProgress)), (Block, Some(Blocked)), (Resume, None),             (Finish, Some(Done)), (Reopen, None)]),
        (InProgress, [(Start, None),             (Block, Some(Blocked)), (Resume, None),             (Finish, Some(Done)), (Reopen, None)]),
        (Blocked,    [(Start, None),             (Block, None),          (Resume, Some(InProgress)), (Finish, None),       (Reopen, None)]),
        (Done,       [(Start, None),             (Block, None),          (Resume, None),             (Finish, None),       (Reopen, Some(InProgress))]),
    ]
};

#[test]
fn every_action_on_every_state_of_a_task() {
    assert_eq!(TASKS.iter().map(|row| row.0).collect::<Vec<_>>(), TaskStatus::ALL);
    for (status, row) in TASKS {
        assert_eq!(row.map(|pair| pair.0), TaskAction::ALL);
        for (action, expected) in row {
            assert_eq!(status.apply(*action).ok(), *expected, "{status:?} {action:?}");
        }
    }
}

const AT: &str = "2021-03-04T09:30:00+07:00";
const AGENCY: (&str, &str) = ("standing_agency", "2021-03-04T11:05:00+07:00");

#[test]
fn a_report_is_submitted_returned_corrected_and_accepted() {
    let (mut own, mut round) = (device("report/team_comms/2021-03-04", 1), device("review/2021-03-04", 2));
    let body = "team_comms";
    set_figure(&mut own, "voters.male", Some(10)).unwrap();
    let handed_in = own.heads();
    assert_eq!(submit(&mut own, None, AT).unwrap(), Status::Submitted);
    let refused = set_figure(&mut own, "voters.male", Some(11)).unwrap_err().to_string();
    assert!(refused.contains("withdraw it first"), "{refused}");

    let without = decide(&mut round, (body, &report(&own)), (Action::Return, " "), AGENCY).unwrap_err();
    assert!(without.to_string().contains("say what to correct"), "{without}");
    decide(&mut round, (body, &report(&own)), (Action::Return, "Thiếu số liệu nữ"), AGENCY).unwrap();
    let verdict = review(&round).verdicts.remove(body).unwrap();
    assert_eq!(verdict.heads, [handed_in[0].to_string()]);
    assert_eq!(report(&own).status(Some(&verdict)), Status::Returned);
    assert!(withdraw(&mut own, Some(&verdict)).is_err());
    assert_eq!(revise(&mut own, Some(&verdict)).unwrap(), Status::Draft);
    assert_eq!(report(&own).status(Some(&verdict)), Status::Draft);

    set_figure(&mut own, "voters.female", Some(12)).unwrap();
    submit(&mut own, Some(&verdict), AT).unwrap();
    assert_eq!(report(&own).status(Some(&verdict)), Status::Submitted, "the verdict was on the first one");
    decide(&mut round, (body, &report(&own)), (Action::Accept, ""), AGENCY).unwrap();
    let verdict = review(&round).verdicts.remove(body).unwrap();
    assert_eq!(report(&own).status(Some(&verdict)), Status::Accepted);
    assert_eq!(report(&own).submissions.len(), 2);
    assert!(revise(&mut own, Some(&verdict)).is_err());

    decide(&mut round, (body, &report(&own)), (Action::Reopen, "Sai số"), AGENCY).unwrap();
    let verdict = review(&round).verdicts.remove(body).unwrap();
    assert_eq!(report(&own).status(Some(&verdict)), Status::Returned);
}

#[test]
fn an_acceptance_stands_even_if_the_body_withdrew_at_the_same_time() {
    let (mut own, mut round) = (device("report/team_comms/2021-03-04", 1), device("review/2021-03-04", 2));
    submit(&mut own, None, AT).unwrap();
    decide(&mut round, ("team_comms", &report(&own)), (Action::Accept, ""), AGENCY).unwrap();
    withdraw(&mut own, None).unwrap();
    assert_eq!(report(&own).status(None), Status::Draft);
    let verdict = review(&round).verdicts.remove("team_comms").unwrap();
    assert_eq!(report(&own).status(Some(&verdict)), Status::Accepted);
}

#[test]
fn what_was_not_submitted_cannot_be_judged() {
    let (own, mut round) = (device("report/team_comms/2021-03-04", 1), device("review/2021-03-04", 2));
    let refused =
        decide(&mut round, ("team_comms", &report(&own)), (Action::Accept, ""), AGENCY).unwrap_err();
    assert!(refused.to_string().contains("the body submits it first"), "{refused}");
}
