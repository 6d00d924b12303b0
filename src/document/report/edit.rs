//! Writing a report. Everything here is pending until the document is committed.

use automerge::ObjType;
use automerge::ReadDoc;
use automerge::transaction::Transactable;

use super::super::content::Content;
use super::super::error::DocumentError;
use super::super::key::BodyId;
use super::super::key::Kind;
use super::super::key::date;
use super::super::open::Document;
use super::super::open::format_heads;
use super::super::review::Verdict;
use super::super::status::Action;
use super::super::status::Party;
use super::super::status::Status;
use super::super::text;
use super::Report;
use super::editable;
use super::fields;
use super::fields::Cell;
use super::fields::Column;
use super::fields::Field;
use super::fields::Holds;

/// Writes a figure, or takes it back (`None`: not reported). Writing it also resolves a conflict.
pub fn set_figure(document: &mut Document, field: &str, value: Option<i64>) -> Result<(), DocumentError> {
    let field = known(document, field, Field::is_figure)?;
    if value.is_some_and(|value| value < 0) {
        return Err(document.wrong(format!(
            "`{0}` không được âm; hãy ghi từ 0 trở lên. / `{0}` cannot be negative; write 0 or more",
            field.id
        )));
    }
    let figures = text::object(document, &["content", "figures"])?;
    document.write(|doc| match value {
        Some(value) => doc.put(&figures, field.id.as_str(), value),
        None if doc.get(&figures, field.id.as_str())?.is_none() => Ok(()),
        None => doc.delete(&figures, field.id.as_str()),
    })
}

/// Writes a date (`YYYY-MM-DD`), a yes or no (`true`, `false`) or a choice, or takes it back (`None`).
pub fn set_fact(document: &mut Document, field: &str, value: Option<&str>) -> Result<(), DocumentError> {
    let fact = |field: &Field| matches!(field.holds, Holds::Date | Holds::Flag | Holds::Choice(_));
    let field = known(document, field, fact)?;
    if let Some(value) = value.filter(|value| !is_fact(&field, value)) {
        return Err(document.wrong(format!(
            "`{id}` không nhận `{value}`; {}. / `{id}` cannot be `{value}`; {}",
            remedy(&field).0,
            remedy(&field).1,
            id = field.id
        )));
    }
    let facts = text::object(document, &["content", "facts"])?;
    document.write(|doc| match value {
        Some(value) => doc.put(&facts, field.id.as_str(), value),
        None if doc.get(&facts, field.id.as_str())?.is_none() => Ok(()),
        None => doc.delete(&facts, field.id.as_str()),
    })
}

/// Adds a row at the end of a field that holds rows; gives its number, from 0.
pub fn add_row(document: &mut Document, field: &str, cells: &[(&str, &str)]) -> Result<usize, DocumentError> {
    let field = known(document, field, |field| matches!(field.holds, Holds::Rows(_)))?;
    for (name, value) in cells {
        column(document, &field, name, value)?;
    }
    let list = text::object(document, &["content", "lists", &field.id])?;
    let at = document.automerge().length(&list);
    document.write(|doc| doc.insert_object(&list, at, ObjType::Map))?;
    for (name, value) in cells {
        set_cell(document, (&field.id, at), name, value)?;
    }
    Ok(at)
}

/// Writes one cell; `row` is the id of the field and the number of the row.
pub fn set_cell(
    document: &mut Document,
    row: (&str, usize),
    name: &str,
    value: &str,
) -> Result<(), DocumentError> {
    let field = known(document, row.0, |field| matches!(field.holds, Holds::Rows(_)))?;
    let cell = column(document, &field, name, value)?.cell;
    let list = text::object(document, &["content", "lists", &field.id])?;
    let Some(map) = text::child(document, &list, row.1, ObjType::Map) else {
        return Err(document.refused(format!(
            "`{0}` không có dòng {1}; hãy đọc lại. / `{0}` has no row {1}; read it again",
            field.id,
            row.1 + 1
        )));
    };
    let value = text::nfc(value);
    document.write(|doc| match cell {
        Cell::Long => text::rewrite(doc, &map, name.into(), &value),
        Cell::Short | Cell::Date | Cell::Body => doc.put(&map, name, value),
    })
}

