//! One body's own documents, edited on the command line: the same documents that the editor edits, with or without a network.

use std::path::Path;

use chrono::DateTime;
use chrono::Utc;
use chrono_tz::Tz;
use serde_json::Value;
use serde_json::json;

use super::error::CliError;
use crate::document::Content;
use crate::document::Document;
use crate::document::Key;
use crate::document::election::Body;
use crate::document::election::Election;
use crate::document::key::BodyId;
use crate::replica::documents::DocumentStore;
use crate::replica::documents::Documents;
use crate::replica::folder;
use crate::replica::peer::sent::Sent;
use crate::timetable::recurrence::due_instants;

/// A body's desk.
pub struct Desk {
    store: DocumentStore,
    sent: Sent,
    /// The body that the settings name.
    own: Option<BodyId>,
    /// The election.
    pub election: Election,
    /// The body.
    pub body: BodyId,
}

impl Desk {
    /// Opens the folder for a body: the one that was named, else the one of the settings.
    pub fn open(dir: &Path, body: Option<&str>) -> Result<Self, CliError> {
        let config = folder::config(dir)?;
        let store = DocumentStore::open(dir, None)?;
        let mut found = store.load_where(|key| *key == Key::Election)?;
        let content = found.remove(&Key::Election).map(|document| document.content()).transpose()?;
        let Some(Content::Election(election)) = content else {
            let text = "thư mục chưa có cuộc bầu cử nào; hãy lấy về trước: niemyet sync URL. / The folder holds no election yet. Fetch it first: \
                        niemyet sync URL";
            return Err(CliError::Refused(text.to_owned()));
        };
        let own = config.body.clone();
        let named = body.map(|body| BodyId::new(body).map_err(|error| CliError::Usage(error.to_string())));
        let body = named.transpose()?.or(config.body).ok_or_else(|| {
            CliError::Usage(
                "làm cho cơ quan nào? Ghi mã cơ quan bằng --body, hoặc ở `body` trong niemyet.toml. / For which body? Name it with --body, or in \
                 niemyet.toml as `body`"
                    .to_owned(),
            )
        })?;
        expect_body(&election, body.as_str())?;
        Ok(Self { store, sent: Sent::last(dir), own, election: *election, body })
    }

    /// The body as the election has it.
    pub fn own(&self) -> Result<&Body, CliError> {
        expect_body(&self.election, self.body.as_str())
    }

    /// Some of the folder's documents.
    pub fn documents(&self, wanted: impl Fn(&Key) -> bool) -> Result<Documents, CliError> {
        Ok(self.store.load_where(wanted)?)
    }

    /// Whether a server was seen to have a document just as it is here.
    pub fn is_sent(&self, document: &mut Document) -> bool {
        let heads = document.heads();
        self.sent.covers(document.key(), &heads)
    }

    /// A document to write, begun if there is none yet.
    pub fn document(&self, key: &Key) -> Result<Document, CliError> {
        if let Some(own) = self.own.as_ref().filter(|own| **own != self.body) {
            return Err(CliError::Usage(format!(
                "thư mục này của `{own}`: máy chủ sẽ không nhận nội dung viết thay `{body}`; bỏ --body để viết cho `{own}`. / This folder edits for \
                 `{own}`: the server would not take what it writes for `{body}`. Without --body it writes its own; `body` in niemyet.toml says \
                 whose folder it is",
                own = own.as_str(),
                body = self.body.as_str()
            )));
        }
        Ok(self.store.open_or_begin(&self.election.id, key)?)
    }

    /// Makes what was written one change, and durable. Says so to `object`.
    pub fn keep(&self, document: &mut Document, message: &str, object: &mut Value) -> Result<(), CliError> {
        document.commit(message, Utc::now().timestamp());
        self.store.save(document)?;
        object["heads"] = json!(crate::document::format_heads(&document.heads()));
        Ok(())
    }

    /// The moments at which reports are due, in order.
    pub fn due(&self) -> Result<Vec<DateTime<Tz>>, CliError> {
        let mut due = Vec::new();
        for regime in &self.election.regimes {
            due.extend(due_instants(regime)?);
        }
        due.sort_unstable();
        Ok(due)
    }
}

/// Said after each edit.
pub const KEPT: &str =
    "Đã lưu trên máy này; `niemyet sync` gửi lên máy chủ. / Kept here; `niemyet sync` sends it.";

/// An account or an edit for a body that the election has not would come to nothing.
pub fn expect_body<'e>(election: &'e Election, body: &str) -> Result<&'e Body, CliError> {
    if let Some(found) = election.bodies.iter().find(|known| known.id == body) {
        return Ok(found);
    }
    let bodies: Vec<&str> = election.bodies.iter().map(|known| known.id.as_str()).collect();
    Err(CliError::Usage(format!(
        "cuộc bầu cử không có cơ quan `{body}`; chọn một trong các mã sau với --body. / The election has no body `{body}`. Give one of these with \
         --body: {}",
        bodies.join(", ")
    )))
}
