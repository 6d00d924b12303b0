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
use super::key::Key;
use super::key::Kind;
use super::notice;
pub use super::notice::Notice;
pub use super::notice::NoticeText;
pub use super::notice::put_notice;
pub use super::notice::remove_notice;
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

impl Publication {
    /// Whether a document is shown by rule. Whatever holds it back suspends the rule, also after further edits: these do not say
    /// that what it was held back for is mended.
    pub fn is_by_rule(&self, key: &Key) -> bool {
        by_law(key.kind()) && self.rules.contains_key(&key.kind()) && !self.held.contains_key(key)
    }

    /// Whether a document is held back, and this keeps a version of it from the public: not so where the election stands approved at
    /// just these heads, as an older program or a merge may leave it.
    pub fn is_held_back(&self, key: &Key) -> bool {
        self.held.contains_key(key) && !(*key == Key::Election && self.election_contradicted().is_some())
    }

    /// The heads at which the election is approved and held back at once, if it is.
    pub fn election_contradicted(&self) -> Option<&[String]> {
        let (approval, hold) = (self.items.get(&Key::Election)?, self.held.get(&Key::Election)?);
        (approval.heads == hold.heads).then_some(approval.heads.as_slice())
    }

    /// Whether the next release shows the election, on which the whole site stands. Without it there is no release at all, not even
    /// one that shows less.
    pub fn has_election(&self) -> bool {
        self.items.contains_key(&Key::Election) || self.is_by_rule(&Key::Election)
    }

    /// Whether a document may be held back as it stands at these heads, sorted. Of the election another version must be approved, that
    /// the site goes on with: the one that is approved stays public whatever is held back.
    pub fn may_hold(&self, key: &Key, heads: &[String]) -> bool {
        if *key != Key::Election {
            return true;
        }
        self.items.get(key).map_or_else(|| !self.has_election(), |approval| approval.heads != heads)
    }

    /// Whether a document may be taken from the public.
    pub fn may_withdraw(&self, key: &Key) -> bool {
        *key != Key::Election && self.items.contains_key(key)
    }

    /// The notice with this id, if there is one.
    pub fn notice(&self, id: &str) -> Option<&Notice> {
        self.notices.iter().find(|notice| notice.id == id)
    }

    pub(super) fn read(view: &View<'_>) -> Result<Self, DocumentError> {
        let content = view.content()?;
        let mut publication = Self::default();
        for (key, (node, contested)) in content.field("items").map()? {
            publication.items.insert(key_of(key, &node)?, approval(&node, contested)?);
        }
        for node in content.field("notices").list()? {
            publication.notices.push(notice::read(&node)?);
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

/// Refuses if a document is shown by rule, so that approving or withdrawing it would change nothing. A first approval does: it is
/// what is shown once the rule ends or is suspended.
pub fn expect_not_by_rule(document: &Document, key: &Key) -> Result<(), DocumentError> {
    if let Content::Publication(publication) = document.content()?
        && publication.is_by_rule(key)
        && publication.items.contains_key(key)
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
    let before = standing(document)?;
    if kind == Kind::Election && before.has_election() && !before.items.contains_key(&Key::Election) {
        return Err(document.refused(
            "cả trang dựa vào `election`, mà chưa duyệt phiên bản nào: bỏ quy tắc thì không phát hành được gì nữa, kể cả việc rút nội dung. \
             Hãy duyệt một phiên bản trước. / The whole site stands on `election`, and no version of it is approved: without the rule \
             nothing could be released any more, withdrawals included. Approve a version first (`niemyet publish approve election`)",
        ));
    }
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
    expect_may_hold(document, key, &heads)?;
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

/// Refuses to hold the election back as the site stands on it: it would stay public, or there would be no site.
fn expect_may_hold(document: &Document, key: &Key, heads: &[String]) -> Result<(), DocumentError> {
    if standing(document)?.may_hold(key, heads) {
        return Ok(());
    }
    Err(document.refused(
        "cả trang dựa vào đúng phiên bản này của `election` nên không giữ lại được. Hãy quay lại một bản phát hành cũ, rồi sửa `election` và \
         duyệt bản sửa. / The whole site stands on just this version of `election`, so it cannot be held back. Go back to an older release \
         (`niemyet release activate ID`), then have `election` corrected and approve the correction",
    ))
}

/// What a publication decides before a decision is added to it.
pub(super) fn standing(document: &Document) -> Result<Publication, DocumentError> {
    document.expect_kind(Kind::Publication)?;
    match document.content()? {
        Content::Publication(publication) => Ok(publication),
        _ => Ok(Publication::default()),
    }
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

/// Refuses to take the election from under the site.
pub fn expect_may_withdraw(document: &Document, key: &Key) -> Result<(), DocumentError> {
    if *key == Key::Election && standing(document)?.items.contains_key(key) {
        return Err(document.refused(
            "cả trang dựa vào `election` nên không rút được: rút thì không phát hành được gì nữa, kể cả việc rút nội dung khác. Hãy sửa rồi \
             duyệt bản sửa, hoặc quay lại một bản phát hành cũ. / The whole site stands on `election`, so it cannot be withdrawn: nothing \
             could be released any more, other withdrawals included. Have it corrected and approve the correction, or go back to an older \
             release (`niemyet release activate ID`)",
        ));
    }
    Ok(())
}

/// Takes an approval back: the document is no longer shown. Pending until the document is committed.
pub fn revoke(document: &mut Document, key: &Key) -> Result<(), DocumentError> {
    document.expect_kind(Kind::Publication)?;
    expect_may_withdraw(document, key)?;
    let items = text::object(document, &["content", "items"])?;
    let name = key.to_string();
    if text::child(document, &items, name.as_str(), ObjType::Map).is_none() {
        return Err(document.refused(format!(
            "`{key}` đang không công khai nên không có gì để thu hồi. / `{key}` is not public; there is nothing to take back"
        )));
    }
    document.write(|doc| doc.delete(&items, name.as_str()))
}
