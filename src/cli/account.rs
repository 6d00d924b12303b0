//! `niemyet account`: who may connect, beside a running server, which hears of it within a second.

use std::path::Path;
use std::sync::Arc;

use chrono::DateTime;
use chrono::SecondsFormat;
use chrono::Utc;
use niemyet_sync::account::Account;
use niemyet_sync::account::AccountError;
use niemyet_sync::account::Accounts;
use niemyet_sync::account::New;
use niemyet_sync::account::Session;
use niemyet_sync::account::SessionId;
use niemyet_sync::account::Settings;
use niemyet_sync::audit::Act;
use niemyet_sync::chance::SystemChance;
use serde_json::json;

use super::args;
use super::desk::expect_body;
use super::error::CliError;
use super::terminal::Terminal;
use crate::document::Content;
use crate::document::Key;
use crate::replica::documents::DocumentStore;
use crate::replica::folder;

const DAY: i64 = 24 * 60 * 60 * 1000;

/// Runs one of the commands.
pub fn run(dir: &Path, command: args::Account, terminal: &mut Terminal) -> Result<(), CliError> {
    folder::config(dir)?;
    let store = DocumentStore::open(dir, None)?;
    let accounts = open(&store)?;
    let act = act();
    match command {
        args::Account::First => {
            let code = accounts.bootstrap(act.now)?;
            terminal.result(&json!({ "code": code.show() }), &first(code.show()))
        }
        args::Account::Add { login, name, body, admin } => {
            known_body(&store, &body)?;
            let new = New { login: &login, name: name.as_deref().unwrap_or(&login), body: &body };
            let (account, code) = accounts.add(act, new, admin)?;
            let mut object = shown(&account);
            object["code"] = code.show().into();
            terminal.result(&object, &handed(("đã được thêm", "is added"), &login, code.show()))
        }
        args::Account::List => list(&accounts, terminal),
        args::Account::Disable { login } => disable(&accounts, act, &login, terminal),
        args::Account::Enable { login } => {
            accounts.enable(act, find(&accounts, &login)?.id)?;
            let account = find(&accounts, &login)?;
            terminal.result(
                &shown(&account),
                &format!(
                    "{login} đã được mở khóa; mã thiết bị cũ không dùng lại được. / {login} is enabled; tokens that were ended stay ended"
                ),
            )
        }
        args::Account::Reset { login } => reset(&accounts, act, &login, terminal),
        args::Account::Token { login, device, days } => {
            let account = find(&accounts, &login)?;
            let (session, token) =
                accounts.token(act, account.id, &device, days.map(|days| i64::from(days) * DAY))?;
            let object = json!({ "number": session.id.0, "device": device, "token": token.show() });
            terminal.say(
                "Mã chỉ hiện một lần; hãy ghi vào một tệp mà chỉ người dùng đọc được (chmod 600), ví dụ `token` trong thư mục làm việc của \
                 máy đó. / It is shown once; put it into a file that only its user can read (chmod 600), such as `token` in that machine's \
                 working folder.",
            );
            terminal.result(&object, token.show())
        }
        args::Account::Devices { login } => devices(&accounts, &login, terminal),
        args::Account::Revoke { number } => {
            accounts.revoke(act, SessionId(number))?;
            terminal.result(
                &json!({ "number": number, "active": false }),
                &format!("{number}: đã thu hồi / is ended"),
            )
        }
    }
}

/// The accounts of a folder.
pub fn open(store: &DocumentStore) -> Result<Accounts, AccountError> {
    Accounts::new(Arc::clone(store.database()), Arc::new(SystemChance), Settings::default())
}

/// Now, from the command line.
pub fn act() -> Act {
    Act { now: Utc::now().timestamp_millis(), by: None }
}

/// What to do with the code of the first administrator.
pub fn first(code: &str) -> String {
    format!(
        "Mã của người quản trị đầu tiên / The code of the first administrator: {code}\n\
         Mã dùng một lần trong ba ngày: mở /editor/ trên máy chủ, nhập mã, tự chọn tên đăng nhập và mật khẩu; `niemyet account first` cấp mã \
         khác.\n\
         It is good for three days and one use: open /editor/ on the server, enter it with a login and a password of your own; \
         `niemyet account first` makes another."
    )
}

/// What was done to an account, and what to do with its code.
fn handed((vi, en): (&str, &str), login: &str, code: &str) -> String {
    format!(
        "{login} {vi}. / {login} {en}.\n\
         Mã dùng một lần trong ba ngày / Its code, for one use within three days: {code}\n\
         Hãy đưa mã cho người dùng để tự đặt mật khẩu tại /editor/. / Hand it over; its person chooses a password with it at /editor/."
    )
}

/// Sessions of browsers and tokens of devices that give authority now.
fn live(accounts: &Accounts, account: &Account) -> Result<(usize, usize), CliError> {
    let now = act().now;
    let sessions = accounts.sessions(account.id)?.into_iter().filter(|session| session.is_valid(now));
    let (devices, browsers): (Vec<_>, Vec<_>) = sessions.partition(|session| session.device.is_some());
    Ok((browsers.len(), devices.len()))
}

