//! What keeps a report from being handed in: nothing in it, arithmetic that cannot be right, values that wait for a choice.
//!
//! A hand-in is what a body says, so this is asked of who writes it (the editor, the command line) before it is said; the
//! editor has [`RULES`] from a file that a test writes out (`editor/src/document/checks.json`).

use serde::Serialize;

use super::Report;
use super::fields;

/// The rules, by ids of fields or the last parts of them.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Rules {
    /// Without these nobody knows what the report speaks of.
    pub required: &'static [&'static str],
    /// Says that a report without content is meant so.
    pub nil: &'static str,
    /// Pairs of one group of which the first must not exceed the second.
    pub at_most: &'static [(&'static str, &'static str)],
    /// Two that make a third.
    pub sums: &'static [(&'static str, &'static str, &'static str)],
    /// Figures that only grow from week to week.
    pub cumulative: &'static [&'static str],
    /// The rows in which it is said why one of them fell all the same.
    pub note: &'static str,
}

/// The rules of a weekly report.
pub const RULES: Rules = Rules {
    required: &["header.period_start", "header.period_end"],
    nil: "header.nil_report",
    at_most: &[
        ("ec_established", "ec_planned"),
        ("units_done", "units_due"),
        ("valid", "received"),
        ("women", "received"),
        ("ethnic_minority", "received"),
        ("under_40", "received"),
        ("non_party", "received"),
        ("re_elected", "received"),
        ("self_nominated", "received"),
        ("lists_posted", "lists_due"),
        ("list_complaints_resolved", "list_complaints_received"),
        ("seals_delivered", "seals_needed"),
        ("budget_disbursed", "budget_approved"),
    ],
    sums: &[("voters.male", "voters.female", "voters.voters_total")],
    cumulative: &[
        "ec_established",
        "units_done",
        "dossiers_issued",
        "received",
        "lists_posted",
        "training_classes",
        "trainees",
        "budget_disbursed",
        "seals_delivered",
    ],
    note: "difficulties.items",
};

/// Why a report cannot be handed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Fault {
    /// Devices wrote different values at once, and nobody has chosen.
    Contested {
        /// The field.
        field: String,
    },
    /// It must be filled in.
    Missing {
        /// The field.
        field: String,
    },
    /// Nothing but a header, and the field that would say so does not.
    Empty {
        /// That field.
        field: String,
    },
    /// A part is more than its whole.
    Exceeds {
        /// The part.
        field: String,
        /// The whole.
        against: String,
    },
    /// A figure that only grows is lower than in the report before, and nobody says why.
    Fell {
        /// The figure.
        field: String,
        /// What it was.
        against: i64,
    },
    /// Two figures do not make the third.
    Sum {
        /// The third.
        field: String,
        /// What the two make.
        against: i64,
    },
}

impl Fault {
    /// What is wrong, in Vietnamese and in English, with the id under which the field is written.
    pub fn words(&self) -> String {
        match self {
            Self::Contested { field } => said(
                field,
                "hai máy ghi khác nhau, hãy ghi lại giá trị đúng",
                "two devices differ, write the right value again",
            ),
            Self::Missing { field } => said(field, "chưa ghi", "not filled in"),
            Self::Empty { field } => said(
                field,
                "báo cáo chưa có nội dung; hãy ghi ít nhất một mục, hoặc ghi `true` ở đây nếu không phát sinh",
                "the report has no content; fill in something, or write `true` here if there is nothing to report",
            ),
            Self::Exceeds { field, against } => {
                let (vi, en) = label(against);
                said(field, &format!("lớn hơn “{vi}”"), &format!("more than “{en}”"))
            }
            Self::Fell { field, against } => {
                let (vi, en) = label(RULES.note);
                let note = RULES.note;
                said(
                    field,
                    &format!(
                        "thấp hơn báo cáo trước ({against}); nếu đúng, hãy nêu lý do ở `{note}` (“{vi}”)"
                    ),
                    &format!(
                        "lower than in the report before ({against}); if so, say why in `{note}` (“{en}”)"
                    ),
                )
            }
            Self::Sum { field, against } => said(
                field,
                &format!("hai phần cộng lại là {against}"),
                &format!("its two parts make {against}"),
            ),
        }
    }
}

