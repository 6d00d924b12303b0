//! The first administrator, and what administrators do.

use niemyet_sync::access::AccountId;
use niemyet_sync::account::Account;
use niemyet_sync::account::AccountError;
use niemyet_sync::account::Edit;
use niemyet_sync::account::Ended;
use niemyet_sync::account::New;
use niemyet_sync::database::Mode;

use super::support::DAY;
use super::support::DISTRICT;
use super::support::FIRST;
use super::support::GOOD;
use super::support::HERE;
use super::support::OTHER;
use super::support::Office;
use super::support::accounts_of;
use super::support::is_refused;
use crate::account::support::visit;
use crate::store::support::act;

#[test]
fn the_first_administrator_is_made_with_a_code_that_works_once() {
    let office = Office::new();
    assert!(office.accounts.list().unwrap().is_empty(), "there is no default account");
    let accounts = &office.accounts;
    assert!(is_refused(accounts.claim(visit(0, HERE), "00000-00000-00000-00000", FIRST, GOOD)));
    let replaced = accounts.bootstrap(0).unwrap();
    let code = accounts.bootstrap(1).unwrap();
    assert!(is_refused(accounts.claim(visit(2, HERE), replaced.show(), FIRST, GOOD)));
    // As somebody types it who reads it from paper.
    let typed = code.show().to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
    let admin = accounts.claim(visit(2, HERE), &typed, FIRST, GOOD).unwrap();
    assert!(admin.admin && admin.active && admin.has_password && admin.id != AccountId(0));
    for again in [
        accounts.claim(visit(3, HERE), code.show(), DISTRICT, GOOD).map(drop),
        accounts.bootstrap(3).map(drop),
    ] {
        assert!(matches!(again, Err(AccountError::HasAdministrator)));
    }
    assert_eq!(accounts.list().unwrap(), [admin]);
    assert_eq!(office.words(2), ["account-added", "login-failed"]);
}

#[test]
fn the_code_expires_and_is_kept_only_as_a_hash() {
    let office = Office::new();
    let code = office.accounts.bootstrap(0).unwrap();
    assert!(is_refused(office.accounts.claim(visit(3 * DAY, HERE), code.show(), FIRST, GOOD)));
    assert_eq!(format!("{code:?}"), "Secret(…)");
    drop(office.accounts);
    drop(office.database);
    let file = std::fs::read(office.folder.path()).unwrap();
    for text in [code.show().to_owned(), code.show().replace('-', "")] {
        assert!(
            !file.windows(text.len()).any(|bytes| bytes == text.as_bytes()),
            "the code stands in the file"
        );
    }
}

#[test]
fn a_code_that_failed_is_still_good() {
    let office = Office::new();
    let code = office.accounts.bootstrap(0).unwrap();
    let bad = New { login: "Quản trị", ..FIRST };
    assert!(matches!(
        office.accounts.claim(visit(1, HERE), code.show(), bad, GOOD),
        Err(AccountError::BadLogin)
    ));
    let short = office.accounts.claim(visit(1, HERE), code.show(), FIRST, "ngắn");
    assert!(matches!(short, Err(AccountError::PasswordTooShort { shortest: 12 })));
    office.accounts.claim(visit(1, HERE), code.show(), FIRST, GOOD).unwrap();
}

#[test]
fn an_account_begins_with_a_code_and_no_password() {
    let (office, admin) = Office::administered();
    let (account, code) = office.accounts.add(act(0, Some(admin.id)), DISTRICT, false).unwrap();
    assert!(!account.has_password && !account.admin && account.principal().body == "huyen-1");
    assert!(is_refused(office.accounts.login(visit(0, HERE), "huyen1", "")));
    assert!(
        is_refused(office.accounts.set_password(visit(0, HERE), "quan.tri", code.show(), OTHER)),
        "of another account"
    );
    let set = office.accounts.set_password(visit(0, HERE), " Huyen1 ", code.show(), OTHER).unwrap();
    assert!(set.has_password);
    assert!(
        is_refused(office.accounts.set_password(visit(0, HERE), "huyen1", code.show(), GOOD)),
        "used twice"
    );
    office.accounts.login(visit(0, HERE), "huyen1", OTHER).unwrap();
    let taken = office.accounts.add(act(0, Some(admin.id)), New { login: "HUYEN1", ..DISTRICT }, false);
    assert!(matches!(taken, Err(AccountError::LoginTaken { .. })));
}

#[test]
fn logins_and_names_are_strict() {
    let (office, _) = Office::administered();
    let long = "a".repeat(33);
    for login in
        ["", "ab", "1ab", "a b c", "huyện", "-abc", "abc-", "abc.", "a/bc", "abc\u{0}", &long, "аbс1"]
    {
        let added = office.accounts.add(act(0, None), New { login, ..DISTRICT }, false);
        assert!(matches!(added, Err(AccountError::BadLogin)), "{login:?}");
    }
    for line in ["", "  ", "two\nlines", "bell\u{7}", &"x".repeat(101)] {
        for new in [New { name: line, ..DISTRICT }, New { body: line, ..DISTRICT }] {
            assert!(
                matches!(office.accounts.add(act(0, None), new, false), Err(AccountError::BadName { .. })),
                "{line:?}"
            );
        }
    }
    assert_eq!(office.accounts.list().unwrap().len(), 1);
}