fn disable(accounts: &Accounts, act: Act, login: &str, terminal: &mut Terminal) -> Result<(), CliError> {
    let account = find(accounts, login)?;
    let (browsers, devices) = live(accounts, &account)?;
    accounts.disable(act, account.id)?;
    let mut object = shown(&find(accounts, login)?);
    object["ended"] = (browsers + devices).into();
    let text = format!(
        "{login} đã bị khóa; {browsers} phiên và {devices} mã thiết bị kết thúc, các kết nối bị đóng. / {login} is disabled; {browsers} \
         session(s) and {devices} device token(s) are ended, its connections are closed"
    );
    terminal.result(&object, &text)
}

fn reset(accounts: &Accounts, act: Act, login: &str, terminal: &mut Terminal) -> Result<(), CliError> {
    let account = find(accounts, login)?;
    let (browsers, devices) = live(accounts, &account)?;
    let code = accounts.reset(act, account.id)?;
    let object = json!({ "login": login, "code": code.show(), "ended": browsers + devices });
    let vi = format!("đã được đặt lại; {browsers} phiên và {devices} mã thiết bị kết thúc");
    let en = format!("is reset; {browsers} session(s) and {devices} device token(s) are ended");
    let mut text = handed((&vi, &en), login, code.show());
    if devices > 0 {
        text +=
            "\nCấp mã thiết bị mới bằng `niemyet account token`. / `niemyet account token` makes new tokens.";
    }
    terminal.result(&object, &text)
}

/// An account of a body that the election has not could open nothing.
fn known_body(store: &DocumentStore, body: &str) -> Result<(), CliError> {
    let documents = store.load()?;
    let content = documents.get(&Key::Election).map(crate::document::Document::content).transpose();
    let Ok(Some(Content::Election(election))) = content else { return Ok(()) };
    expect_body(&election, body).map(drop)
}

/// The account of a login.
pub fn find(accounts: &Accounts, login: &str) -> Result<Account, CliError> {
    let found = accounts.find(login)?;
    found.ok_or_else(|| {
        CliError::Usage(format!(
            "không có tài khoản `{login}`; xem `niemyet account list`. / There is no account `{login}`; `niemyet account list` shows all"
        ))
    })
}

fn shown(account: &Account) -> serde_json::Value {
    json!({
        "id": account.id.0,
        "login": account.login,
        "name": account.name,
        "body": account.body,
        "admin": account.admin,
        "active": account.active,
    })
}

fn line(account: &Account) -> String {
    let state = if account.active { "" } else { "  (bị khóa / disabled)" };
    let admin = if account.admin { "  (quản trị / administrator)" } else { "" };
    format!("{:<24} {:<24} {}{admin}{state}", account.login, account.body, account.name)
}

fn list(accounts: &Accounts, terminal: &mut Terminal) -> Result<(), CliError> {
    let all = accounts.list()?;
    if all.is_empty() {
        terminal.say(
            "Chưa có tài khoản nào; `niemyet account first` cấp mã cho người quản trị đầu tiên. / There is no account yet. `niemyet account \
             first` makes the code of the first administrator.",
        );
        return Ok(());
    }
    terminal.header(&format!("{:<24} {:<24} {}", "Đăng nhập / Login", "Cơ quan / Body", "Tên / Name"))?;
    all.iter().try_for_each(|account| terminal.result(&shown(account), &line(account)))
}

fn devices(accounts: &Accounts, login: &str, terminal: &mut Terminal) -> Result<(), CliError> {
    let now = act().now;
    let sessions = accounts.sessions(find(accounts, login)?.id)?;
    if sessions.is_empty() {
        terminal.say(&format!(
            "{login} chưa có phiên hay mã thiết bị nào; cấp mã bằng `niemyet account token {login} --device TÊN`. / {login} has no session or \
             token yet; `niemyet account token {login} --device NAME` makes one."
        ));
        return Ok(());
    }
    terminal.header(&format!("{:>11}  {:<24}  {}", "Số / Number", "Tạo lúc / Made", "Thiết bị / Device"))?;
    for session in sessions {
        let active = session.is_valid(now);
        let object = json!({
            "number": session.id.0,
            "device": session.device,
            "created_at": moment(session.created_at),
            "expires_at": session.expires_at.map(moment),
            "active": active,
        });
        terminal.result(&object, &device(&session, active))?;
    }
    Ok(())
}

fn device(session: &Session, active: bool) -> String {
    let name = session.device.as_deref().unwrap_or("(trình duyệt / browser)");
    let state = if active { "" } else { "  (đã kết thúc / ended)" };
    format!("{:>11}  {}  {name}{state}", session.id.0, moment(session.created_at))
}

/// A moment of the store as a person reads it.
pub fn moment(millis: i64) -> String {
    let time = DateTime::from_timestamp_millis(millis).unwrap_or_default();
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}
