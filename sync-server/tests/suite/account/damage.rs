//! Decay of the disk gives nobody an authority that they do not have.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use niemyet_sync::account::Account;
use niemyet_sync::account::AccountError;
use niemyet_sync::account::Accounts;
use niemyet_sync::account::New;
use niemyet_sync::account::Secret;
use niemyet_sync::account::Settings;
use niemyet_sync::audit::Audit;
use niemyet_sync::audit::Filter;
use niemyet_sync::database::Database;
use niemyet_sync::database::Options;

use super::support::DISTRICT;
use super::support::Office;
use crate::store::support::Counted;
use crate::store::support::act;
use crate::store::support::mix;

/// Whom each token is taken for.
type Who = Vec<Option<Account>>;

/// What can be read of accounts, sessions and the log.
fn everything(path: &Path, tokens: &[Secret]) -> Result<(String, Who), Box<dyn Error>> {
    let database = Arc::new(Database::open(path, Options::default())?);
    let accounts = Accounts::new(Arc::clone(&database), Arc::new(Counted::new()), Settings::default())?;
    let mut all = format!("{:?}", accounts.list()?);
    for account in accounts.list()? {
        all += &format!("{:?}", accounts.sessions(account.id)?);
    }
    all += &format!("{:?}", Audit::new(Arc::clone(&database)).latest(&Filter::default(), None, 1_000)?);
    let who = |token: &Secret| Ok(accounts.authenticate(5, token.show())?.map(|(account, _)| account));
    let found: Result<Vec<_>, AccountError> = tokens.iter().map(who).collect();
    Ok((all, found?))
}

#[test]
fn a_flipped_bit_makes_nobody_somebody_else() {
    let (office, admin) = Office::administered();
    let mut tokens = Vec::new();
    for number in 0..12 {
        let login = format!("huyen{number}");
        let new = New { login: &login, ..DISTRICT };
        let (account, _) = office.accounts.add(act(1, Some(admin.id)), new, false).unwrap();
        let (session, token) = office.accounts.token(act(2, None), account.id, "máy", None).unwrap();
        tokens.push(token);
        if number % 4 == 3 {
            office.accounts.revoke(act(3, None), session.id).unwrap();
        }
        if number % 4 == 2 {
            office.accounts.disable(act(3, None), account.id).unwrap();
        }
    }
    let Office { folder, database, accounts, .. } = office;
    drop((accounts, database));
    let (right, who) = everything(&folder.path(), &tokens).unwrap();
    assert_eq!(who.iter().flatten().count(), 6);
    let good = fs::read(folder.path()).unwrap();
    let used: Vec<usize> = (0..good.len()).filter(|&offset| good[offset] != 0).collect();
    let path = folder.folder.path().join("broken.sqlite");
    let (mut named, flips) = (0, 100);
    for flip in 0..flips {
        let offset = used[flip * used.len() / flips];
        let mut broken = good.clone();
        broken[offset] ^= 1 << (mix(offset as u64) % 8);
        fs::write(&path, &broken).unwrap();
        match everything(&path, &tokens) {
            Err(_) => named += 1,
            Ok((read, found)) => {
                assert_eq!(read, right, "byte {offset}");
                // Not being let in is safe; being taken for somebody else is not.
                let strange = found.iter().zip(&who).filter(|(found, who)| found.is_some() && found != who);
                assert_eq!(strange.count(), 0, "byte {offset}");
            }
        }
    }
    assert!(named > flips / 2, "only {named} of {flips} flips were seen");
}
