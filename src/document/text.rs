//! Long texts: lists of paragraphs, each an Automerge text that merges by character.
//!
//! A whole-text character diff turns two people's replacements of one phrase into garbage, so a changed paragraph is
//! written as one replacement between its common beginning and end, and unchanged paragraphs are not touched.

use automerge::AutoCommit;
use automerge::AutomergeError;
use automerge::ObjId;
use automerge::ObjType;
use automerge::Prop;
use automerge::ROOT;
use automerge::ReadDoc;
use automerge::transaction::Transactable;
use unicode_normalization::IsNormalized;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::is_nfc_quick;

use super::error::DocumentError;
use super::key::Kind;
use super::open::Document;
use super::report;

/// A long text of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A field of a report that holds paragraphs, by its id.
    Report(String),
    /// The text of an incident report.
    Incident,
    /// The text of a round's aggregate.
    Aggregate,
}

/// Makes a long text consist of these paragraphs, changing only what differs. Input is brought to NFC.
pub fn set_paragraphs(document: &mut Document, place: &Place, new: &[&str]) -> Result<(), DocumentError> {
    let list = find(document, place)?;
    document.write(|doc| replace(doc, &list, new))
}

/// Inserts a paragraph before position `at` (0 is the beginning; past the end means the end). Input is brought to NFC.
pub fn insert_paragraph(
    document: &mut Document,
    place: &Place,
    at: usize,
    text: &str,
) -> Result<(), DocumentError> {
    let list = find(document, place)?;
    document.write(|doc| insert(doc, &list, at.min(doc.length(&list)), &nfc(text)))
}

/// What to do inside one paragraph; positions and lengths count Unicode code points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Splice<'a> {
    /// Number of the paragraph, from 0.
    pub paragraph: usize,
    /// Where in the paragraph.
    pub at: usize,
    /// How much is deleted there.
    pub delete: usize,
    /// What is inserted there; brought to NFC.
    pub insert: &'a str,
}

/// Deletes and inserts inside a paragraph, as typing does.
pub fn splice(document: &mut Document, place: &Place, splice: Splice<'_>) -> Result<(), DocumentError> {
    let list = find(document, place)?;
    let Some(text) = child(document, &list, splice.paragraph, ObjType::Text) else {
        return Err(document.refused(format!(
            "không có đoạn {0}; hãy đọc lại. / It has no paragraph {0}; read it again",
            splice.paragraph + 1
        )));
    };
    let length = document.automerge().length(&text);
    if splice.at + splice.delete > length {
        return Err(document.refused(format!(
            "đoạn {0} ngắn hơn; hãy đọc lại. / Paragraph {0} is shorter; read it again",
            splice.paragraph + 1
        )));
    }
    document.write(|doc| doc.splice_text(&text, splice.at, signed(splice.delete), &nfc(splice.insert)))
}

fn find(document: &Document, place: &Place) -> Result<ObjId, DocumentError> {
    let path = match place {
        Place::Report(field) => {
            document.expect_kind(Kind::Report)?;
            report::editable(document)?;
            vec!["content", "texts", field.as_str()]
        }
        Place::Incident => {
            document.expect_kind(Kind::Incident)?;
            report::editable(document)?;
            vec!["content", "text"]
        }
        Place::Aggregate => {
            document.expect_kind(Kind::Review)?;
            vec!["content", "aggregate"]
        }
    };
    object(document, &path)
}

/// The object at a path of names from the root.
pub(super) fn object(document: &Document, path: &[&str]) -> Result<ObjId, DocumentError> {
    let mut at = ROOT;
    for name in path {
        match document.automerge().get(&at, *name) {
            Ok(Some((value, id))) if value.is_object() => at = id,
            _ => {
                return Err(
                    document.refused(format!(
                        "không có mục `{0}`; hãy chọn một mục có trong văn bản. / It has no `{0}`; choose a field that it has",
                        path.join("/")
                    ))
                );
            }
        }
    }
    Ok(at)
}

/// The object of this kind at a place of a map or list, if there is one.
pub(super) fn child(document: &Document, at: &ObjId, prop: impl Into<Prop>, kind: ObjType) -> Option<ObjId> {
    let found = document.automerge().get(at, prop).ok().flatten();
    found.filter(|(value, _)| value.to_objtype() == Some(kind)).map(|(_, id)| id)
}

/// The words at a place, whether written as a value or, as a browser does, as an Automerge text.
pub(super) fn words(doc: &AutoCommit, at: &ObjId, name: &str) -> Result<Option<String>, AutomergeError> {
    match doc.get(at, name)? {
        Some((value, text)) if value.to_objtype() == Some(ObjType::Text) => doc.text(&text).map(Some),
        Some((value, _)) => Ok(value.as_str().map(str::to_owned)),
        None => Ok(None),
    }
}

/// NFC: one letter, one form, whatever the keyboard sent.
pub(super) fn nfc(text: &str) -> String {
    text.nfc().collect()
}

