//! How often a login may be tried.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use niemyet_sync::account::AccountError;
use niemyet_sync::account::Accounts;
use niemyet_sync::account::Settings;

use super::support::GOOD;
use super::support::HERE;
use super::support::OTHER;
use super::support::Office;
use super::support::SECOND;
use super::support::is_refused;
use crate::account::support::visit;
use crate::store::support::Counted;

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// Tries a wrong password until it is told to wait; gives how often it was tried.
fn tries(office: &Office, now: i64, login: &str, from: impl Fn(usize) -> IpAddr) -> (usize, i64) {
    for count in 0..200 {
        match office.accounts.login(visit(now, from(count)), login, OTHER) {
            Err(AccountError::Refused) => {}
            Err(AccountError::TooMany { wait }) => return (count, wait),
            other => unreachable!("{other:?}"),
        }
    }
    unreachable!("never told to wait");
}

#[test]
fn after_five_failures_one_may_try_once_a_minute() {
    let (office, _, account) = Office::with_district();
    let (count, wait) = tries(&office, 1_000_000, &account.login, |_| HERE);
    assert_eq!((count, wait), (5, 60 * SECOND));
    // The right password is refused too, with words; it does not count.
    let right = |now| office.accounts.login(visit(now, HERE), &account.login, GOOD);
    let error = right(1_000_000).unwrap_err();
    assert_eq!(error.to_string(), "too many attempts; wait 60 seconds, then try again");
    assert!(matches!(right(1_000_000 + 59_999), Err(AccountError::TooMany { wait: 1 })));
    right(1_000_000 + 60_000).unwrap();
    // From then on it is as if nothing had been.
    assert_eq!(tries(&office, 1_060_000, &account.login, |_| HERE).0, 5);
}

#[test]
fn somebody_elses_failures_do_not_lock_the_owner_out_at_once() {
    let (office, _, account) = Office::with_district();
    tries(&office, 1, &account.login, |_| address("198.51.100.7"));
    office.log_in(1, &account);
}

#[test]
fn an_account_tried_from_many_addresses_is_protected() {
    let (office, _, account) = Office::with_district();
    let many = |count: usize| address(&format!("198.51.100.{count}"));
    let (count, _) = tries(&office, 1, &account.login, many);
    assert_eq!(count, 30);
    // IPv6: the whole network of a customer is one address.
    let (office, _, account) = Office::with_district();
    let network = |count: usize| address(&format!("2001:db8:0:1::{count}"));
    assert_eq!(tries(&office, 1, &account.login, network).0, 5);
    let mapped = |count: usize| address(["::ffff:203.0.113.9", "203.0.113.9"][count % 2]);
    assert_eq!(tries(&office, 1, &account.login, mapped).0, 5);
}

#[test]
fn an_address_that_tries_many_accounts_is_stopped_also_for_codes() {
    let (office, ..) = Office::with_district();
    let from = address("203.0.113.5");
    let mut stopped = 0;
    for number in 0..60 {
        let login = format!("khong{number}");
        let result = match number % 2 {
            0 => office.accounts.login(visit(1, from), &login, GOOD).map(drop),
            _ => office
                .accounts
                .set_password(visit(1, from), &login, "00000-00000-00000-00000", GOOD)
                .map(drop),
        };
        stopped += usize::from(matches!(result, Err(AccountError::TooMany { .. })));
    }
    assert_eq!(stopped, 30);
    // Refusals are noted once, not each: the log is not theirs to fill.
    let blocked = office.log().iter().filter(|entry| entry.event.word() == "login-blocked").count();
    assert_eq!(blocked, 1);
}

#[test]
fn codes_cannot_be_guessed_at_will() {
    let office = Office::new();
    let code = office.accounts.bootstrap(0).unwrap();
    for _ in 0..5 {
        let claimed =
            office.accounts.claim(visit(1, HERE), "A2345-A2345-A2345-A2345", super::support::FIRST, GOOD);
        assert!(is_refused(claimed));
    }
    let claimed = office.accounts.claim(visit(1, HERE), code.show(), super::support::FIRST, GOOD);
    assert!(matches!(claimed, Err(AccountError::TooMany { .. })));
}

#[test]
fn who_would_be_the_first_administrator_where_there_is_one_costs_nothing_and_pays_for_it() {
    let (office, _) = Office::administered();
    let chance = Arc::new(Counted::new());
    let accounts =
        Accounts::new(Arc::clone(&office.database), Arc::<Counted>::clone(&chance), Settings::default())
            .unwrap();
    let drawn = || chance.0.load(Ordering::Relaxed);
    let before = drawn();
    let claim = || accounts.claim(visit(1, HERE), "A2345-A2345-A2345-A2345", super::support::FIRST, GOOD);
    for _ in 0..5 {
        assert!(matches!(claim(), Err(AccountError::HasAdministrator)));
    }
    assert_eq!(drawn(), before, "a password was hashed in vain");
    assert!(
        matches!(claim(), Err(AccountError::TooMany { .. })),
        "an attempt that cannot succeed is forgiven"
    );
}
