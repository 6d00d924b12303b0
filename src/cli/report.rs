//! `niemyet report`: the weekly reports of a body.

use std::path::Path;

use chrono::NaiveDate;
use chrono::SecondsFormat;
use chrono::Utc;
use serde_json::json;

use super::args;
use super::desk;
use super::desk::Desk;
use super::error::CliError;
use super::terminal::Terminal;
use crate::document::Content;
use crate::document::Document;
use crate::document::Key;
use crate::document::parse_heads;
use crate::document::report;
use crate::document::report::Report;
use crate::document::report::fields;
use crate::document::report::fields::Field;
use crate::document::report::fields::Holds;
use crate::document::review::Verdict;
use crate::document::status::Status;
use crate::document::text;
use crate::document::text::Place;

/// Runs one of the commands.
pub fn run(dir: &Path, command: args::Report, terminal: &mut Terminal) -> Result<(), CliError> {
    let desk = |whose: &args::Whose| Desk::open(dir, whose.body.as_deref());
    match command {
        args::Report::Fields => list_fields(terminal),
        args::Report::List(whose) => list(&desk(&whose)?, terminal),
        args::Report::Show { due, whose } => show(&desk(&whose)?, due, terminal),
        args::Report::Set { due, values, whose } => set(&desk(&whose)?, due, &values, terminal),
        args::Report::AddRow { due, field, cells, whose } => {
            add_row(&desk(&whose)?, due, (&field, &cells), terminal)
        }
        args::Report::Submit { due, whose } => submit(&desk(&whose)?, due, terminal),
        args::Report::Withdraw { due, whose } => {
            act(&desk(&whose)?, due, "withdraw", report::withdraw, terminal)
        }
        args::Report::Revise { due, whose } => act(&desk(&whose)?, due, "revise", report::revise, terminal),
    }
}

fn list_fields(terminal: &mut Terminal) -> Result<(), CliError> {
    fields::all().filter(|field| !matches!(field.holds, Holds::Share(..))).try_for_each(|field| {
        let text = format!("{:<44} {:<22} {} / {}", field.id, form(&field), field.vi, field.en);
        terminal.result(&field, &text)
    })
}

fn form(field: &Field) -> String {
    match field.holds {
        Holds::Count => "số / number".to_owned(),
        Holds::Vnd => "đồng / VND".to_owned(),
        Holds::Date => "YYYY-MM-DD".to_owned(),
        Holds::Flag => "true|false".to_owned(),
        Holds::Choice(words) => words.join("|"),
        Holds::Text => "văn bản / text".to_owned(),
        Holds::Rows(columns) => {
            columns.iter().map(|column| format!("{}=…", column.name)).collect::<Vec<_>>().join(" ")
        }
        Holds::Share(..) => String::new(),
    }
}

/// A report as it is here, its status by what is here of the round's review, and that review's verdict.
struct Found {
    /// What was handed in, once it was and as long as nobody corrects it; else what stands here.
    report: Report,
    /// Fields that moved since the hand-in: another device wrote before it knew of it. They are not handed in.
    moved: Vec<String>,
    verdict: Option<Verdict>,
    /// Whether a server was seen to have the report just so; nothing if there is none.
    sent: Option<bool>,
}

impl Found {
    fn status(&self) -> Status {
        self.report.status(self.verdict.as_ref())
    }

    fn show_as_handed_in(&mut self, document: &Document) -> Result<(), CliError> {
        let Some(last) = self.report.submissions.last() else { return Ok(()) };
        let Content::Report(then) = document.at_heads(&parse_heads(&last.heads)?)? else { return Ok(()) };
        self.moved = self.report.moved_since(&then);
        let now = std::mem::take(&mut self.report);
        self.report = Report { handed_in: now.handed_in, submissions: now.submissions, ..then };
        Ok(())
    }
}

fn find(desk: &Desk, due: NaiveDate) -> Result<Found, CliError> {
    let (own, review) = (Key::Report(desk.body.clone(), due), Key::Review(due));
    let mut found = Found { report: Report::default(), moved: Vec::new(), verdict: None, sent: None };
    let mut documents = desk.documents(|key| *key == own || *key == review)?;
    if let Some(Content::Review(mut review)) =
        documents.get(&review).map(|document| document.content()).transpose()?
    {
        found.verdict = review.verdicts.remove(desk.body.as_str());
    }
    if let Some(document) = documents.get_mut(&own)
        && let Content::Report(report) = document.content()?
    {
        found.sent = Some(desk.is_sent(document));
        found.report = report;
        if found.status() != Status::Draft {
            found.show_as_handed_in(document)?;
        }
    }
    Ok(found)
}