fn label(field: &str) -> (String, String) {
    fields::find(field).map_or_else(|| (field.to_owned(), field.to_owned()), |found| (found.vi, found.en))
}

fn said(field: &str, vi: &str, en: &str) -> String {
    let name = label(field);
    format!("{field} ({} / {}): {vi} / {en}", name.0, name.1)
}

/// All that keeps a report from being handed in, in the order of the form. `before`: the body's report before it.
pub fn faults(report: &Report, before: Option<&Report>) -> Vec<Fault> {
    let mut found: Vec<(String, Fault)> = Vec::new();
    let mut add = |field: &str, fault: Fault| found.push((field.to_owned(), fault));
    for field in contested(report) {
        add(field, Fault::Contested { field: field.to_owned() });
    }
    for field in RULES.required.iter().filter(|field| !report.facts.contains_key(**field)) {
        add(field, Fault::Missing { field: (*field).to_owned() });
    }
    if is_empty(report) {
        add(RULES.nil, Fault::Empty { field: RULES.nil.to_owned() });
    }
    for (field, figure) in &report.figures {
        let Some((group, last)) = field.rsplit_once('.') else { continue };
        let Some((_, whole)) = RULES.at_most.iter().find(|(part, _)| *part == last) else { continue };
        let against = format!("{group}.{whole}");
        if report.figure(&against).is_some_and(|whole| figure.value > whole) {
            add(field, Fault::Exceeds { field: field.clone(), against });
        }
    }
    for (field, against) in before.into_iter().flat_map(|before| fallen(report, before)) {
        add(&field, Fault::Fell { field: field.clone(), against });
    }
    for (one, other, sum) in RULES.sums {
        let parts = report.figure(one).zip(report.figure(other)).and_then(|(a, b)| a.checked_add(b));
        if let (Some(parts), Some(whole)) = (parts, report.figure(sum))
            && parts != whole
        {
            add(sum, Fault::Sum { field: (*sum).to_owned(), against: parts });
        }
    }
    let order: Vec<String> = fields::all().map(|field| field.id).collect();
    found.sort_by_key(|(field, _)| order.iter().position(|id| id == field).unwrap_or(order.len()));
    found.into_iter().map(|(_, fault)| fault).collect()
}

/// Figures that should only grow and are lower than before, with what they were, unless somebody says why.
fn fallen(report: &Report, before: &Report) -> Vec<(String, i64)> {
    let note = report.rows.get(RULES.note).into_iter().flatten();
    if note.flat_map(|row| row.values()).any(|cell| !cell.trim().is_empty()) {
        return Vec::new();
    }
    let grows = |id: &str| id.rsplit('.').next().is_some_and(|last| RULES.cumulative.contains(&last));
    let figures = report.figures.iter().filter(|(id, _)| grows(id));
    let pairs = figures.filter_map(|(id, figure)| Some((id, figure.value, before.figure(id)?)));
    pairs.filter(|(_, now, was)| now < was).map(|(id, _, was)| (id.clone(), was)).collect()
}

fn contested(report: &Report) -> impl Iterator<Item = &str> {
    let facts = report.facts.iter().filter(|(_, fact)| fact.contested).map(|(id, _)| id.as_str());
    report.conflicts().chain(facts)
}

/// Nothing outside the header, and nobody said that there is nothing.
fn is_empty(report: &Report) -> bool {
    let says_so = report.facts.get(RULES.nil).is_some_and(|fact| fact.value == "true");
    let (header, _) = RULES.nil.split_at(RULES.nil.find('.').map_or(0, |dot| dot + 1));
    let has_fact = report.facts.keys().any(|id| !id.starts_with(header));
    !says_so && report.figures.is_empty() && report.texts.is_empty() && report.rows.is_empty() && !has_fact
}
