//! The index of the page `/tim-kiem/`: `tim-kiem/<subject>.<language>.json`, one file for each subject and language.
//!
//! A change of a fact rewrites the two files of its subject and no other, so the index costs what the change touches. Nothing of the
//! day on which the site is built stands in it.

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use super::duties;
use super::places;
use super::reader::Reader;
use super::text;
use super::units::Units;
use super::words;
use super::words::Lang;
use crate::document::language;
use crate::policy::public::facts::ConstituencyFacts;
use crate::policy::public::facts::DocumentFacts;
use crate::policy::public::facts::NoticeFacts;
use crate::policy::public::facts::OwnerFacts;
use crate::policy::public::facts::StepFacts;
use crate::policy::public::facts::TaskFacts;
use crate::policy::public::facts::UnitFacts;
use crate::policy::public::facts::Words;

/// What stands between the parts of a row's text.
const BETWEEN: &str = " · ";

/// A subject in one language: name of its file, what its rows are, the rows in the order of the facts.
pub struct Shard {
    name: &'static str,
    kind: &'static str,
    rows: Vec<Row>,
}

/// Something that can be found.
#[derive(Default)]
struct Row {
    title: String,
    /// Language of the title, where it is not the page's.
    title_lang: Option<&'static str>,
    /// Address from the root of the site, with the place on the page where it has one.
    path: String,
    /// What it is, where it is not what the shard says.
    kind: Option<String>,
    /// What the page says of it; searched and shown.
    text: String,
    /// Language of the text, where it is not the page's.
    text_lang: Option<&'static str>,
    /// Other ways to write the same (abbreviations, dates in figures, the Vietnamese words beside English ones); searched, never shown.
    words: Vec<String>,
    unverified: bool,
}

impl Row {
    /// The row as an object that leaves out what is not so.
    fn value(&self) -> Value {
        let some = |text: &str| (!text.is_empty()).then(|| json!(text));
        let members = [
            ("title", some(&self.title)),
            ("titleLang", self.title_lang.map(|lang| json!(lang))),
            ("path", some(&self.path)),
            ("kind", self.kind.as_deref().and_then(some)),
            ("text", some(&self.text)),
            ("textLang", self.text_lang.map(|lang| json!(lang))),
            ("words", some(&self.words.join(" "))),
            ("unverified", self.unverified.then(|| json!(true))),
        ];
        let members = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        Value::Object(members.collect::<Map<_, _>>())
    }
}

/// `static/tim-kiem/<subject>.<language>.json`.
pub fn files(facts: &Reader<'_>, shard: fn(&Reader<'_>, Lang) -> Shard) -> Vec<(String, String)> {
    let file = |lang: Lang| {
        let shard = shard(facts, lang);
        (format!("static/tim-kiem/{}.{}.json", shard.name, lang.say("vi", "en")), as_json(&shard))
    };
    Lang::BOTH.into_iter().map(file).collect()
}

/// One row a line.
fn as_json(shard: &Shard) -> String {
    let rows: Vec<String> = shard.rows.iter().map(|row| text::line(&row.value())).collect();
    let rows = if rows.is_empty() { String::new() } else { format!("\n{}\n", rows.join(",\n")) };
    format!("{{\"kind\":{},\"rows\":[{rows}]}}\n", json!(shard.kind))
}

fn address(section: &str, stem: &str, lang: Lang) -> String {
    format!("{}/{section}/{stem}/", lang.say("", "/en"))
}

fn joined(parts: impl IntoIterator<Item = String>) -> String {
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(BETWEEN)
}

/// The Vietnamese words of a name, as they are recorded, where what is shown is another text.
fn recorded(name: &Words, shown: &str) -> Option<String> {
    (name.vi != shown && !name.vi.is_empty()).then(|| name.vi.clone())
}

/// Steps of the timetable.
pub fn steps(facts: &Reader<'_>, lang: Lang) -> Shard {
    let rows = facts.steps().iter().map(|step| step_row(step, lang)).collect();
    Shard { name: "lich", kind: lang.say("Lịch bầu cử", "Timetable"), rows }
}

