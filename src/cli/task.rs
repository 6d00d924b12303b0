//! `niemyet task`: the tasks that directing documents give to a body, and where they stand.

use std::path::Path;

use serde_json::json;

use super::args;
use super::desk;
use super::desk::Desk;
use super::error::CliError;
use super::terminal::Terminal;
use crate::document::Content;
use crate::document::Key;
use crate::document::directive::Task;
use crate::document::progress;
use crate::document::progress::Progress;
use crate::document::progress::TaskProgress;
use crate::document::progress::TaskStatus;

/// Runs one of the commands.
pub fn run(dir: &Path, command: args::Task, terminal: &mut Terminal) -> Result<(), CliError> {
    match command {
        args::Task::List { body } => list(&Desk::open(dir, body.as_deref())?, terminal),
        args::Task::Set(edit) => set(&Desk::open(dir, edit.body.as_deref())?, &edit, terminal),
    }
}

/// Every task in which the body has a part, with the symbol of its directing document.
fn tasks(desk: &Desk) -> Result<Vec<(String, Task)>, CliError> {
    let own = desk.own()?;
    let mut found = Vec::new();
    for document in desk.documents(|key| matches!(key, Key::Directive(_)))?.values() {
        let Content::Directive(directive) = document.content()? else { continue };
        let symbol = directive.symbol;
        let part =
            |task: &Task| task.owners.iter().chain(&task.collaborators).any(|body| own.is_one_of(body));
        found.extend(directive.tasks.into_iter().filter(part).map(|task| (symbol.clone(), task)));
    }
    Ok(found)
}

fn where_they_stand(desk: &Desk) -> Result<Progress, CliError> {
    let key = Key::Progress(desk.body.clone());
    let found = desk.documents(|other| *other == key)?;
    let content = found.get(&key).map(crate::document::Document::content).transpose()?;
    Ok(if let Some(Content::Progress(progress)) = content { progress } else { Progress::default() })
}

fn list(desk: &Desk, terminal: &mut Terminal) -> Result<(), CliError> {
    let progress = where_they_stand(desk)?;
    let tasks = tasks(desk)?;
    if tasks.is_empty() {
        terminal.say(&format!("{}: không có nhiệm vụ. / no task.", desk.body.as_str()));
    }
    for (symbol, task) in tasks {
        let stands = progress.tasks.get(&task.id).cloned().unwrap_or_default();
        let object = json!({
            "task": task.id,
            "directive": symbol,
            "text_vi": task.text_vi,
            "text_en": task.text_en,
            "deadline_vi": task.deadline_vi,
            "status": stands.status,
            "contested": stands.contested,
            "notes": stands.notes,
            "evidence": stands.evidence,
        });
        terminal.result(&object, &lines(&symbol, &task, &stands))?;
    }
    Ok(())
}

/// Said of a task on which two devices have written different states at the same time.
const CONTESTED: &str = "\n    ! Hai máy ghi tiến độ khác nhau; trên đây là một trong hai. Ghi lại bằng `niemyet task set … --action …` để chốt.\n    \
                         ! Two devices wrote different states; above is one of them. Set it again with `niemyet task set … --action …`.";

fn lines(symbol: &str, task: &Task, stands: &TaskProgress) -> String {
    let contested = if stands.contested { CONTESTED } else { "" };
    let deadline = task.deadline_vi.as_deref().map(|text| format!("  hạn / due: {text}")).unwrap_or_default();
    let mut lines = format!(
        "{:<28} {}  [{symbol}]{deadline}\n    {}{contested}",
        task.id,
        shown(stands.status),
        task.text_vi
    );
    for note in &stands.notes {
        lines += &format!("\n    – {note}");
    }
    if let Some(evidence) = &stands.evidence {
        lines += &format!("\n    minh chứng / evidence: {evidence}");
    }
    lines
}

const fn shown(status: TaskStatus) -> &'static str {
    match status {
        TaskStatus::NotStarted => "chưa bắt đầu / not started",
        TaskStatus::InProgress => "đang làm / in progress",
        TaskStatus::Blocked => "đang chờ / blocked",
        TaskStatus::Done => "đã xong / done",
    }
}

fn set(desk: &Desk, edit: &args::TaskEdit, terminal: &mut Terminal) -> Result<(), CliError> {
    if edit.action.is_none() && edit.note.is_none() && edit.evidence.is_none() {
        return Err(CliError::Usage(
            "chưa có gì để ghi; hãy thêm --action, --note hoặc --evidence. / Nothing to set: give --action, --note or --evidence".to_owned(),
        ));
    }
    let tasks = tasks(desk)?;
    if !tasks.iter().any(|(_, task)| task.id == edit.task) {
        let known: Vec<&str> = tasks.iter().map(|(_, task)| task.id.as_str()).collect();
        let (body, task) = (desk.body.as_str(), &edit.task);
        return Err(CliError::Usage(format!(
            "`{body}` không có nhiệm vụ `{task}`; xem `niemyet task list`. / `{body}` has no task `{task}`; it has: {}",
            known.join(", ")
        )));
    }
    let mut document = desk.document(&Key::Progress(desk.body.clone()))?;
    if let Some(action) = edit.action {
        progress::act(&mut document, &edit.task, action.into())?;
    }
    if let Some(note) = &edit.note {
        progress::add_note(&mut document, &edit.task, note)?;
    }
    if let Some(evidence) = &edit.evidence {
        progress::set_evidence(&mut document, &edit.task, evidence)?;
    }
    let mut object = json!({ "task": edit.task });
    desk.keep(&mut document, "task", &mut object)?;
    let stands = where_they_stand(desk)?.tasks.remove(&edit.task).unwrap_or_default();
    object["status"] = json!(stands.status);
    terminal.say(desk::KEPT);
    terminal.result(&object, &format!("{}: {}", edit.task, shown(stands.status)))
}
