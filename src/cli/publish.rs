//! `niemyet publish`: the communications team's decisions on the command line, kept in this folder and sent with the next sync.

use std::path::Path;

use chrono::SecondsFormat;
use chrono::Utc;
use serde_json::json;

use super::args::publish::Decider;
use super::args::publish::NoticeEdit;
use super::args::publish::Publish;
use super::args::publish::Switch;
use super::data;
use super::desk;
use super::desk::Desk;
use super::error::CliError;
use super::release;
use super::terminal::Terminal;
use crate::document::Content;
use crate::document::Document;
use crate::document::DocumentError;
use crate::document::Key;
use crate::document::Kind;
use crate::document::format_heads;
use crate::document::parse_heads;
use crate::document::publication;
use crate::document::publication::Approval;
use crate::document::publication::Hold;
use crate::document::publication::Notice;
use crate::document::publication::NoticeText;
use crate::document::publication::Rule;
use crate::policy::access::Role;
use crate::policy::rules::roles_of;
use crate::rebuild::Place;
use crate::rebuild::RebuildError;
use crate::rebuild::pending;
use crate::rebuild::pending::Item;
use crate::rebuild::pending::State;
use crate::replica::documents::DocumentStore;
use crate::replica::folder;

/// Runs one of the commands.
pub fn run(dir: &Path, command: Publish, terminal: &mut Terminal) -> Result<(), CliError> {
    match command {
        Publish::List => list(dir, terminal),
        Publish::Show { key, all } => show(dir, (&key, all), terminal),
        Publish::Approve { key, heads, basis, by } => {
            let desk = open(dir, &by)?;
            let heads = named(&desk, (&key, heads))?;
            let (by, at) = signed(&desk);
            let approval = Approval { heads, by, at, basis, contested: false };
            decide(&desk, ("approve", &key.to_string()), terminal, |document| {
                publication::expect_not_by_rule(document, &key)?;
                publication::release_hold(document, &key)?;
                publication::approve(document, &key, &approval)
            })
        }
        Publish::Hold { key, reason, by } => {
            let desk = open(dir, &by)?;
            let heads = named(&desk, (&key, Vec::new()))?;
            let (by, at) = signed(&desk);
            let hold = Hold { heads, by, at, reason };
            decide(&desk, ("hold", &key.to_string()), terminal, |document| {
                publication::hold(document, &key, &hold)
            })
        }
        Publish::Withdraw { key, by } => {
            decide(&open(dir, &by)?, ("withdraw", &key.to_string()), terminal, |document| {
                // Who may not withdraw it at all is not sent to the rule first.
                publication::expect_may_withdraw(document, &key)?;
                publication::expect_not_by_rule(document, &key)?;
                publication::revoke(document, &key)
            })
        }
        Publish::Rule { kind, switch, basis, by } => rule(&open(dir, &by)?, (&kind, switch, basis), terminal),
        Publish::Notice(edit) => notice(&open(dir, &edit.by)?, &edit, terminal),
        Publish::Unnotice { id, by } => unnotice(&open(dir, &by)?, &id, terminal),
    }
}

/// The desk of a body that publishes. The server refuses the others anyway; here they are told before they have written.
fn open(dir: &Path, by: &Decider) -> Result<Desk, CliError> {
    let desk = Desk::open(dir, by.body.as_deref())?;
    if roles_of(desk.own()?).contains(&Role::Communications) {
        return Ok(desk);
    }
    let publishing =
        desk.election.bodies.iter().filter(|body| roles_of(body).contains(&Role::Communications));
    let names: Vec<&str> = publishing.map(|body| body.id.as_str()).collect();
    Err(CliError::Refused(format!(
        "`{body}` không được công bố nội dung. / `{body}` does not publish. Give one of these with --body: {names}",
        body = desk.body.as_str(),
        names = names.join(", ")
    )))
}

fn signed(desk: &Desk) -> (String, String) {
    (desk.body.as_str().to_owned(), Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true))
}