fn step_row(step: &StepFacts, lang: Lang) -> Row {
    let title = words::name(&step.name, lang);
    let responsible = words::name(&step.responsible, lang);
    let set = step
        .dates
        .iter()
        .map(|date| format!("{}: {}", super::schedule::label(date, lang), words::long_date(date.date, lang)));
    let parts =
        [words::when(step, lang)].into_iter().chain(step.time.iter().map(|time| lang.of(time).to_owned()));
    let parts = parts.chain(set).chain([responsible.clone(), words::article(&step.article, lang)]);
    let days = [step.start, step.end].into_iter().flatten().chain(step.dates.iter().map(|date| date.date));
    let figures = days.map(|day| words::short_date(day, Lang::Vi));
    let names = recorded(&step.name, &title).into_iter().chain(recorded(&step.responsible, &responsible));
    Row {
        title_lang: lang.tag(&step.name),
        path: address("lich", &text::stem(&step.id), lang),
        text: joined(parts),
        words: figures.chain(names).collect(),
        unverified: !step.verified,
        title,
        ..Row::default()
    }
}

/// Constituencies, then the units from the highest level down: of two units of one name the larger is looked for more often.
pub fn units(facts: &Reader<'_>, lang: Lang) -> Shard {
    let known = Units::of(facts);
    let constituencies = facts.constituencies().iter().map(|one| constituency_row(one, &known, lang));
    let mut units: Vec<&UnitFacts> = facts.units().iter().collect();
    units.sort_by_key(|unit| match unit.level.as_str() {
        "province" => 0,
        "district" => 1,
        _ => 2,
    });
    let units = units.into_iter().map(|unit| unit_row(unit, &known, lang));
    Shard {
        name: "don-vi", kind: lang.say("Đơn vị", "Unit"), rows: constituencies.chain(units).collect()
    }
}

fn constituency_title(constituency: &ConstituencyFacts, lang: Lang) -> String {
    format!("{}\u{a0}{}", lang.say("Đơn vị bầu cử số", "Constituency No."), constituency.number)
}

fn constituency_row(constituency: &ConstituencyFacts, known: &Units<'_>, lang: Lang) -> Row {
    let seats = match (lang, constituency.seats) {
        (Lang::Vi, seats) => format!("{seats}\u{a0}đại biểu"),
        (Lang::En, 1) => "1\u{a0}deputy".to_owned(),
        (Lang::En, seats) => format!("{seats}\u{a0}deputies"),
    };
    let units = constituency.units.iter().filter_map(|code| known.find(code));
    let units = units.map(|unit| unit.name.as_str()).collect::<Vec<_>>().join(", ");
    Row {
        title: constituency_title(constituency, lang),
        path: format!("{}#{}", places::section(lang), places::constituency_anchor(constituency)),
        kind: Some(lang.say("Đại biểu Quốc hội", "National Assembly").to_owned()),
        text: joined([seats, units]),
        unverified: !constituency.verified,
        ..Row::default()
    }
}

/// A unit, with the unit above it and the constituency in which it votes. A constituency that nobody has verified is not told here:
/// it has a row of its own, with its mark.
fn unit_row(unit: &UnitFacts, known: &Units<'_>, lang: Lang) -> Row {
    let above = known.above(unit);
    let of = |code: &String| known.constituencies(code).find(|one| one.verified);
    let constituency = of(&unit.code).or_else(|| unit.parent.as_ref().and_then(of));
    let parts = [
        above.map(|unit| unit.name.clone()).unwrap_or_default(),
        constituency.map(|one| constituency_title(one, lang)).unwrap_or_default(),
        format!("{}\u{a0}{}", lang.say("mã", "code"), unit.code),
    ];
    Row {
        title: unit.name.clone(),
        title_lang: (lang == Lang::En).then_some("vi"),
        path: places::place(unit, known, lang),
        kind: Some(lang.of(&unit.kind).to_owned()).filter(|kind| !unit.name.starts_with(kind.as_str())),
        text: joined(parts),
        unverified: !unit.verified || above.is_some_and(|above| !above.verified),
        ..Row::default()
    }
}

/// Public tasks.
pub fn tasks(facts: &Reader<'_>, lang: Lang) -> Shard {
    let owned = facts.owners().iter().flat_map(|owner| owner.tasks.iter().map(move |task| (owner, task)));
    let rows = owned.map(|(owner, task)| task_row(owner, task, lang)).collect();
    Shard { name: "nhiem-vu", kind: lang.say("Nhiệm vụ", "Task"), rows }
}

