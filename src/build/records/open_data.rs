//! Open data: the same facts as tables, `du-lieu/<name>.json` and `du-lieu/<name>.csv`.

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use super::reader::Reader;
use super::text;

/// A table: name of the file, title, rows; every row has the same members in the same order.
pub struct Table {
    name: &'static str,
    title: &'static str,
    rows: Vec<Value>,
}

/// The licence of the compilation; the texts of law in it are free of copyright.
const LICENCE: &str = "CC BY 4.0, https://creativecommons.org/licenses/by/4.0/";

/// `static/du-lieu/<table>.json` and `.csv`.
pub fn files(facts: &Reader<'_>, table: fn(&Reader<'_>) -> Table) -> Vec<(String, String)> {
    let table = table(facts);
    let base = format!("static/du-lieu/{}", table.name);
    let csv = as_csv(&table);
    vec![(format!("{base}.json"), as_json(table, facts)), (format!("{base}.csv"), csv)]
}

fn as_json(table: Table, facts: &Reader<'_>) -> String {
    let note = "Mỗi dòng nêu nguồn; verified = false: chưa kiểm chứng. / Each row names its source; verified = false: unverified.";
    text::pretty(&text::object([
        ("title", json!(table.title)),
        ("election", json!(facts.election().id)),
        ("as_of", json!(facts.as_of())),
        ("licence", json!(LICENCE)),
        ("note", json!(note)),
        ("rows", Value::Array(table.rows)),
    ]))
}

fn as_csv(table: &Table) -> String {
    let mut out = String::new();
    if let Some(first) = table.rows.first().and_then(Value::as_object) {
        out.push_str(&first.keys().map(String::as_str).collect::<Vec<_>>().join(","));
        out.push_str("\r\n");
    }
    for row in table.rows.iter().filter_map(Value::as_object) {
        out.push_str(&csv_row(row));
        out.push_str("\r\n");
    }
    out
}

fn csv_row(row: &Map<String, Value>) -> String {
    row.values().map(text::csv_cell).collect::<Vec<_>>().join(",")
}

/// Steps of the timetable.
pub fn steps(facts: &Reader<'_>) -> Table {
    let rows = facts.steps().iter().map(|step| {
        let set = |kind: &str| step.dates.iter().find(|date| date.kind == kind);
        json!({
            "id": step.id,
            "name_vi": step.name.vi,
            "name_en": step.name.en,
            "law": facts.election().law,
            "article": step.article,
            "level": step.level,
            "responsible_vi": step.responsible.vi,
            "responsible_en": step.responsible.en,
            "bound": step.bound,
            "start": step.start,
            "end": step.end,
            "time": step.time.as_ref().map(|time| &time.en),
            "planned": set("planned").map(|date| date.date),
            "planned_citation": set("planned").map(|date| &date.citation),
            "actual": set("actual").map(|date| date.date),
            "actual_citation": set("actual").map(|date| &date.citation),
            "changed": set("override").map(|date| date.date),
            "changed_citation": set("override").map(|date| &date.citation),
            "verified": step.verified,
            "source": step.source,
        })
    });
    Table { name: "lich", title: "Lịch bầu cử / Election timetable", rows: rows.collect() }
}

/// Administrative units.
pub fn units(facts: &Reader<'_>) -> Table {
    let rows = facts.units().iter().map(|unit| {
        json!({
            "code": unit.code,
            "name_vi": unit.name,
            "kind_vi": unit.kind.vi,
            "kind_en": unit.kind.en,
            "level": unit.level,
            "parent": unit.parent,
            "verified": unit.verified,
            "source": unit.source,
        })
    });
    Table { name: "don-vi", title: "Đơn vị hành chính / Administrative units", rows: rows.collect() }
}

/// Constituencies of the National Assembly.
pub fn constituencies(facts: &Reader<'_>) -> Table {
    let rows = facts.constituencies().iter().map(|constituency| {
        json!({
            "id": constituency.id,
            "number": constituency.number,
            "seats": constituency.seats,
            "units": constituency.units,
            "verified": constituency.verified,
            "source": constituency.source,
        })
    });
    let title = "Đơn vị bầu cử đại biểu Quốc hội / National Assembly constituencies";
    Table { name: "don-vi-bau-cu", title, rows: rows.collect() }
}

/// Public tasks, with the bodies that own them.
pub fn tasks(facts: &Reader<'_>) -> Table {
    let owned = facts.owners().iter().flat_map(|owner| owner.tasks.iter().map(move |task| (owner, task)));
    let rows = owned.map(|(owner, task)| {
        json!({
            "owner": owner.id,
            "owner_vi": owner.name.vi,
            "owner_en": owner.name.en,
            "directive": task.directive,
            "section": task.section,
            "id": task.id,
            "text_vi": task.text.vi,
            "text_en": task.text.en,
            "output_vi": task.output.vi,
            "output_en": task.output.en,
            "cited": task.cited,
            "steps": task.steps,
        })
    });
    Table { name: "nhiem-vu", title: "Nhiệm vụ công khai / Public tasks", rows: rows.collect() }
}

/// Documents by number, date, kind and subject.
pub fn documents(facts: &Reader<'_>) -> Table {
    let rows = facts.documents().iter().map(|document| {
        json!({
            "symbol": document.symbol,
            "kind_vi": document.kind.vi,
            "kind_en": document.kind.en,
            "date": document.date,
            "issuer_vi": document.issuer,
            "subject_vi": document.subject.vi,
            "subject_en": document.subject.en,
            "verified": document.verified,
            "source": document.source,
        })
    });
    Table { name: "van-ban", title: "Văn bản / Documents", rows: rows.collect() }
}