/// Hands the report in, as it stands. `at` is the device's time, RFC 3339.
pub fn submit(document: &mut Document, verdict: Option<&Verdict>, at: &str) -> Result<Status, DocumentError> {
    let next = act(document, verdict, Action::Submit)?;
    let heads = format_heads(&document.heads());
    let content = text::object(document, &["content"])?;
    let list = text::object(document, &["content", "submissions"])?;
    document.write(|doc| {
        doc.put(&content, "status", "submitted")?;
        let submission = doc.insert_object(&list, doc.length(&list), ObjType::Map)?;
        doc.put(&submission, "at", at)?;
        let own = doc.put_object(&submission, "heads", ObjType::List)?;
        heads.iter().enumerate().try_for_each(|(i, head)| doc.insert(&own, i, head.as_str()))
    })?;
    Ok(next)
}

/// Takes the report back before it was judged.
pub fn withdraw(document: &mut Document, verdict: Option<&Verdict>) -> Result<Status, DocumentError> {
    to_draft(document, verdict, Action::Withdraw)
}

/// Starts to correct a report that was returned.
pub fn revise(document: &mut Document, verdict: Option<&Verdict>) -> Result<Status, DocumentError> {
    to_draft(document, verdict, Action::Revise)
}

fn to_draft(
    document: &mut Document,
    verdict: Option<&Verdict>,
    action: Action,
) -> Result<Status, DocumentError> {
    let next = act(document, verdict, action)?;
    let content = text::object(document, &["content"])?;
    document.write(|doc| doc.put(&content, "status", "draft"))?;
    Ok(next)
}

fn act(document: &Document, verdict: Option<&Verdict>, action: Action) -> Result<Status, DocumentError> {
    let status = match document.content()? {
        Content::Report(report) => Report::status(&report, verdict),
        // Nobody judges an incident report: there is no verdict on it.
        Content::Incident(incident) => Status::of(incident.handed_in, &incident.submissions, None),
        _ => document.expect_kind(Kind::Report).map(|()| Status::Draft)?,
    };
    status.apply(action, Party::Reporter).map_err(|refusal| document.refused(refusal.to_string()))
}

fn known(document: &Document, id: &str, fits: impl Fn(&Field) -> bool) -> Result<Field, DocumentError> {
    document.expect_kind(Kind::Report)?;
    editable(document)?;
    fields::find(id).filter(fits).ok_or_else(|| {
        document
            .wrong(format!(
                "báo cáo không có mục `{id}` thuộc loại này; xem `niemyet report fields`. / A report has no field `{id}` of this kind; choose one \
                 of the report's table"
            ))
    })
}

fn column<'f>(
    document: &Document,
    field: &'f Field,
    name: &str,
    value: &str,
) -> Result<&'f Column, DocumentError> {
    let Holds::Rows(columns) = field.holds else {
        return Err(document.wrong(format!(
            "`{0}` không phải là mục dạng bảng; xem `niemyet report fields`. / `{0}` holds no rows; see `niemyet report fields`",
            field.id
        )));
    };
    let Some(column) = columns.iter().find(|column| column.name == name) else {
        return Err(document.wrong(format!(
            "`{0}` không có cột `{name}`; xem `niemyet report fields`. / `{0}` has no column `{name}`; see `niemyet report fields`",
            field.id
        )));
    };
    let fits = match column.cell {
        Cell::Short | Cell::Long => true,
        Cell::Date => date(value).is_ok(),
        Cell::Body => BodyId::new(value).is_ok(),
    };
    if fits {
        Ok(column)
    } else {
        Err(document.wrong(format!(
            "ô `{name}` của `{0}` không nhận `{value}`; hãy ghi lại đúng dạng. / `{name}` of `{0}` cannot be `{value}`; write it in the cell's form",
            field.id
        )))
    }
}

/// True if a field that holds a date, a yes or no or a choice can hold this.
pub(super) fn is_fact(field: &Field, value: &str) -> bool {
    match field.holds {
        Holds::Date => date(value).is_ok(),
        Holds::Flag => matches!(value, "true" | "false"),
        Holds::Choice(words) => words.contains(&value),
        Holds::Count | Holds::Vnd | Holds::Text | Holds::Rows(_) | Holds::Share(..) => false,
    }
}

/// What to write, in Vietnamese and English.
fn remedy(field: &Field) -> (String, String) {
    let (vi, en) = match field.holds {
        Holds::Choice(words) => {
            let words = words.join(", ");
            return (format!("hãy ghi một trong: {words}"), format!("write one of {words}"));
        }
        Holds::Flag => ("hãy ghi true hoặc false", "write true or false"),
        _ => ("hãy ghi ngày dạng YYYY-MM-DD", "write a date as YYYY-MM-DD"),
    };
    (vi.to_owned(), en.to_owned())
}