fn task_row(owner: &OwnerFacts, task: &TaskFacts, lang: Lang) -> Row {
    let owner_name = words::name(&owner.name, lang);
    let (section, of) = (lang.say("mục", "section"), lang.say("của", "of"));
    let others = task.collaborators.iter().map(|name| words::name(name, lang)).collect::<Vec<_>>().join(", ");
    // The deadline stands in the directive's own words.
    let (shown, searched) = in_vietnamese(task.deadline.clone(), lang);
    let names =
        recorded(&owner.name, &owner_name).into_iter().chain(recorded(&task.text, lang.of(&task.text)));
    Row {
        title: format!("{owner_name}, {section}\u{a0}{} {of} {}", task.section, task.directive),
        title_lang: lang.tag(&owner.name),
        path: format!("{}#{}", address("nhiem-vu", &text::stem(&owner.id), lang), text::stem(&task.id)),
        text: joined([lang.of(&task.text).to_owned(), lang.of(&task.output).to_owned(), shown, others]),
        text_lang: lang.tag(&task.text),
        words: names.chain(searched).chain(task.cited.iter().cloned()).collect(),
        ..Row::default()
    }
}

/// Words that are recorded in Vietnamese only: what is shown of them, and what is only searched.
fn in_vietnamese(text: Option<String>, lang: Lang) -> (String, Option<String>) {
    match lang {
        Lang::Vi => (text.unwrap_or_default(), None),
        Lang::En => (String::new(), text),
    }
}

/// Documents.
pub fn documents(facts: &Reader<'_>, lang: Lang) -> Shard {
    let rows = facts.documents().iter().map(|document| document_row(document, lang)).collect();
    Shard { name: "van-ban", kind: lang.say("Văn bản", "Document"), rows }
}

fn document_row(document: &DocumentFacts, lang: Lang) -> Row {
    let dated = document.date.map(|day| words::plain_date(day, lang)).unwrap_or_default();
    let subject = words::capital(lang.of(&document.subject));
    let (shown, searched) = in_vietnamese(Some(document.issuer.clone()), lang);
    let names =
        [&document.subject, &document.kind].into_iter().filter_map(|name| recorded(name, lang.of(name)));
    let figures = document.date.map(|day| words::short_date(day, Lang::Vi));
    Row {
        title: duties::document_title(document, lang),
        path: address("van-ban", &duties::document_stem(document), lang),
        text: joined([subject, dated, shown]),
        text_lang: lang.tag(&document.subject),
        words: names.chain(figures).chain(searched).collect(),
        unverified: !document.verified,
        ..Row::default()
    }
}

/// Notices.
pub fn notices(facts: &Reader<'_>, lang: Lang) -> Shard {
    let rows = facts.notices().iter().flat_map(|notice| notice_rows(notice, lang)).collect();
    Shard { name: "thong-bao", kind: lang.say("Thông báo", "Notice"), rows }
}

/// The notice in the language of the page, then in the others that it is written in, each where it stands on the notice's page.
fn notice_rows(notice: &NoticeFacts, lang: Lang) -> Vec<Row> {
    let path = address("thong-bao", &text::stem(&notice.id), lang);
    let english = lang == Lang::En && !notice.body_en.is_empty();
    let body = if english { &notice.body_en } else { &notice.body_vi };
    let dated = words::plain_date(notice.date, lang);
    let own = Row {
        title: lang.of(&notice.title).to_owned(),
        title_lang: lang.tag(&notice.title),
        path: path.clone(),
        text: joined([dated, body.join(" ")]),
        text_lang: (lang == Lang::En && !english).then_some("vi"),
        words: vec![words::short_date(notice.date, Lang::Vi)],
        ..Row::default()
    };
    let written = language::ALL.iter().filter_map(|known| Some((known, notice.others.get(known.code)?)));
    let others = written.map(|(known, other)| Row {
        title: other.title.clone(),
        title_lang: Some(known.code),
        path: format!("{path}#{}", known.code),
        kind: Some(format!("{}, {}", lang.say("Thông báo", "Notice"), lang.say(known.vi, known.en))),
        text: other.body.join(" "),
        text_lang: Some(known.code),
        ..Row::default()
    });
    std::iter::once(own).chain(others).collect()
}
