//! Pages of the timetable: one for each public step, in each language.

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use super::reader::Reader;
use super::text;
use super::words;
use super::words::Lang;
use crate::policy::public::facts::DateFacts;
use crate::policy::public::facts::StepFacts;

/// What a step looks like on the day of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Its last day lies behind, or somebody has written down that it was done.
    Past,
    /// A window that is open.
    Now,
    /// It has begun, and no step of the timetable says when it ends.
    Begun,
    /// It lies ahead.
    Ahead,
    /// It has no date.
    Undated,
}

/// What begins, and what ends it.
const CLOSED_BY: [(&str, &str); 2] =
    [("dossier_open", "dossier_deadline"), ("campaign_start", "campaign_end")];

/// See [`State`].
pub fn state(step: &StepFacts, facts: &Reader<'_>) -> State {
    if step.bound == "from" {
        return begun(step, facts);
    }
    let done = step.dates.iter().any(|date| date.kind == "actual" && date.date <= facts.as_of());
    let Some(last) = step.end.or(step.start) else { return State::Undated };
    match step.start {
        _ if done || last < facts.as_of() => State::Past,
        Some(start) if start <= facts.as_of() && start != last => State::Now,
        _ => State::Ahead,
    }
}

/// The state of a step that has a first day only.
fn begun(step: &StepFacts, facts: &Reader<'_>) -> State {
    let actual = step.dates.iter().filter(|date| date.kind == "actual").map(|date| date.date).min();
    let Some(start) = actual.or(step.start) else { return State::Undated };
    if facts.as_of() < start {
        return State::Ahead;
    }
    let closing = CLOSED_BY.iter().find(|(opens, _)| *opens == step.id).map(|(_, closes)| *closes);
    let closing = closing.and_then(|id| facts.steps().iter().find(|other| other.id == id));
    match closing.and_then(|step| step.end.or(step.start)) {
        Some(end) if end < facts.as_of() => State::Past,
        Some(_) => State::Now,
        None => State::Begun,
    }
}

fn planned_day(step: &StepFacts) -> Option<chrono::NaiveDate> {
    step.dates.iter().find(|date| date.kind == "planned").map(|date| date.date)
}

/// `content/lich/<step>.md` and its English twin, for every step.
pub fn pages(facts: &Reader<'_>) -> Vec<(String, String)> {
    let pages = facts.steps().iter().enumerate().flat_map(|(index, step)| {
        Lang::BOTH.into_iter().map(move |lang| {
            let path = format!("content/lich/{}{}.md", text::stem(&step.id), lang.suffix());
            (path, text::page(&front(step, facts, index, lang), ""))
        })
    });
    pages.collect()
}

fn front(step: &StepFacts, facts: &Reader<'_>, index: usize, lang: Lang) -> Map<String, Value> {
    let mut front = Map::new();
    front.insert("title".into(), json!(words::name(&step.name, lang)));
    front.insert("description".into(), json!(format!("{}.", words::when(step, lang))));
    front.insert("weight".into(), json!(index + 1));
    if let Some(day) = words::listed_day(step) {
        front.insert("date".into(), json!(day));
        front.insert("updated".into(), json!(facts.election().approved.date_naive()));
    }
    front.insert("extra".into(), Value::Object(extra(step, facts, lang)));
    front
}

