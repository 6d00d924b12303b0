//! The `publication` document: what is public, at which heads, by whose approval; and notices to the public.

use std::collections::BTreeMap;

use automerge::AutoCommit;
use automerge::AutomergeError;
use automerge::ObjId;
use automerge::ObjType;
use automerge::ReadDoc;
use automerge::transaction::Transactable;
use serde::Serialize;

use super::error::DocumentError;
use super::key::IncidentId;
use super::key::Key;
use super::key::Kind;
use super::key::date;
use super::open::Document;
use super::open::format_heads;
use super::open::parse_heads;
use super::read::Node;
use super::read::View;
use super::text;

/// The content of the `publication` document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Publication {
    /// What may be shown: document → the approval that names its heads.
    pub items: BTreeMap<Key, Approval>,
    /// Notices to the public, in the order they were added.
    pub notices: Vec<Notice>,
}

/// One approval: this document may be shown as it stood at these heads.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Approval {
    /// Hashes of changes, 64 hexadecimal digits each, sorted.
    pub heads: Vec<String>,
    /// The body that approved; a body, never a person's name.
    pub by: String,
    /// When, as the approving device claims it: RFC 3339.
    pub at: String,
    /// What the approval rests on, for example the symbol of a decision.
    pub basis: String,
    /// True if two devices approved different things at once and nobody has chosen yet; the one shown is the same
    /// on every replica.
    pub contested: bool,
}

/// A notice to the public.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// Identifier, part of the notice's address: `a-z`, `0-9` and `-`.
    pub id: String,
    /// Date of the notice, `YYYY-MM-DD`.
    pub date: String,
    /// Language (`vi`, `en`, …) → the notice in it. `vi` and `en` are always there, possibly empty.
    pub texts: BTreeMap<String, NoticeText>,
}

/// A notice in one language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct NoticeText {
    /// Title.
    pub title: String,
    /// Paragraphs, plain text.
    pub paragraphs: Vec<String>,
}

impl Publication {
    pub(super) fn read(view: &View<'_>) -> Result<Self, DocumentError> {
        let content = view.content();
        let mut publication = Self::default();
        for (key, (node, contested)) in content.field("items").map()? {
            let key =
                key.parse().map_err(|error: DocumentError| node.wrong(format!("under a key ({error})")))?;
            publication.items.insert(key, approval(&node, contested)?);
        }
        for node in content.field("notices").list()? {
            publication.notices.push(notice(&node)?);
        }
        Ok(publication)
    }
}

fn approval(node: &Node<'_>, contested: bool) -> Result<Approval, DocumentError> {
    let heads = node.field("heads");
    let approval = Approval {
        heads: heads.texts()?,
        by: node.field("by").text()?,
        at: node.field("at").text()?,
        basis: node.field("basis").text()?,
        contested,
    };
    if approval.heads.is_empty() || parse_heads(&approval.heads).is_err() {
        return Err(heads.wrong("hashes of changes, 64 hexadecimal digits each, at least one"));
    }
    Ok(approval)
}

fn notice(node: &Node<'_>) -> Result<Notice, DocumentError> {
    let texts = node.field("texts").map()?;
    let text = |node: &Node<'_>| {
        let title = node.field("title").text()?;
        Ok(NoticeText { title, paragraphs: node.field("paragraphs").texts()? })
    };
    Ok(Notice {
        id: node.field("id").text()?,
        date: node.field("date").text()?,
        texts: texts
            .into_iter()
            .map(|(language, (node, _))| Ok((language.to_owned(), text(&node)?)))
            .collect::<Result<_, DocumentError>>()?,
    })
}

/// Approves that a document is shown as it stands at the heads of `approval`; replaces an earlier approval. Pending
/// until the document is committed.
pub fn approve(document: &mut Document, key: &Key, approval: &Approval) -> Result<(), DocumentError> {
    document.expect_kind(Kind::Publication)?;
    if approval.heads.is_empty() {
        return Err(document.refused("an approval names heads; open the document and approve what you see"));
    }
    let heads = format_heads(&parse_heads(&approval.heads)?);
    let items = text::object(document, &["content", "items"])?;
    document.write(|doc| {
        let item = doc.put_object(&items, key.to_string(), ObjType::Map)?;
        doc.put(&item, "by", approval.by.as_str())?;
        doc.put(&item, "at", approval.at.as_str())?;
        doc.put(&item, "basis", text::nfc(&approval.basis))?;
        let list = doc.put_object(&item, "heads", ObjType::List)?;
        heads.iter().enumerate().try_for_each(|(i, head)| doc.insert(&list, i, head.as_str()))
    })
}

/// Takes an approval back: the document is no longer shown. Pending until the document is committed.
pub fn revoke(document: &mut Document, key: &Key) -> Result<(), DocumentError> {
    document.expect_kind(Kind::Publication)?;
    let items = text::object(document, &["content", "items"])?;
    let name = key.to_string();
    if text::child(document, &items, name.as_str(), ObjType::Map).is_none() {
        return Err(document.refused(format!("`{key}` is not public; there is nothing to take back")));
    }
    document.write(|doc| doc.delete(&items, name.as_str()))
}

/// Adds a notice, or rewrites the one with the same id, changing only what differs. Pending until the document is
/// committed.
pub fn put_notice(document: &mut Document, notice: &Notice) -> Result<(), DocumentError> {
    document.expect_kind(Kind::Publication)?;
    IncidentId::new(&notice.id)?;
    date(&notice.date)?;
    let list = text::object(document, &["content", "notices"])?;
    let mut languages: BTreeMap<&str, NoticeText> =
        ["vi", "en"].into_iter().map(|language| (language, NoticeText::default())).collect();
    languages.extend(notice.texts.iter().map(|(language, text)| (language.as_str(), text.clone())));
    document.write(|doc| {
        let map = notice_map(doc, &list, &notice.id)?;
        doc.put(&map, "date", notice.date.as_str())?;
        let texts = child(doc, &map, "texts", ObjType::Map)?;
        languages.iter().try_for_each(|(language, text)| {
            let map = child(doc, &texts, language, ObjType::Map)?;
            text::rewrite(doc, &map, "title".into(), &text::nfc(&text.title))?;
            let paragraphs = child(doc, &map, "paragraphs", ObjType::List)?;
            text::replace(doc, &paragraphs, &text.paragraphs)
        })
    })
}

/// The map of the notice with this id, made at the end of the list if there is none.
fn notice_map(doc: &mut AutoCommit, list: &ObjId, id: &str) -> Result<ObjId, AutomergeError> {
    for i in 0..doc.length(list) {
        if let Some((_, map)) = doc.get(list, i)?
            && text::words(doc, &map, "id")?.as_deref() == Some(id)
        {
            return Ok(map);
        }
    }
    let map = doc.insert_object(list, doc.length(list), ObjType::Map)?;
    doc.put(&map, "id", id)?;
    Ok(map)
}

/// The object under a name, made if it is not there.
fn child(doc: &mut AutoCommit, map: &ObjId, name: &str, kind: ObjType) -> Result<ObjId, AutomergeError> {
    match doc.get(map, name)? {
        Some((value, id)) if value.to_objtype() == Some(kind) => Ok(id),
        _ => doc.put_object(map, name, kind),
    }
}
