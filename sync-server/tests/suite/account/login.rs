//! Logging in: what is told, and what is not.

use niemyet_sync::account::AccountError;
use niemyet_sync::account::Ended;
use niemyet_sync::account::New;
use niemyet_sync::account::Settings;

use super::support::DAY;
use super::support::DISTRICT;
use super::support::GOOD;
use super::support::HERE;
use super::support::OTHER;
use super::support::Office;
use super::support::is_refused;
use crate::account::support::visit;
use crate::store::support::act;

#[test]
fn every_failure_has_the_same_words() {
    let (office, admin, account) = Office::with_district();
    office.accounts.add(act(0, None), New { login: "moi", ..DISTRICT }, false).unwrap();
    let (off, code) = office.accounts.add(act(0, None), New { login: "tat", ..DISTRICT }, false).unwrap();
    office.accounts.set_password(visit(0, HERE), "tat", code.show(), GOOD).unwrap();
    office.accounts.disable(act(0, Some(admin.id)), off.id).unwrap();
    for (login, password) in [
        (account.login.as_str(), OTHER),
        ("khong.co", GOOD),
        ("moi", GOOD),
        ("tat", GOOD),
        ("no login at all", GOOD),
        (&account.login, ""),
        (&account.login, &"x".repeat(100_000)),
    ] {
        let error = office.accounts.login(visit(1, HERE), login, password).unwrap_err();
        assert!(matches!(error, AccountError::Refused), "{login}: {error}");
    }
    office.log_in(1, &account);
}

#[test]
fn a_password_fits_however_the_keyboard_composes_its_accents() {
    let (office, _, account) = Office::with_district();
    let decomposed = "na\u{306}m con thuye\u{302}\u{300}n gia\u{302}\u{301}y";
    assert_ne!(decomposed, GOOD);
    office.accounts.login(visit(1, HERE), &account.login, decomposed).unwrap();
}

#[test]
fn the_log_tells_logins_and_failures_without_secrets() {
    let (office, _, account) = Office::with_district();
    assert!(is_refused(office.accounts.login(visit(1, HERE), "huyen1", OTHER)));
    let login = office.log_in(2, &account);
    office.accounts.logout(3, &login.session).unwrap();
    assert_eq!(office.words(3), ["logout", "login", "login-failed"]);
    let all = format!("{:?}", office.log());
    let token = login.token.show();
    assert!(
        !all.contains(OTHER) && !all.contains(GOOD) && !all.contains(token) && !all.contains(&token[4..])
    );
    assert!(all.contains("from 192.0.2.1"));
}

#[test]
fn a_password_is_changed_with_the_old_one_and_other_browsers_are_logged_out() {
    let (office, _, account) = Office::with_district();
    let (here, there) = (office.log_in(1, &account), office.log_in(1, &account));
    let (_, device) = office.accounts.token(act(1, None), account.id, "máy", None).unwrap();
    let change = |old, new| office.accounts.change_password(visit(2, HERE), &here.session, old, new);
    assert!(is_refused(change(OTHER, OTHER)));
    assert!(matches!(change(GOOD, "short"), Err(AccountError::PasswordTooShort { .. })));
    change(GOOD, OTHER).unwrap();
    assert_eq!(office.told(), [Ended::Session(there.session.id)]);
    let is_in = |token: &str| office.is_in(3, token);
    assert!(is_in(here.token.show()) && !is_in(there.token.show()) && is_in(device.show()));
    assert!(is_refused(office.accounts.login(visit(3, HERE), "huyen1", GOOD)));
    office.accounts.login(visit(3, HERE), "huyen1", OTHER).unwrap();
}

#[test]
fn a_browser_session_expires() {
    let (office, _, account) = Office::with_district();
    let login = office.log_in(10, &account);
    assert_eq!(login.session.expires_at, Some(10 + 14 * DAY));
    assert!(office.is_in(9 + 14 * DAY, login.token.show()));
    assert!(!office.is_in(10 + 14 * DAY, login.token.show()));
    assert_eq!(Settings::default().session_lasts, 14 * DAY);
}

#[test]
fn many_logins_at_once_wait_for_their_turn() {
    let (office, _, account) = Office::with_district();
    std::thread::scope(|scope| {
        for _ in 0..5 {
            scope.spawn(|| office.log_in(1, &account));
        }
    });
    assert_eq!(office.accounts.sessions(account.id).unwrap().len(), 5);
}