fn list(desk: &Desk, terminal: &mut Terminal) -> Result<(), CliError> {
    for due in desk.due()? {
        let found = find(desk, due.date_naive())?;
        let object = json!({
            "due": due.to_rfc3339(),
            "begun": found.sent.is_some(),
            "sent": found.sent,
            "status": found.status(),
            "reason": found.verdict.as_ref().map(|verdict| &verdict.reason),
        });
        let state = found.sent.map_or("chưa lập / not begun", |_| shown(found.status()));
        terminal.result(
            &object,
            &format!("{}  {state}{}{}", due.format("%Y-%m-%d %H:%M"), unsent(&found), reason(&found)),
        )?;
    }
    Ok(())
}

const fn unsent(found: &Found) -> &'static str {
    if let Some(false) = found.sent { "  (chưa gửi / not sent yet)" } else { "" }
}

fn reason(found: &Found) -> String {
    let returned = found.verdict.as_ref().filter(|_| found.status() == Status::Returned);
    returned.map(|verdict| format!("  – {}", verdict.reason)).unwrap_or_default()
}

const fn shown(status: Status) -> &'static str {
    match status {
        Status::Draft => "đang soạn / draft",
        Status::Submitted => "đã nộp / submitted",
        Status::Returned => "bị trả lại / returned",
        Status::Accepted => "đã tiếp nhận / accepted",
    }
}

/// Said of what another device wrote before it knew of the hand-in.
const EDITED_SINCE: &str = "Sửa sau khi nộp, KHÔNG nằm trong bản đã nộp (muốn đưa vào: `report withdraw` hoặc `report revise` rồi nộp lại) / \
     Edited after it was handed in, NOT part of what was handed in (`report withdraw` or `report revise`, then hand in again):";

fn show(desk: &Desk, due: NaiveDate, terminal: &mut Terminal) -> Result<(), CliError> {
    expect_due(desk, due)?;
    let found = find(desk, due)?;
    let (state, unsent) = (shown(found.status()), unsent(&found));
    let mut text = format!("{} {due}: {state}{unsent}{}", desk.body.as_str(), reason(&found));
    for (id, figure) in &found.report.figures {
        text += &format!("\n{id:<44} {}", figure.value);
        if !figure.conflicts.is_empty() {
            let rivals: Vec<String> = figure.conflicts.iter().map(|rival| rival.value.to_string()).collect();
            text += &contested(due, id, &format!(": {}", rivals.join(", ")));
        }
    }
    for (id, fact) in &found.report.facts {
        text += &format!("\n{id:<44} {}", fact.value);
        if fact.contested {
            text += &contested(due, id, "; trên đây là một trong các giá trị / above is one of them");
        }
    }
    for (id, paragraphs) in &found.report.texts {
        text += &format!("\n{id}\n    {}", paragraphs.join("\n    "));
    }
    for (id, rows) in &found.report.rows {
        for (number, row) in rows.iter().enumerate() {
            let cells: Vec<String> = row.iter().map(|(name, cell)| format!("{name}={cell}")).collect();
            text += &format!("\n{id} {}: {}", number + 1, cells.join("; "));
        }
    }
    if !found.moved.is_empty() {
        text += &format!("\n{EDITED_SINCE} {}", found.moved.join(", "));
    }
    let object = json!({
        "due": due,
        "status": found.status(),
        "sent": found.sent,
        "verdict": found.verdict,
        "report": found.report,
        "edited_since": found.moved,
    });
    terminal.result(&object, &text)
}

/// Said of a value that devices have written differently at the same time, and how to settle it.
fn contested(due: NaiveDate, id: &str, values: &str) -> String {
    format!(
        "\n    ! Các máy ghi khác nhau / devices wrote different values{values}\n    \
         ! Chốt bằng / settle it with: niemyet report set {due} {id}=…"
    )
}

fn expect_due(desk: &Desk, due: NaiveDate) -> Result<(), CliError> {
    let all = desk.due()?;
    if all.iter().any(|instant| instant.date_naive() == due) {
        return Ok(());
    }
    let dates: Vec<String> = all.iter().map(|instant| instant.date_naive().to_string()).collect();
    Err(CliError::Usage(format!(
        "không có báo cáo nào đến hạn ngày {due}; các ngày đến hạn ghi sau đây. / No report is due on {due}; they are due on {}",
        dates.join(", ")
    )))
}

fn open(desk: &Desk, due: NaiveDate) -> Result<Document, CliError> {
    expect_due(desk, due)?;
    desk.document(&Key::Report(desk.body.clone(), due))
}

fn set(
    desk: &Desk,
    due: NaiveDate,
    values: &[(String, String)],
    terminal: &mut Terminal,
) -> Result<(), CliError> {
    let mut document = open(desk, due)?;
    for (id, value) in values {
        let field = fields::find(id).ok_or_else(|| {
            CliError::Usage(format!(
                "báo cáo không có mục `{id}`; xem `niemyet report fields`. / A report has no field `{id}`; `niemyet report fields` lists them"
            ))
        })?;
        write(&mut document, &field, value)?;
    }
    kept(desk, due, document, terminal)
}

