//! Notices to the public: in Vietnamese always, in other languages beside it.

use std::collections::BTreeMap;

use automerge::AutoCommit;
use automerge::AutomergeError;
use automerge::ObjId;
use automerge::ObjType;
use automerge::ReadDoc;
use automerge::transaction::Transactable;
use chrono::Datelike;
use serde::Serialize;

use super::error::DocumentError;
use super::key::IncidentId;
use super::key::Kind;
use super::key::date;
use super::language;
use super::open::Document;
use super::publication::standing;
use super::read::Node;
use super::text;

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

/// What keeps a notice from the public.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} / {}", self.vi(), self.en())]
pub enum Lack {
    /// There is no Vietnamese title.
    Title,
    /// There is no Vietnamese text.
    Text,
    /// In another language one of them is missing.
    Half(String),
    /// A language that the site cannot name.
    Language(String),
    /// A date that no notice has.
    Date(String),
    /// An id whose page would take the place of another.
    Address(String),
}

impl Lack {
    /// What it is and what to do, in Vietnamese.
    pub fn vi(&self) -> String {
        match self {
            Self::Title => "thông báo chưa có tiêu đề tiếng Việt; hãy ghi tiêu đề.".to_owned(),
            Self::Text => "thông báo chưa có nội dung tiếng Việt; hãy ghi ít nhất một đoạn.".to_owned(),
            Self::Half(code) => {
                format!(
                    "thông báo bằng `{code}` phải có cả tiêu đề và nội dung; hãy ghi đủ, hoặc bỏ trống cả hai."
                )
            }
            Self::Language(code) => {
                format!("trang không có ngôn ngữ `{code}`; chọn một trong: {}.", language::codes())
            }
            Self::Date(date) => {
                format!(
                    "ngày `{date}` không phải ngày của một thông báo; hãy ghi ngày từ năm {EARLIEST_YEAR}."
                )
            }
            Self::Address(id) => {
                format!("mã `{id}` là địa chỉ của trang danh sách thông báo; hãy chọn mã khác.")
            }
        }
    }

    /// The same in English.
    pub fn en(&self) -> String {
        match self {
            Self::Title => "The notice has no Vietnamese title; write one".to_owned(),
            Self::Text => "The notice has no Vietnamese text; write a paragraph at least".to_owned(),
            Self::Half(code) => {
                format!(
                    "The notice in `{code}` needs both a title and a text; write both, or leave both empty"
                )
            }
            Self::Language(code) => {
                format!("The site has no language `{code}`; choose one of: {}", language::codes())
            }
            Self::Date(date) => {
                format!("`{date}` is not the date of a notice; give one from {EARLIEST_YEAR} on")
            }
            Self::Address(id) => {
                format!("The id `{id}` is the address of the list of notices; choose another")
            }
        }
    }
}

/// The name that every site generator gives the page of a whole folder.
const LIST: &str = "index";

/// The year of the first general election: no notice is older.
const EARLIEST_YEAR: i32 = 1946;

impl Notice {
    /// What keeps it from the public, if anything does. A language that the site cannot name is none if it stood there `before` just so:
    /// no page shows it, and whoever mends the rest must not be kept from it.
    pub fn lack(&self, before: Option<&Self>) -> Option<Lack> {
        if self.id == LIST {
            return Some(Lack::Address(self.id.clone()));
        }
        let is_known = |code: &str| language::find(code).is_some();
        let stood = |code: &str| before.and_then(|notice| notice.texts.get(code));
        if !date(&self.date).is_ok_and(|date| date.year() >= EARLIEST_YEAR) {
            return Some(Lack::Date(self.date.clone()));
        }
        if let Some((code, _)) =
            self.texts.iter().find(|(code, text)| !is_known(code) && stood(code) != Some(*text))
        {
            return Some(Lack::Language(code.clone()));
        }
        let vietnamese = self.texts.get("vi");
        if vietnamese.is_none_or(|text| !text.has_title()) {
            return Some(Lack::Title);
        }
        if vietnamese.is_none_or(|text| !text.has_text()) {
            return Some(Lack::Text);
        }
        let half =
            self.texts.iter().find(|(code, text)| is_known(code) && text.has_title() != text.has_text());
        half.map(|(code, _)| Lack::Half(code.clone()))
    }
}

impl NoticeText {
    /// Whether there is a title that can be read.
    pub fn has_title(&self) -> bool {
        has_words(&self.title)
    }

    /// Whether there is a paragraph that can be read.
    pub fn has_text(&self) -> bool {
        self.paragraphs.iter().any(|paragraph| has_words(paragraph))
    }
}

/// Whether anything is left of it on a page.
fn has_words(text: &str) -> bool {
    !text::clean(text).trim().is_empty()
}

pub(super) fn read(node: &Node<'_>) -> Result<Notice, DocumentError> {
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

/// Adds a notice, or rewrites the one with the same id, changing only what differs. Pending until the document is
/// committed.
pub fn put_notice(document: &mut Document, notice: &Notice) -> Result<(), DocumentError> {
    document.expect_kind(Kind::Publication)?;
    IncidentId::new(&notice.id)?;
    date(&notice.date)?;
    let before = standing(document)?;
    let before = before.notice(&notice.id);
    if let Some(lack) = notice.lack(before) {
        return Err(document.refused(lack.to_string()));
    }
    let list = text::object(document, &["content", "notices"])?;
    let mut languages: BTreeMap<&str, NoticeText> =
        ["vi", "en"].into_iter().map(|language| (language, NoticeText::default())).collect();
    // What the site cannot name is as it stood: writing it anew could move it.
    let known = notice.texts.iter().filter(|(language, _)| language::find(language).is_some());
    languages.extend(known.map(|(language, text)| (language.as_str(), text.clone())));
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
