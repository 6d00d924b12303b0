//! Reference data → the first documents of a working folder.

use automerge::ActorId;
use chrono::DateTime;
use chrono::SecondsFormat;
use chrono::Utc;

use crate::document::Document;
use crate::document::DocumentError;
use crate::document::Key;
use crate::document::format_heads;
use crate::document::publication;
use crate::document::publication::Approval;
use crate::document::write_directive;
use crate::document::write_election;
use crate::reference::Dataset;

/// Who writes the first documents, and when.
#[derive(Clone, Debug)]
pub struct Importer {
    /// Actor of the changes, random for each run.
    pub actor: ActorId,
    /// When the data set was imported; the approvals carry it.
    pub at: DateTime<Utc>,
    /// What the approvals name as the approver.
    pub by: String,
}

/// The documents of a data set: the election, its directives, and the publication that approves what the data set
/// declares public, at the heads just written.
pub fn import(dataset: &Dataset, importer: &Importer) -> Result<Vec<Document>, DocumentError> {
    let election = dataset.election.id.as_str();
    let time = importer.at.timestamp();
    let mut documents = Vec::new();
    let mut document = Document::create(election, &Key::Election, importer.actor.clone())?;
    write_election(&mut document, &dataset.election)?;
    document.commit("import", time);
    documents.push(document);
    for directive in &dataset.directives {
        let key = Key::directive(&directive.symbol)?;
        let mut document = Document::create(election, &key, importer.actor.clone())?;
        write_directive(&mut document, directive)?;
        document.commit("import", time);
        documents.push(document);
    }
    let mut approvals = Vec::new();
    for item in &dataset.publication {
        let key: Key = item.key.parse()?;
        for document in documents.iter_mut().filter(|document| *document.key() == key) {
            let approval = Approval {
                heads: format_heads(&document.heads()),
                by: importer.by.clone(),
                at: importer.at.to_rfc3339_opts(SecondsFormat::Secs, true),
                basis: item.basis.clone(),
                ..Approval::default()
            };
            approvals.push((key.clone(), approval));
        }
    }
    let mut public = Document::create(election, &Key::Publication, importer.actor.clone())?;
    for (key, approval) in &approvals {
        publication::approve(&mut public, key, approval)?;
    }
    public.commit("import", time);
    documents.push(public);
    Ok(documents)
}