/// These heads of a document, which must be here, or those that it has; only of documents that can be public.
fn named(desk: &Desk, (key, named): (&Key, Vec<String>)) -> Result<Vec<String>, CliError> {
    if !matches!(key, Key::Election | Key::Directive(_)) {
        return Err(CliError::Usage(format!(
            "`{key}` không bao giờ được công khai; `niemyet publish list` cho biết văn bản nào được. / `{key}` can never be public; \
             `niemyet publish list` says what can"
        )));
    }
    let mut found = desk.documents(|other| other == key)?;
    let document = found.get_mut(key).ok_or_else(|| {
        CliError::Usage(format!(
            "không có `{key}` ở đây; `niemyet publish list` cho biết có những gì. / There is no `{key}` here; \
             `niemyet publish list` says what is"
        ))
    })?;
    if named.is_empty() {
        return Ok(format_heads(&document.heads()));
    }
    let heads = parse_heads(&named)?;
    document.at_heads(&heads)?;
    Ok(format_heads(&heads))
}

/// Writes a decision, as one change.
fn decide(
    desk: &Desk,
    (what, subject): (&str, &str),
    terminal: &mut Terminal,
    change: impl FnOnce(&mut Document) -> Result<(), DocumentError>,
) -> Result<(), CliError> {
    let mut document = desk.document(&Key::Publication)?;
    change(&mut document)?;
    let mut object = json!({ "decision": what, "subject": subject });
    desk.keep(&mut document, what, &mut object)?;
    terminal.say(desk::KEPT);
    terminal.result(&object, &format!("{}: {subject}", decided(what)))
}

fn decided(what: &str) -> &'static str {
    match what {
        "approve" => "đã duyệt / approved",
        "hold" => "giữ lại / held back",
        "withdraw" => "đã thu hồi / withdrawn",
        "rule-on" => "công khai theo quy tắc / shown by rule",
        "rule-off" => "không còn theo quy tắc / no longer by rule",
        "notice" => "đã ghi thông báo / notice written",
        _ => "đã thu hồi thông báo / notice taken back",
    }
}

fn rule(
    desk: &Desk,
    (kind, switch, basis): (&str, Switch, String),
    terminal: &mut Terminal,
) -> Result<(), CliError> {
    let found = Kind::ALL.into_iter().find(|known| known.word() == kind);
    let found = found.ok_or_else(|| {
        CliError::Usage(format!(
            "không có loại `{kind}`; chỉ đặt được quy tắc cho `election`. / There is no kind `{kind}`; a rule may be set for `election`"
        ))
    })?;
    let (by, at) = signed(desk);
    match switch {
        Switch::On => decide(desk, ("rule-on", kind), terminal, |document| {
            publication::set_rule(document, found, &Rule { by, at, basis })
        }),
        Switch::Off => {
            decide(desk, ("rule-off", kind), terminal, |document| publication::clear_rule(document, found))
        }
    }
}

fn notice(desk: &Desk, edit: &NoticeEdit, terminal: &mut Terminal) -> Result<(), CliError> {
    decide(desk, ("notice", &edit.id), terminal, |document| {
        let Content::Publication(now) = document.content()? else { return Ok(()) };
        let there = now.notices.into_iter().find(|notice| notice.id == edit.id);
        let mut texts = there.map(|notice| notice.texts).unwrap_or_default();
        let text = NoticeText { title: edit.title.clone(), paragraphs: edit.paragraphs.clone() };
        texts.insert(edit.language.clone(), text);
        let notice = Notice { id: edit.id.clone(), date: edit.date.to_string(), texts };
        publication::put_notice(document, &notice)
    })
}

fn unnotice(desk: &Desk, id: &str, terminal: &mut Terminal) -> Result<(), CliError> {
    let Content::Publication(now) = desk.document(&Key::Publication)?.content()? else { return Ok(()) };
    if !now.notices.iter().any(|notice| notice.id == id) {
        let ids: Vec<&str> = now.notices.iter().map(|notice| notice.id.as_str()).collect();
        let ids = if ids.is_empty() { "–".to_owned() } else { ids.join(", ") };
        return Err(CliError::Usage(format!(
            "không có thông báo `{id}`; đang có: {ids}. / There is no notice `{id}`; there are: {ids}"
        )));
    }
    decide(desk, ("unnotice", id), terminal, |document| publication::remove_notice(document, id))
}

/// Changes of a document that are shown unless all are asked for.
const SHOWN: usize = 40;

