//! The `publication` document: what is public, at which heads, by whose approval; and notices to the public.

use std::collections::BTreeMap;

use automerge::AutoCommit;
use automerge::AutomergeError;
use automerge::ObjId;
use automerge::ObjType;
use automerge::ReadDoc;
use automerge::transaction::Transactable;
use serde::Serialize;

use super::Content;
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
    /// Kinds that are public by law and shown as they stand, without an approval of each edit; none in older documents.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub rules: BTreeMap<Kind, Rule>,
    /// What was looked at and is not to be public as it stood at these heads; nothing in older documents.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub held: BTreeMap<Key, Hold>,
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

/// A standing approval: documents of a kind are shown at whatever heads they have.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// The body that approved.
    pub by: String,
    /// When, as the approving device claims it: RFC 3339.
    pub at: String,
    /// What it rests on: the article of law by which the kind is public.
    pub basis: String,
}

/// A decision not to show a document, yet or at all, as it stood at these heads.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Hold {
    /// Hashes of changes, 64 hexadecimal digits each, sorted.
    pub heads: Vec<String>,
    /// The body that decided.
    pub by: String,
    /// When, as the deciding device claims it: RFC 3339.
    pub at: String,
    /// Why.
    pub reason: String,
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
    /// Whether a document is shown by rule. Whatever holds it back suspends the rule, also after further edits: these do not say
    /// that what it was held back for is mended.
    pub fn is_by_rule(&self, key: &Key) -> bool {
        by_law(key.kind()) && self.rules.contains_key(&key.kind()) && !self.held.contains_key(key)
    }

    pub(super) fn read(view: &View<'_>) -> Result<Self, DocumentError> {
        let content = view.content();
        let mut publication = Self::default();
        for (key, (node, contested)) in content.field("items").map()? {
            publication.items.insert(key_of(key, &node)?, approval(&node, contested)?);
        }
        for node in content.field("notices").list()? {
            publication.notices.push(notice(&node)?);
        }
        publication.read_rules(view)?;
        publication.read_holds(view)?;
        Ok(publication)
    }

    fn read_rules(&mut self, view: &View<'_>) -> Result<(), DocumentError> {
        for tree in view.rival_trees(RULES)? {
            for (name, (node, _)) in view.node(&tree, RULES).map()? {
                let kind = Kind::ALL.into_iter().find(|kind| kind.word() == name);
                let kind = kind.ok_or_else(|| node.wrong("under a kind of documents"))?;
                let text = |name| node.field(name).text();
                self.rules.insert(kind, Rule { by: text("by")?, at: text("at")?, basis: text("basis")? });
            }
        }
        Ok(())
    }

    fn read_holds(&mut self, view: &View<'_>) -> Result<(), DocumentError> {
        for tree in view.rival_trees(HELD)? {
            for (name, (node, _)) in view.node(&tree, HELD).map()? {
                let text = |name| node.field(name).text();
                let hold = Hold {
                    heads: node.field("heads").texts()?,
                    by: text("by")?,
                    at: text("at")?,
                    reason: text("reason")?,
                };
                self.held.insert(key_of(name, &node)?, hold);
            }
        }
        Ok(())
    }
}

/// Maps of `content` that the first change does not make: whoever writes there first does. Two devices may do so at once; all of
/// their maps count, and of one name in several of them the value in the map that Automerge prefers.
const RULES: &str = "rules";
const HELD: &str = "held";

