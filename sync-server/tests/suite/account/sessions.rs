//! Device tokens and browser sessions.

use niemyet_sync::access::AccountId;
use niemyet_sync::account::AccountError;
use niemyet_sync::account::Ended;
use niemyet_sync::account::SessionId;

use super::support::DAY;
use super::support::Office;
use crate::store::support::act;

#[test]
fn a_device_token_is_shown_once_listed_by_name_and_revoked() {
    let (office, admin, account) = Office::with_district();
    let (session, token) =
        office.accounts.token(act(5, Some(admin.id)), account.id, " máy tính xách tay ", None).unwrap();
    assert_eq!((session.device.as_deref(), session.expires_at), (Some("máy tính xách tay"), None));
    assert!(token.show().starts_with("nmt_") && token.show().len() >= 44);
    let (who, which) = office.accounts.authenticate(i64::MAX, token.show()).unwrap().unwrap();
    assert_eq!((who, &which), (account.clone(), &session));
    assert_eq!(office.accounts.sessions(account.id).unwrap(), std::slice::from_ref(&session));
    let entry = office.log().remove(0);
    assert_eq!((entry.event.word(), entry.subject.as_str()), ("token-made", "session 1"));
    assert!(entry.details.contains("máy tính xách tay"));
    office.accounts.revoke(act(6, Some(admin.id)), session.id).unwrap();
    assert_eq!(office.told(), [Ended::Session(session.id)]);
    assert!(!office.is_in(6, token.show()));
    assert_eq!(office.accounts.sessions(account.id).unwrap()[0].ended_at, Some(6));
    // Again is no error, and changes nothing.
    office.accounts.revoke(act(7, None), session.id).unwrap();
    assert_eq!(office.accounts.sessions(account.id).unwrap()[0].ended_at, Some(6));
}

#[test]
fn a_device_token_can_expire() {
    let (office, _, account) = Office::with_district();
    let (_, token) = office.accounts.token(act(5, None), account.id, "máy", Some(30 * DAY)).unwrap();
    assert!(office.is_in(4 + 30 * DAY, token.show()) && !office.is_in(5 + 30 * DAY, token.show()));
}

#[test]
fn a_device_has_one_token_at_a_time() {
    let (office, _, account) = Office::with_district();
    let token = |at| office.accounts.token(act(at, None), account.id, "máy", Some(30 * DAY));
    let (first, _) = token(5).unwrap();
    assert!(matches!(token(6), Err(AccountError::DeviceTaken { number, .. }) if number == first.id.0));
    office.accounts.token(act(7, None), account.id, "máy khác", None).unwrap();
    office.accounts.revoke(act(8, None), first.id).unwrap();
    token(9).unwrap();
    token(10 + 30 * DAY).unwrap();
}

#[test]
fn what_is_no_token_is_nobody() {
    let (office, _, account) = Office::with_district();
    let (_, token) = office.accounts.token(act(5, None), account.id, "máy", None).unwrap();
    let mut other = token.show().to_owned();
    let last = other.pop().unwrap();
    other.push(if last == '2' { '3' } else { '2' });
    let long = format!("nmt_{}", "2".repeat(100_000));
    for text in ["", "nmt_", "nmt_2", &other, &token.show()[4..], &long, "nmt_\u{0}", "nmt_0OIl"] {
        assert!(office.accounts.authenticate(6, text).unwrap().is_none(), "{:.60}", text);
    }
}

#[test]
fn a_token_stands_in_the_file_only_as_a_hash() {
    let (office, _, account) = Office::with_district();
    let (_, device) = office.accounts.token(act(5, None), account.id, "máy", None).unwrap();
    let browser = office.log_in(6, &account).token;
    let Office { folder, database, accounts, .. } = office;
    drop((accounts, database));
    let file = std::fs::read(folder.path()).unwrap();
    for token in [device, browser] {
        let text = token.show().trim_start_matches("nmt_").to_owned();
        let bytes = bs58::decode(&text).into_vec().unwrap();
        assert_eq!(bytes.len(), 32);
        assert!(!file.windows(text.len()).any(|found| found == text.as_bytes()));
        assert!(!file.windows(32).any(|found| found == bytes));
    }
}

#[test]
fn ended_sessions_are_forgotten_after_a_while_and_numbers_are_not_given_again() {
    let (office, _, account) = Office::with_district();
    let (first, _) = office.accounts.token(act(0, None), account.id, "a", None).unwrap();
    office.accounts.revoke(act(1, None), first.id).unwrap();
    let (second, _) = office.accounts.token(act(91 * DAY, None), account.id, "b", None).unwrap();
    assert_eq!(office.accounts.sessions(account.id).unwrap(), std::slice::from_ref(&second));
    assert_eq!((first.id, second.id), (SessionId(1), SessionId(2)));
}

#[test]
fn what_is_not_there_is_named() {
    let (office, _, account) = Office::with_district();
    assert!(matches!(office.accounts.revoke(act(1, None), SessionId(9)), Err(AccountError::UnknownSession)));
    assert!(matches!(office.accounts.sessions(AccountId(9)), Err(AccountError::Unknown { .. })));
    let unnamed = office.accounts.token(act(1, None), account.id, "", None);
    assert!(matches!(unnamed, Err(AccountError::BadName { .. })));
}