/// Said where nobody can tell what the public sees.
const NO_RELEASE: &str = "Thư mục này chưa có bản phát hành nào nên không biết công chúng đang thấy gì: mọi nội dung được coi là mới. Trên máy chủ, xem màn \
    hình Công bố; ở đây, `niemyet build` tạo một bản. / This folder holds no release, so it is not known here what the public sees: everything \
    counts as new. On the server see the Publishing screen; here `niemyet build` makes a release";

/// Asks the folder, and says so if there is no release to compare with.
fn asked<T>(
    dir: &Path,
    terminal: &mut Terminal,
    ask: impl FnOnce(Place<'_>) -> Result<T, RebuildError>,
) -> Result<T, CliError> {
    let config = folder::config(dir)?;
    let documents = DocumentStore::open(dir, None)?;
    let (releases, laws) = (release::open(dir), data::laws(terminal)?);
    if releases.current_id()?.is_none() {
        terminal.say(NO_RELEASE);
    }
    Ok(ask(Place { dir, config: &config, documents: &documents, releases: &releases, laws: &laws })?)
}

fn list(dir: &Path, terminal: &mut Terminal) -> Result<(), CliError> {
    let all = asked(dir, terminal, pending::pending)?;
    if all.paused {
        terminal.say(release::PAUSED);
    }
    for item in &all.items {
        let changes = item.changes.len() + item.changes_left_off;
        let rule = if item.by_rule { "  theo quy tắc / by rule" } else { "" };
        let text = format!(
            "{:<24} {:<34}{changes} thay đổi / changes{rule}  {}",
            item.key,
            word(item.state),
            item.title.vi
        );
        let mut object = serde_json::to_value(item).map_err(|error| CliError::Output(error.into()))?;
        object["changes"] = json!(changes);
        terminal.result(&object, &text)?;
    }
    let changes = all.notices.changes.len() + all.notices.changes_left_off;
    if changes > 0 {
        terminal.say(&format!("thông báo / notices: {changes} thay đổi / changes"));
    }
    Ok(())
}

fn show(dir: &Path, (key, all): (&Key, bool), terminal: &mut Terminal) -> Result<(), CliError> {
    let most = if all { usize::MAX } else { SHOWN };
    let item = asked(dir, terminal, |place| pending::item(place, key, most))?;
    let item = item.ok_or_else(|| {
        CliError::Usage(format!(
            "không có `{key}` nào ở đây có thể công khai; xem `niemyet publish list`. / There is no `{key}` here that could be public; \
             see `niemyet publish list`"
        ))
    })?;
    let text = lines(&item);
    terminal.result(&item, &text)
}

/// Said of an approval beside which another was written at once.
const CONTESTED: &str = "hai phê duyệt cùng lúc, chưa ai chọn: hãy duyệt lại bản cần công khai / two approvals at once, and nobody has chosen: approve again \
    what is to be public";

fn lines(item: &Item) -> String {
    let mut text = format!("{}  {}\n{}", item.key, word(item.state), item.title.vi);
    text += &format!("\nphiên bản / heads: {}", item.heads.join(","));
    if let Some(problem) = &item.problem {
        text += &format!("\n! {problem}");
    }
    if item.approved.as_ref().is_some_and(|approval| approval.contested) {
        text += &format!("\n! {CONTESTED}");
    }
    for change in &item.changes {
        text += &format!("\n{}  [{}]", change.place.vi, change.field);
        for (mark, value) in [('-', &change.old), ('+', &change.new)] {
            if let Some(value) = value {
                text += &format!("\n  {mark} {value}");
            }
        }
    }
    if item.changes_left_off > 0 {
        text += &format!(
            "\n… {more} thay đổi nữa; xem tất cả / more changes; see all: niemyet publish show {key} --all",
            more = item.changes_left_off,
            key = item.key
        );
    }
    text
}

const fn word(state: State) -> &'static str {
    match state {
        State::New => "mới / new",
        State::Changed => "đã sửa / changed",
        State::Approved => "đã duyệt / approved",
        State::Shown => "đang công khai / shown",
        State::Held => "giữ lại / held back",
        State::Withdrawn => "đã thu hồi / withdrawn",
    }
}
