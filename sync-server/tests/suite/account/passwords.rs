//! Which passwords are accepted, and how they are kept.

use niemyet_sync::account::AccountError;

use super::support::GOOD;
use super::support::HERE;
use super::support::Office;
use crate::account::support::visit;
use crate::store::support::act;

#[test]
fn easy_passwords_are_refused_with_words() {
    let (office, admin) = Office::administered();
    let code = office.accounts.reset(act(0, None), admin.id).unwrap();
    let set =
        |password: &str| office.accounts.set_password(visit(0, HERE), "quan.tri", code.show(), password);
    for short in ["", "elevenchars", "mười một ký"] {
        let error = set(short).unwrap_err();
        assert!(matches!(error, AccountError::PasswordTooShort { .. }), "{short}: {error}");
        assert!(error.to_string().contains("at least 12 characters"));
    }
    for easy in [
        "matkhau123456",
        "MatKhau123456",
        "123456789012",
        "aaaaaaaaaaaaaaaa",
        "abababababababab",
        "quan.tri2026",
        "Quan.Triquan.Tri",
        "Quan.tri12345",
    ] {
        assert!(matches!(set(easy), Err(AccountError::PasswordCommon)), "{easy}");
    }
    assert!(matches!(set(&"Ab1 xyz".repeat(40)), Err(AccountError::PasswordTooLong { .. })));
    // At least 64 characters are accepted, spaces and any script too.
    set(&"năm con thuyền giấy ".repeat(12)).unwrap();
}

#[test]
fn a_password_is_kept_as_argon2id_by_the_recommendation() {
    let (office, _) = Office::administered();
    let kept: String =
        office.folder.raw().query_row("SELECT password FROM account", [], |row| row.get(0)).unwrap();
    // OWASP Password Storage Cheat Sheet: 19 MiB, two passes, one lane.
    assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
    let hash = argon2::PasswordHash::new(&kept).unwrap();
    let fits = |password: &str| {
        argon2::PasswordVerifier::verify_password(&argon2::Argon2::default(), password.as_bytes(), &hash)
            .is_ok()
    };
    assert!(fits(GOOD) && !fits("another one"));
}

#[test]
fn equal_passwords_are_kept_differently() {
    let (office, ..) = Office::with_district();
    let raw = office.folder.raw();
    let mut statement = raw.prepare("SELECT password FROM account").unwrap();
    let kept: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert_eq!(kept.len(), 2);
    assert_ne!(kept[0], kept[1]);
}