/// Makes a list hold these paragraphs.
pub(super) fn replace<T: AsRef<str>>(
    doc: &mut AutoCommit,
    list: &ObjId,
    new: &[T],
) -> Result<(), AutomergeError> {
    let new: Vec<String> = new.iter().map(|text| nfc(text.as_ref())).collect();
    let old = (0..doc.length(list)).map(|i| paragraph(doc, list, i)).collect::<Result<Vec<_>, _>>()?;
    let kept = common(&old, &new);
    // From the end, so that positions before stay valid.
    let mut bounds: Vec<(usize, usize)> = kept;
    bounds.push((old.len(), new.len()));
    for i in (0..bounds.len()).rev() {
        let (old_end, new_end) = bounds[i];
        let (old_start, new_start) = if i == 0 { (0, 0) } else { (bounds[i - 1].0 + 1, bounds[i - 1].1 + 1) };
        block(doc, list, (old_start, &old[old_start..old_end]), &new[new_start..new_end])?;
    }
    Ok(())
}

/// Rewrites a run of paragraphs in which none is the same.
fn block(
    doc: &mut AutoCommit,
    list: &ObjId,
    (start, old): (usize, &[String]),
    new: &[String],
) -> Result<(), AutomergeError> {
    let both = old.len().min(new.len());
    for _ in both..old.len() {
        doc.delete(list, start + both)?;
    }
    for (i, text) in new.iter().enumerate().skip(both) {
        insert(doc, list, start + i, text)?;
    }
    (0..both).try_for_each(|i| rewrite(doc, list, (start + i).into(), &new[i]))
}

/// Gives an Automerge text another wording with one replacement; anything else there is replaced by a text.
pub(super) fn rewrite(doc: &mut AutoCommit, at: &ObjId, prop: Prop, new: &str) -> Result<(), AutomergeError> {
    match doc.get(at, prop.clone())? {
        Some((value, text)) if value.to_objtype() == Some(ObjType::Text) => {
            let old: Vec<char> = doc.text(&text)?.chars().collect();
            let new: Vec<char> = new.chars().collect();
            let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
            let tail =
                old[head..].iter().rev().zip(new[head..].iter().rev()).take_while(|(a, b)| a == b).count();
            if head == old.len() && head == new.len() {
                return Ok(());
            }
            let inserted: String = new[head..new.len() - tail].iter().collect();
            doc.splice_text(&text, head, signed(old.len() - tail - head), &inserted)
        }
        _ => {
            let text = doc.put_object(at, prop, ObjType::Text)?;
            doc.splice_text(&text, 0, 0, new)
        }
    }
}

/// Inserts a paragraph.
pub(super) fn insert(
    doc: &mut AutoCommit,
    list: &ObjId,
    at: usize,
    text: &str,
) -> Result<(), AutomergeError> {
    let object = doc.insert_object(list, at, ObjType::Text)?;
    doc.splice_text(&object, 0, 0, text)
}

fn paragraph(doc: &AutoCommit, list: &ObjId, at: usize) -> Result<String, AutomergeError> {
    match doc.get(list, at)? {
        Some((value, text)) if value.to_objtype() == Some(ObjType::Text) => doc.text(&text),
        // Not a text: equal to nothing that can be written, so it will be replaced.
        _ => Ok("\u{fffc}".to_owned()),
    }
}

fn signed(length: usize) -> isize {
    isize::try_from(length).unwrap_or(isize::MAX)
}

/// Positions of a longest common subsequence, ascending in both.
fn common(old: &[String], new: &[String]) -> Vec<(usize, usize)> {
    let width = new.len() + 1;
    let mut longest = vec![0_usize; (old.len() + 1) * width];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            longest[i * width + j] = if old[i] == new[j] {
                longest[(i + 1) * width + j + 1] + 1
            } else {
                longest[(i + 1) * width + j].max(longest[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j, mut pairs) = (0, 0, Vec::new());
    while i < old.len() && j < new.len() {
        if old[i] == new[j] {
            pairs.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if longest[(i + 1) * width + j] >= longest[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}

/// Whether it stands there already: nearly every text of a document does, and a look is a fraction of the work.
fn is_clean(text: &str) -> bool {
    let odd = |c: char| {
        c.is_control()
            || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    let spaced = text.starts_with(' ') || text.ends_with(' ') || text.contains("  ");
    !spaced && !text.contains(odd) && is_nfc_quick(text.chars()) == IsNormalized::Yes
}

/// One line of text as it may stand on a public page: NFC, controls and line breaks turned to spaces, runs of spaces made one,
/// and without the direction overrides and isolates (U+202A–202E, U+2066–2069) that would reorder the text around them.
pub fn clean(text: &str) -> String {
    if is_clean(text) {
        return text.to_owned();
    }
    let kept: String = text
        .nfc()
        .filter(|c| !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'))
        .map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c })
        .collect();
    kept.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}