fn key_of(name: &str, node: &Node<'_>) -> Result<Key, DocumentError> {
    name.parse().map_err(|error: DocumentError| node.wrong(format!("under a key ({error})")))
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
        return Err(document.refused(
            "phê duyệt phải nêu đúng phiên bản; hãy mở văn bản và duyệt nội dung đang thấy. / An approval names heads; open the document \
             and approve what you see",
        ));
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

/// Sets a standing approval for a kind that is public by law. Pending until the document is committed.
pub fn set_rule(document: &mut Document, kind: Kind, rule: &Rule) -> Result<(), DocumentError> {
    document.expect_kind(Kind::Publication)?;
    if !by_law(kind) {
        return Err(document.refused(format!(
            "văn bản loại `{kind}` không đương nhiên công khai theo luật; hãy duyệt từng văn bản. / Documents of kind `{kind}` are not \
             public by law; approve each by the heads that were looked at"
        )));
    }
    let maps = made(document, RULES)?;
    document.write(|doc| {
        let Some(map) = maps.last() else { return Ok(()) };
        let record = doc.put_object(map, kind.word(), ObjType::Map)?;
        doc.put(&record, "by", rule.by.as_str())?;
        doc.put(&record, "at", rule.at.as_str())?;
        doc.put(&record, "basis", text::nfc(&rule.basis))
    })
}

/// Whether the timetable, the units and the constituencies stand in documents of this kind (law 85/2015, articles 10 and 32,
/// and 83/2025, ask that they be posted): nothing else may be shown unread.
pub const fn by_law(kind: Kind) -> bool {
    matches!(kind, Kind::Election)
}

/// Refuses if a document is shown by rule, so that approving or withdrawing it would change nothing.
pub fn expect_not_by_rule(document: &Document, key: &Key) -> Result<(), DocumentError> {
    if let Content::Publication(publication) = document.content()?
        && publication.is_by_rule(key)
    {
        return Err(document.refused(format!(
            "`{key}` đang công khai theo quy tắc; hãy bỏ quy tắc trước. / `{key}` is shown by rule; switch the rule off first \
             (`niemyet publish rule {kind} off`), or hold the document back",
            kind = key.kind()
        )));
    }
    Ok(())
}

/// Takes a standing approval back. Pending until the document is committed.
pub fn clear_rule(document: &mut Document, kind: Kind) -> Result<(), DocumentError> {
    document.expect_kind(Kind::Publication)?;
    if !remove(document, RULES, kind.word())? {
        return Err(document.refused(format!(
            "chưa đặt quy tắc cho `{kind}` nên không có gì để bỏ. / There is no rule for `{kind}`; there is nothing to take back"
        )));
    }
    Ok(())
}

/// Notes that a document is not to be public as it stands at the heads of `hold`. Pending until the document is committed.
pub fn hold(document: &mut Document, key: &Key, hold: &Hold) -> Result<(), DocumentError> {
    document.expect_kind(Kind::Publication)?;
    if hold.heads.is_empty() {
        return Err(
            document.refused(
                "giữ lại phải nêu đúng phiên bản; hãy mở văn bản và giữ lại nội dung đang thấy. / Holding back names heads; open the \
                 document and hold back what you see",
            )
        );
    }
    let heads = format_heads(&parse_heads(&hold.heads)?);
    let maps = made(document, HELD)?;
    document.write(|doc| {
        let Some(map) = maps.last() else { return Ok(()) };
        let record = doc.put_object(map, key.to_string(), ObjType::Map)?;
        doc.put(&record, "by", hold.by.as_str())?;
        doc.put(&record, "at", hold.at.as_str())?;
        doc.put(&record, "reason", text::nfc(&hold.reason))?;
        let list = doc.put_object(&record, "heads", ObjType::List)?;
        heads.iter().enumerate().try_for_each(|(i, head)| doc.insert(&list, i, head.as_str()))
    })
}

/// Takes a holding back away, if there is one. Pending until the document is committed.
pub fn release_hold(document: &mut Document, key: &Key) -> Result<bool, DocumentError> {
    document.expect_kind(Kind::Publication)?;
    remove(document, HELD, &key.to_string())
}

/// The maps of that name, the preferred one last; one is made if there is none.
fn made(document: &mut Document, name: &str) -> Result<Vec<ObjId>, DocumentError> {
    let content = text::object(document, &["content"])?;
    document.write(|doc| {
        let maps = maps_of(doc, &content, name)?;
        if maps.is_empty() { Ok(vec![doc.put_object(&content, name, ObjType::Map)?]) } else { Ok(maps) }
    })
}

/// Deletes a name from all maps there; true if it stood in any.
fn remove(document: &mut Document, map: &str, name: &str) -> Result<bool, DocumentError> {
    let content = text::object(document, &["content"])?;
    document.write(|doc| {
        let mut any = false;
        for map in maps_of(doc, &content, map)? {
            if doc.get(&map, name)?.is_some() {
                doc.delete(&map, name)?;
                any = true;
            }
        }
        Ok(any)
    })
}

fn maps_of(doc: &AutoCommit, content: &ObjId, name: &str) -> Result<Vec<ObjId>, AutomergeError> {
    let all = doc.get_all(content, name)?;
    Ok(all
        .into_iter()
        .filter(|(value, _)| value.to_objtype() == Some(ObjType::Map))
        .map(|(_, id)| id)
        .collect())
}

/// Takes an approval back: the document is no longer shown. Pending until the document is committed.
pub fn revoke(document: &mut Document, key: &Key) -> Result<(), DocumentError> {
    document.expect_kind(Kind::Publication)?;
    let items = text::object(document, &["content", "items"])?;
    let name = key.to_string();
    if text::child(document, &items, name.as_str(), ObjType::Map).is_none() {
        return Err(document.refused(format!(
            "`{key}` đang không công khai nên không có gì để thu hồi. / `{key}` is not public; there is nothing to take back"
        )));
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

/// Takes a notice back. Pending until the document is committed.
pub fn remove_notice(document: &mut Document, id: &str) -> Result<(), DocumentError> {
    document.expect_kind(Kind::Publication)?;
    let list = text::object(document, &["content", "notices"])?;
    let removed = document.write(|doc| {
        let mut any = false;
        for i in (0..doc.length(&list)).rev() {
            if let Some((_, map)) = doc.get(&list, i)?
                && text::words(doc, &map, "id")?.as_deref() == Some(id)
            {
                doc.delete(&list, i)?;
                any = true;
            }
        }
        Ok(any)
    })?;
    if removed {
        return Ok(());
    }
    Err(document.refused(format!(
        "không có thông báo `{id}` để thu hồi. / There is no notice `{id}`; there is nothing to take back"
    )))
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
