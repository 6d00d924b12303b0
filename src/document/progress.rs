//! The `progress/<body>` document: where one body stands with each of its tasks.
//!
//! Statuses and evidence are registers by task; notes are a list, so that two offline devices that begin a note on
//! the same task keep both.

use std::collections::BTreeMap;

use automerge::ObjType;
use automerge::ReadDoc;
use automerge::transaction::Transactable;
use serde::Deserialize;
use serde::Serialize;

use super::content::Content;
use super::error::DocumentError;
use super::key::Kind;
use super::open::Document;
use super::read::View;
use super::text;

/// The content of a `progress/<body>` document: task id → where it stands. Tasks nobody wrote about are not here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// By the id of the task.
    pub tasks: BTreeMap<String, TaskProgress>,
}

/// Where one task stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TaskProgress {
    /// Its status.
    pub status: TaskStatus,
    /// True if devices set different statuses at once.
    pub contested: bool,
    /// Notes, in order. Internal; they could take what belongs on paper, so the form warns beside them.
    pub notes: Vec<String>,
    /// Where the evidence is: symbol of a document or number of a paper file. A reference, never content.
    pub evidence: Option<String>,
}

/// Status of a task.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskStatus {
    /// Nothing done yet.
    #[default]
    NotStarted,
    /// Being worked on.
    InProgress,
    /// Waiting for somebody else.
    Blocked,
    /// Done.
    Done,
}

/// What can be done to a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TaskAction {
    /// Begin.
    Start,
    /// Wait for somebody else.
    Block,
    /// Go on after waiting.
    Resume,
    /// Finish.
    Finish,
    /// Take up again what was done.
    Reopen,
}

/// A task that is in this state cannot be taken on like that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "nhiệm vụ đang ở trạng thái `{}` nên không thực hiện được việc này; xem `niemyet task list`. / A task that is `{}` cannot take the action \
     `{action:?}`; look at its status first",
    status.word(), status.word()
)]
pub struct TaskRefusal {
    /// Its status.
    pub status: TaskStatus,
    /// What was asked.
    pub action: TaskAction,
}

impl TaskStatus {
    /// Every status.
    pub const ALL: [Self; 4] = [Self::NotStarted, Self::InProgress, Self::Blocked, Self::Done];

    /// The word that stands in the document.
    pub const fn word(self) -> &'static str {
        match self {
            Self::NotStarted => "not_started",
            Self::InProgress => "in_progress",
            Self::Blocked => "blocked",
            Self::Done => "done",
        }
    }

    /// Takes a task on, or says why not.
    pub const fn apply(self, action: TaskAction) -> Result<Self, TaskRefusal> {
        match (self, action) {
            (Self::NotStarted, TaskAction::Start)
            | (Self::Blocked, TaskAction::Resume)
            | (Self::Done, TaskAction::Reopen) => Ok(Self::InProgress),
            (Self::NotStarted | Self::InProgress, TaskAction::Block) => Ok(Self::Blocked),
            (Self::NotStarted | Self::InProgress, TaskAction::Finish) => Ok(Self::Done),
            (status, action) => Err(TaskRefusal { status, action }),
        }
    }

    fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.word() == word)
    }
}

impl TaskAction {
    /// Every action.
    pub const ALL: [Self; 5] = [Self::Start, Self::Block, Self::Resume, Self::Finish, Self::Reopen];
}

impl Progress {
    pub(super) fn read(view: &View<'_>) -> Result<Self, DocumentError> {
        let content = view.content()?;
        let mut tasks: BTreeMap<String, TaskProgress> = BTreeMap::new();
        for (id, (node, contested)) in content.field("status").map()? {
            let task = tasks.entry(id.to_owned()).or_default();
            task.status = node.choice("a status of a task", TaskStatus::parse)?.unwrap_or_default();
            task.contested = contested;
        }
        for (id, (node, _)) in content.field("evidence").map()? {
            tasks.entry(id.to_owned()).or_default().evidence = node.opt_text()?;
        }
        for note in content.field("notes").list()? {
            let task = note.field("task").text()?;
            tasks.entry(task).or_default().notes.push(note.field("text").text()?);
        }
        Ok(Self { tasks })
    }
}

/// Takes a task on; pending until the document is committed.
pub fn act(document: &mut Document, task: &str, action: TaskAction) -> Result<TaskStatus, DocumentError> {
    let now = current(document)?.tasks.get(task).map(|task| task.status).unwrap_or_default();
    let next = now.apply(action).map_err(|refusal| document.refused(refusal.to_string()))?;
    let map = text::object(document, &["content", "status"])?;
    document.write(|doc| doc.put(&map, task, next.word()))?;
    Ok(next)
}

/// Says where the evidence for a task is; pending until the document is committed.
pub fn set_evidence(document: &mut Document, task: &str, reference: &str) -> Result<(), DocumentError> {
    document.expect_kind(Kind::Progress)?;
    let map = text::object(document, &["content", "evidence"])?;
    document.write(|doc| doc.put(&map, task, text::nfc(reference)))
}

/// Adds a note on a task; pending until the document is committed.
pub fn add_note(document: &mut Document, task: &str, note: &str) -> Result<(), DocumentError> {
    document.expect_kind(Kind::Progress)?;
    let list = text::object(document, &["content", "notes"])?;
    document.write(|doc| {
        let entry = doc.insert_object(&list, doc.length(&list), ObjType::Map)?;
        doc.put(&entry, "task", task)?;
        text::rewrite(doc, &entry, "text".into(), &text::nfc(note))
    })
}

/// Changes the wording of a task's note, the `number`-th of it from 0; pending until the document is committed.
pub fn edit_note(
    document: &mut Document,
    task: &str,
    number: usize,
    note: &str,
) -> Result<(), DocumentError> {
    document.expect_kind(Kind::Progress)?;
    let list = text::object(document, &["content", "notes"])?;
    let entry = document.write(|doc| {
        let mut own = Vec::new();
        for i in 0..doc.length(&list) {
            let Some((_, entry)) = doc.get(&list, i)? else { continue };
            if text::words(doc, &entry, "task")?.as_deref() == Some(task) {
                own.push(entry);
            }
        }
        Ok(own.into_iter().nth(number))
    })?;
    let Some(entry) = entry else {
        return Err(document.refused(format!(
            "nhiệm vụ `{task}` không có ghi chú số {0}; hãy đọc lại. / Task `{task}` has no note {0}; read it again",
            number + 1
        )));
    };
    document.write(|doc| text::rewrite(doc, &entry, "text".into(), &text::nfc(note)))
}

fn current(document: &Document) -> Result<Progress, DocumentError> {
    document.expect_kind(Kind::Progress)?;
    match document.content()? {
        Content::Progress(progress) => Ok(progress),
        _ => Ok(Progress::default()),
    }
}
