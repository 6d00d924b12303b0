//! An office with accounts, whose clock and chance the test says.

use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::Mutex;

use niemyet_sync::account::Account;
use niemyet_sync::account::AccountError;
use niemyet_sync::account::Accounts;
use niemyet_sync::account::Ended;
use niemyet_sync::account::Login;
use niemyet_sync::account::New;
use niemyet_sync::account::Settings;
use niemyet_sync::account::Visit;
use niemyet_sync::audit::Audit;
use niemyet_sync::audit::Entry;
use niemyet_sync::audit::Filter;
use niemyet_sync::database::Database;
use niemyet_sync::database::Mode;

use crate::store::support::Counted;
use crate::store::support::Folder;
use crate::store::support::act;

pub const HERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
pub const GOOD: &str = "năm con thuyền giấy";
pub const OTHER: &str = "bảy ngọn đèn đường";
pub const SECOND: i64 = 1_000;
pub const HOUR: i64 = 3_600_000;
pub const DAY: i64 = 24 * HOUR;

pub const FIRST: New<'static> = New { login: "quan.tri", name: "Quản trị", body: "thuong-truc" };
pub const DISTRICT: New<'static> = New { login: "huyen1", name: "Huyện một", body: "huyen-1" };

pub fn visit(now: i64, from: IpAddr) -> Visit {
    Visit { now, from }
}

pub struct Office {
    pub folder: Folder,
    pub database: Arc<Database>,
    pub accounts: Accounts,
    pub ended: Arc<Mutex<Vec<Ended>>>,
}

pub fn accounts_of(database: &Arc<Database>) -> Accounts {
    // Chance goes on where it was: a generator that repeated itself would be broken.
    let chance =
        Counted(database.storage_id().unwrap().iter().map(|byte| u64::from(*byte)).sum::<u64>().into());
    Accounts::new(Arc::clone(database), Arc::new(chance), Settings::default()).unwrap()
}

fn listen(accounts: &Accounts) -> Arc<Mutex<Vec<Ended>>> {
    let ended = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&ended);
    accounts.on_ended(move |what| heard.lock().unwrap().push(what));
    ended
}

impl Office {
    pub fn new() -> Self {
        let folder = Folder::with_store();
        let database = folder.database(Mode::Alone);
        let accounts = accounts_of(&database);
        let ended = listen(&accounts);
        Self { folder, database, accounts, ended }
    }

    /// With an administrator, made with the code at time 0.
    pub fn administered() -> (Self, Account) {
        let office = Self::new();
        let code = office.accounts.bootstrap(0).unwrap();
        let admin = office.accounts.claim(visit(0, HERE), code.show(), FIRST, GOOD).unwrap();
        (office, admin)
    }

    /// And a district's account with a password.
    pub fn with_district() -> (Self, Account, Account) {
        let (office, admin) = Self::administered();
        let (account, code) = office.accounts.add(act(0, Some(admin.id)), DISTRICT, false).unwrap();
        let account =
            office.accounts.set_password(visit(0, HERE), &account.login, code.show(), GOOD).unwrap();
        (office, admin, account)
    }

    pub fn log_in(&self, now: i64, account: &Account) -> Login {
        self.accounts.login(visit(now, HERE), &account.login, GOOD).unwrap()
    }

    pub fn is_in(&self, now: i64, token: &str) -> bool {
        self.accounts.authenticate(now, token).unwrap().is_some()
    }

    pub fn told(&self) -> Vec<Ended> {
        std::mem::take(&mut self.ended.lock().unwrap())
    }

    pub fn log(&self) -> Vec<Entry> {
        Audit::new(Arc::clone(&self.database)).latest(&Filter::default(), None, 1_000).unwrap()
    }

    /// The words of the log's latest entries, newest first.
    pub fn words(&self, count: usize) -> Vec<&'static str> {
        self.log().iter().take(count).map(|entry| entry.event.word()).collect()
    }
}

pub fn is_refused<T: std::fmt::Debug>(result: Result<T, AccountError>) -> bool {
    matches!(result, Err(AccountError::Refused))
}