fn extra(step: &StepFacts, facts: &Reader<'_>, lang: Lang) -> Map<String, Value> {
    let day = words::listed_day(step);
    let (group, group_id) = group(step, lang);
    let fields = json!({
        "id": step.id,
        "title_lang": lang.tag(&step.name),
        "group": group,
        "group_id": group_id,
        "when": words::when(step, lang),
        "when_short": words::when_short(step, lang),
        "iso": day,
        "time": step.time.as_ref().map(|time| lang.of(time)),
        "article": words::article(&step.article, lang),
        "law": lang.of(&facts.election().law_name),
        "responsible": words::name(&step.responsible, lang),
        "responsible_lang": lang.tag(&step.responsible),
        "level": words::level(&step.level, lang),
        "bound": step.bound,
        "rule": words::capital(lang.of(&step.rule)),
        "follows": follows(step, facts, lang),
        "latest": step.latest,
        "fact_only": step.fact_only,
        "verified": step.verified,
        "source": step.source,
        "state": state_word(state(step, facts)),
        "dates": step.dates.iter().map(|date| date_entry(date, lang)).collect::<Vec<_>>(),
        "ics": day.map(|_| super::calendar::step_address(step)),
    });
    match fields {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// The word for a state that templates compare with.
pub fn state_word(state: State) -> &'static str {
    match state {
        State::Past => "past",
        State::Now => "now",
        State::Begun => "begun",
        State::Ahead => "ahead",
        State::Undated => "undated",
    }
}

/// The heading under which the schedule lists a step, and the id of that heading.
fn group(step: &StepFacts, lang: Lang) -> (String, String) {
    if step.by_election {
        return (
            lang.say("Nếu có bầu cử bổ sung", "If there is a by-election").into(),
            "bau-cu-bo-sung".into(),
        );
    }
    match words::listed_day(step) {
        Some(day) => (words::month(day, lang), day.format("thang-%Y-%m").to_string()),
        None => (lang.say("Không ấn định ngày", "No fixed date").into(), "khong-an-dinh-ngay".into()),
    }
}

/// How the date follows from election day, as a whole sentence; nothing for rules that do not count from it.
fn follows(step: &StepFacts, facts: &Reader<'_>, lang: Lang) -> Option<String> {
    let days = step.days.filter(|days| *days != 0)?;
    let day = words::listed_day(step)?;
    let count = days.abs();
    let election = words::plain_date(facts.election().day, lang);
    let result = words::long_date(day, lang);
    Some(match (lang, days < 0) {
        (Lang::Vi, true) => format!("Đếm ngược {count}\u{a0}ngày từ {election}: {result}."),
        (Lang::Vi, false) => format!("Đếm tới {count}\u{a0}ngày từ {election}: {result}."),
        (Lang::En, true) => format!("Counting {count}\u{a0}days back from {election}: {result}."),
        (Lang::En, false) => format!("Counting {count}\u{a0}days on from {election}: {result}."),
    })
}

/// What a date beside the limit is.
pub fn label(date: &DateFacts, lang: Lang) -> &'static str {
    match date.kind.as_str() {
        "planned" => lang.say("Dự kiến", "Planned"),
        "actual" => lang.say("Thực tế", "Actual"),
        _ => lang.say("Điều chỉnh", "Changed to"),
    }
}

fn date_entry(date: &DateFacts, lang: Lang) -> Value {
    json!({
        "kind": date.kind,
        "label": label(date, lang),
        "iso": date.date,
        "time": date.time,
        "when": words::long_date(date.date, lang),
        "short": words::short_date(date.date, lang),
        "citation": words::resolution(&date.citation),
    })
}

/// The next dates for the first page: what is open or ahead, nearest first, at most `count`.
pub fn next(facts: &Reader<'_>, lang: Lang, count: usize) -> Vec<Value> {
    let open = facts.steps().iter().filter(|step| matches!(state(step, facts), State::Now | State::Ahead));
    let mut open: Vec<_> = open.filter_map(|step| Some((nearest(step, facts)?, step))).collect();
    open.sort_by_key(|(day, _)| *day);
    let entries = open.into_iter().take(count).map(|(day, step)| {
        json!({
            "id": step.id,
            "title": words::name(&step.name, lang),
            "title_lang": lang.tag(&step.name),
            "path": format!("{}/lich/{}/", lang.say("", "/en"), text::stem(&step.id)),
            "iso": words::listed_day(step).unwrap_or(day),
            "when": words::when(step, lang),
            "time": step.time.as_ref().map(|time| lang.of(time)),
            "days": (day - facts.as_of()).num_days(),
            "article": words::article(&step.article, lang),
            "state": state_word(state(step, facts)),
            "verified": step.verified,
            "dates": step.dates.iter().map(|date| date_entry(date, lang)).collect::<Vec<_>>(),
        })
    });
    entries.collect()
}

/// The next day on which something of the step happens: its planned day, its opening or its limit, if that is not behind.
fn nearest(step: &StepFacts, facts: &Reader<'_>) -> Option<chrono::NaiveDate> {
    let days = [planned_day(step), words::listed_day(step), step.end];
    days.into_iter().flatten().filter(|day| *day >= facts.as_of()).min()
}