#[test]
fn disabling_ends_everything_at_once_and_tells_the_listeners() {
    let (office, admin, account) = Office::with_district();
    let browser = office.log_in(1, &account);
    let (_, device) =
        office.accounts.token(act(1, Some(admin.id)), account.id, "máy văn phòng", None).unwrap();
    assert!(office.is_in(2, browser.token.show()) && office.is_in(2, device.show()));
    office.accounts.disable(act(2, Some(admin.id)), account.id).unwrap();
    assert_eq!(office.told(), [Ended::Account(account.id)]);
    assert!(!office.is_in(2, browser.token.show()) && !office.is_in(2, device.show()));
    assert!(is_refused(office.accounts.login(visit(3, HERE), "huyen1", GOOD)));
    let token = office.accounts.token(act(3, Some(admin.id)), account.id, "x", None);
    assert!(matches!(token, Err(AccountError::Disabled)));
    assert!(matches!(office.accounts.reset(act(3, Some(admin.id)), account.id), Err(AccountError::Disabled)));
    office.accounts.enable(act(4, Some(admin.id)), account.id).unwrap();
    assert!(
        !office.is_in(4, browser.token.show()) && !office.is_in(4, device.show()),
        "what ended stays ended"
    );
    office.log_in(5, &account);
    let entry = office.log().into_iter().find(|entry| entry.event.word() == "account-disabled").unwrap();
    assert_eq!((entry.account, entry.subject), (Some(admin.id), format!("account {} huyen1", account.id.0)));
}

#[test]
fn the_last_administrator_cannot_be_disabled() {
    let (office, admin, account) = Office::with_district();
    let disable = |id| office.accounts.disable(act(1, None), id);
    assert!(matches!(disable(admin.id), Err(AccountError::LastAdministrator)));
    let (second, _) = office.accounts.add(act(1, None), New { login: "quan.tri2", ..FIRST }, true).unwrap();
    disable(admin.id).unwrap();
    assert!(matches!(disable(second.id), Err(AccountError::LastAdministrator)));
    disable(account.id).unwrap();
    assert!(matches!(disable(AccountId(99)), Err(AccountError::Unknown { .. })));
}

#[test]
fn an_account_can_change_its_body_and_rights_and_its_connections_are_closed() {
    let (office, admin, account) = Office::with_district();
    let token = office.log_in(1, &account).token;
    let edit = Edit { name: "Huyện hai", body: "huyen-2", admin: true };
    let changed = office.accounts.edit(act(2, Some(admin.id)), account.id, edit).unwrap();
    assert_eq!((changed.body.as_str(), changed.admin, changed.login.as_str()), ("huyen-2", true, "huyen1"));
    assert_eq!(office.told(), [Ended::Account(account.id)]);
    assert_eq!(office.accounts.authenticate(3, token.show()).unwrap().unwrap().0, changed);
    office.log_in(3, &account);
    // Now the first may go, but not the last.
    let plain = |id, account: &Account| {
        let edit = Edit { name: &account.name, body: &account.body, admin: false };
        office.accounts.edit(act(4, None), id, edit)
    };
    assert!(!plain(admin.id, &admin).unwrap().admin);
    assert!(matches!(plain(account.id, &changed), Err(AccountError::LastAdministrator)));
}

#[test]
fn a_reset_takes_password_and_sessions_away_and_gives_a_code() {
    let (office, admin, account) = Office::with_district();
    let browser = office.log_in(1, &account);
    let (_, device) = office.accounts.token(act(1, None), account.id, "máy", None).unwrap();
    let earlier = office.accounts.reset(act(2, Some(admin.id)), account.id).unwrap();
    let code = office.accounts.reset(act(2, Some(admin.id)), account.id).unwrap();
    assert_eq!(office.told(), [Ended::Account(account.id); 2]);
    assert!(!office.is_in(2, browser.token.show()) && !office.is_in(2, device.show()));
    assert!(is_refused(office.accounts.login(visit(3, HERE), "huyen1", GOOD)));
    assert!(is_refused(office.accounts.set_password(visit(3, HERE), "huyen1", earlier.show(), OTHER)));
    office.accounts.set_password(visit(3, HERE), "huyen1", code.show(), OTHER).unwrap();
    office.accounts.login(visit(3, HERE), "huyen1", OTHER).unwrap();
}

#[test]
fn what_another_process_ends_is_told_when_the_log_is_followed() {
    let (office, admin, account) = Office::with_district();
    let browser = office.log_in(1, &account);
    office.accounts.catch_up().unwrap();
    assert_eq!(office.told(), []);
    // The command line beside the running server.
    let beside = accounts_of(&office.folder.database(Mode::Beside));
    beside.revoke(act(2, None), browser.session.id).unwrap();
    beside.disable(act(2, Some(admin.id)), account.id).unwrap();
    assert!(!office.is_in(2, browser.token.show()), "it has no authority from that moment");
    office.accounts.catch_up().unwrap();
    assert_eq!(office.told(), [Ended::Session(browser.session.id), Ended::Account(account.id)]);
    office.accounts.catch_up().unwrap();
    assert_eq!(office.told(), []);
}

#[test]
fn accounts_are_there_after_reopening() {
    let (office, _, account) = Office::with_district();
    let token = office.log_in(1, &account).token;
    let before = office.accounts.list().unwrap();
    let Office { folder, database, accounts, .. } = office;
    drop((accounts, database));
    let accounts = accounts_of(&folder.database(Mode::Alone));
    assert_eq!(accounts.list().unwrap(), before);
    assert_eq!(accounts.authenticate(2, token.show()).unwrap().unwrap().0, account);
    assert_eq!(accounts.find("HUYEN1").unwrap().unwrap(), account);
    assert_eq!(accounts.find("huyen 1").unwrap(), None);
}