/// Writes a value as it was typed; an empty one takes the field back.
fn write(document: &mut Document, field: &Field, value: &str) -> Result<(), CliError> {
    let given = Some(value).filter(|value| !value.is_empty());
    match field.holds {
        Holds::Count | Holds::Vnd => {
            let number = given.map(|text| {
                // What would be kept otherwise than it was typed ("+5", "0012") is asked for again.
                text.parse().ok().filter(|number: &i64| number.to_string() == text).ok_or_else(|| {
                    CliError::Usage(format!(
                        "`{0}` cần số nguyên, không có dấu ngăn cách, dấu cộng hay số 0 ở đầu, không phải `{text}`. / `{0}` takes a whole number \
                         without separators, signs or zeros before it, not `{text}`",
                        field.id
                    ))
                })
            });
            Ok(report::set_figure(document, &field.id, number.transpose()?)?)
        }
        Holds::Date | Holds::Flag | Holds::Choice(_) => Ok(report::set_fact(document, &field.id, given)?),
        Holds::Text => {
            let paragraphs: Vec<&str> = value.lines().filter(|line| !line.trim().is_empty()).collect();
            Ok(text::set_paragraphs(document, &Place::Report(field.id.clone()), &paragraphs)?)
        }
        Holds::Rows(_) => Err(CliError::Usage(format!(
            "`{0}` là mục dạng bảng; hãy dùng `niemyet report add-row`. / `{0}` holds rows: use `niemyet report add-row`",
            field.id
        ))),
        Holds::Share(..) => Err(CliError::Usage(format!(
            "`{0}` được tính tự động nên không ghi; hãy ghi các số mà nó tính từ đó. / `{0}` is computed and not written; write the figures \
             that it is computed from",
            field.id
        ))),
    }
}

fn add_row(
    desk: &Desk,
    due: NaiveDate,
    (field, cells): (&str, &[(String, String)]),
    terminal: &mut Terminal,
) -> Result<(), CliError> {
    let mut document = open(desk, due)?;
    let cells: Vec<(&str, &str)> =
        cells.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    report::add_row(&mut document, field, &cells)?;
    kept(desk, due, document, terminal)
}

fn kept(
    desk: &Desk,
    due: NaiveDate,
    mut document: Document,
    terminal: &mut Terminal,
) -> Result<(), CliError> {
    let mut object = json!({ "due": due });
    desk.keep(&mut document, "report", &mut object)?;
    terminal.say(desk::KEPT);
    let status = find(desk, due)?.status();
    object["status"] = json!(status);
    terminal.result(&object, &format!("{} {due}: {}", desk.body.as_str(), shown(status)))
}

/// Hands the report in, unless something keeps it from that.
fn submit(desk: &Desk, due: NaiveDate, terminal: &mut Terminal) -> Result<(), CliError> {
    expect_due(desk, due)?;
    let found = find(desk, due)?;
    let dues = desk.due()?;
    let last = dues.iter().map(|instant| instant.date_naive()).filter(|one| *one < due).max();
    let before = last.map(|one| find(desk, one)).transpose()?;
    let faults = report::faults(&found.report, before.as_ref().map(|found| &found.report));
    if found.status() == Status::Draft && !faults.is_empty() {
        let all: Vec<String> = faults.iter().map(|fault| format!("\n  {}", fault.words())).collect();
        return Err(CliError::Refused(format!(
            "Báo cáo {due} chưa nộp được / the report of {due} cannot be handed in yet:{}\n\
             Ghi bằng `niemyet report set {due} FIELD=VALUE` rồi nộp lại / write them with `niemyet report set {due} FIELD=VALUE`, \
             then hand it in again",
            all.concat()
        )));
    }
    let at = Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true);
    act(desk, due, "submit", |document, verdict| report::submit(document, verdict, &at), terminal)
}

fn act(
    desk: &Desk,
    due: NaiveDate,
    message: &str,
    action: impl Fn(&mut Document, Option<&Verdict>) -> Result<Status, crate::document::DocumentError>,
    terminal: &mut Terminal,
) -> Result<(), CliError> {
    let mut document = open(desk, due)?;
    let verdict = find(desk, due)?.verdict;
    let status = action(&mut document, verdict.as_ref())?;
    let mut object = json!({ "due": due, "status": status });
    desk.keep(&mut document, message, &mut object)?;
    terminal.say(desk::KEPT);
    terminal.result(&object, &format!("{} {due}: {}", desk.body.as_str(), shown(status)))
}
