//! Pages of what the directive makes public: tasks by owner, documents, and notices.

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use super::reader::Reader;
use super::text;
use super::words;
use super::words::Lang;
use crate::document::language;
use crate::policy::public::facts::DocumentFacts;
use crate::policy::public::facts::NoticeFacts;
use crate::policy::public::facts::OwnerFacts;
use crate::policy::public::facts::TaskFacts;
use crate::policy::public::facts::Words;

/// `content/nhiem-vu/<body>.md` and its English twin, for every body that owns a public task.
pub fn owners(facts: &Reader<'_>) -> Vec<(String, String)> {
    pages(facts.owners(), |owner, index, lang| {
        let front = owner_front(owner, facts, index, lang);
        (address("nhiem-vu", &text::stem(&owner.id), lang), text::page(&front, ""))
    })
}

/// `content/van-ban/<symbol>.md` and its English twin, for every document.
pub fn documents(facts: &Reader<'_>) -> Vec<(String, String)> {
    pages(facts.documents(), |document, index, lang| {
        let front = document_front(document, facts, index, lang);
        (address("van-ban", &document_stem(document), lang), text::page(&front, ""))
    })
}

/// `content/thong-bao/<id>.md` and its English twin, for every notice.
pub fn notices(facts: &Reader<'_>) -> Vec<(String, String)> {
    pages(facts.notices(), |notice, index, lang| {
        let (front, body) = notice_page(notice, index, lang);
        (address("thong-bao", &text::stem(&notice.id), lang), text::page(&front, &body))
    })
}

/// A page of each in both languages.
fn pages<T>(all: &[T], page: impl Fn(&T, usize, Lang) -> (String, String)) -> Vec<(String, String)> {
    let twins = |(index, one)| Lang::BOTH.map(|lang| page(one, index, lang));
    all.iter().enumerate().flat_map(twins).collect()
}

fn address(section: &str, stem: &str, lang: Lang) -> String {
    format!("content/{section}/{stem}{}.md", lang.suffix())
}

/// The last part of the address of a document's page.
pub fn document_stem(document: &DocumentFacts) -> String {
    // A symbol is unique within a year; the slug alone would make `19/KL` and `19-KL` one page.
    let slug = slug::slugify(&document.symbol);
    let plain = document.symbol.chars().all(|c| c.is_alphanumeric() || matches!(c, '/' | '-'));
    let one_slash = document.symbol.matches('/').count() == 1;
    if plain && one_slash && !slug.is_empty() { slug } else { text::stem(&document.symbol) }
}

fn head(title: &str, description: String, weight: usize) -> Map<String, Value> {
    let mut front = Map::new();
    front.insert("title".into(), json!(title));
    front.insert("description".into(), json!(description));
    front.insert("weight".into(), json!(weight));
    front
}

fn owner_front(owner: &OwnerFacts, facts: &Reader<'_>, index: usize, lang: Lang) -> Map<String, Value> {
    let count = owner.tasks.len();
    let description = match (lang, count) {
        (Lang::Vi, _) => format!("{count} nhiệm vụ công khai."),
        (Lang::En, 1) => "1 public task.".to_owned(),
        (Lang::En, _) => format!("{count} public tasks."),
    };
    let mut front = head(&words::name(&owner.name, lang), description, index + 1);
    let tasks: Vec<_> = owner.tasks.iter().map(|task| task_entry(task, facts, lang)).collect();
    let extra =
        json!({ "id": owner.id, "title_lang": lang.tag(&owner.name), "count": count, "tasks": tasks });
    front.insert("extra".into(), extra);
    front
}

fn task_entry(task: &TaskFacts, facts: &Reader<'_>, lang: Lang) -> Value {
    let collaborators: Vec<_> = task
        .collaborators
        .iter()
        .map(|name| json!({ "name": words::name(name, lang), "lang": lang.tag(name) }))
        .collect();
    json!({
        "id": task.id,
        "anchor": text::stem(&task.id),
        "section": task.section,
        "directive": document_link(&task.directive, facts, lang),
        "text": lang.of(&task.text),
        "text_lang": lang.tag(&task.text),
        // The directive's own words stand beside any translation of them.
        "original": (lang == Lang::En && !task.text.en.is_empty()).then_some(task.text.vi.as_str()),
        "output": (!task.output.vi.is_empty()).then(|| lang.of(&task.output)),
        "output_lang": lang.tag(&task.output),
        "deadline": task.deadline,
        "collaborators": collaborators,
        "cited": task.cited.iter().map(|symbol| document_link(symbol, facts, lang)).collect::<Vec<_>>(),
        "steps": task.steps.iter().filter_map(|id| step_link(id, facts, lang)).collect::<Vec<_>>(),
    })
}

fn document_link(symbol: &str, facts: &Reader<'_>, lang: Lang) -> Value {
    let known = facts.documents().iter().find(|document| document.symbol == symbol);
    let path = known.map(|document| format!("{}/van-ban/{}/", lang.say("", "/en"), document_stem(document)));
    json!({ "symbol": symbol, "path": path })
}

fn step_link(id: &str, facts: &Reader<'_>, lang: Lang) -> Option<Value> {
    let step = facts.steps().iter().find(|step| step.id == id)?;
    Some(json!({
        "title": words::name(&step.name, lang),
        "lang": lang.tag(&step.name),
        "when": words::when(step, lang),
        "verified": step.verified,
        "path": format!("{}/lich/{}/", lang.say("", "/en"), text::stem(id)),
    }))
}

/// `Kết luận số 19/KL-UBBC`.
pub fn document_title(document: &DocumentFacts, lang: Lang) -> String {
    format!("{} {} {}", lang.of(&document.kind), lang.say("số", "No."), document.symbol)
}

fn document_front(
    document: &DocumentFacts,
    facts: &Reader<'_>,
    index: usize,
    lang: Lang,
) -> Map<String, Value> {
    let title = document_title(document, lang);
    let subject = words::capital(lang.of(&document.subject));
    let mut front = head(&title, subject.clone(), index + 1);
    let cited_by = facts.owners().iter().flat_map(|owner| owner.tasks.iter().map(move |task| (owner, task)));
    let cited_by = cited_by
        .filter(|(_, task)| task.cited.contains(&document.symbol) || task.directive == document.symbol)
        .map(|(owner, task)| cited_by_entry(&owner.name, &owner.id, task, lang));
    let extra = json!({
        "symbol": document.symbol,
        "kind": lang.of(&document.kind),
        "iso": document.date,
        "dated": document.date.map(|day| words::long_date(day, lang)),
        "short": document.date.map(|day| words::short_date(day, lang)),
        "issuer": document.issuer,
        "name_lang": (lang == Lang::En).then_some("vi"),
        "subject": subject,
        "subject_lang": lang.tag(&document.subject),
        "original": (lang == Lang::En && !document.subject.en.is_empty()).then_some(document.subject.vi.as_str()),
        "verified": document.verified,
        "source": document.source,
        "cited_by": cited_by.collect::<Vec<_>>(),
    });
    front.insert("extra".into(), extra);
    front
}

fn cited_by_entry(owner: &Words, id: &str, task: &TaskFacts, lang: Lang) -> Value {
    json!({
        "owner": words::name(owner, lang),
        "owner_lang": lang.tag(owner),
        "task": task.id,
        "path": format!("{}/nhiem-vu/{}/#{}", lang.say("", "/en"), text::stem(id), text::stem(&task.id)),
    })
}

fn notice_page(notice: &NoticeFacts, index: usize, lang: Lang) -> (Map<String, Value>, String) {
    let english = lang == Lang::En && !notice.body_en.is_empty();
    let texts = if english { &notice.body_en } else { &notice.body_vi };
    let mut front = head(lang.of(&notice.title), texts.first().cloned().unwrap_or_default(), index + 1);
    front.insert("date".into(), json!(notice.date));
    let extra = json!({
        "iso": notice.date,
        "dated": words::long_date(notice.date, lang),
        "title_lang": lang.tag(&notice.title),
        "body_lang": (lang == Lang::En && !english).then_some("vi"),
        "others": others(notice, lang),
    });
    front.insert("extra".into(), extra);
    (front, text::paragraphs(texts))
}

/// The notice in other languages, in the order of the list of languages: each with its code, its name in the language of the page,
/// title and paragraphs. Nothing if there are none.
fn others(notice: &NoticeFacts, lang: Lang) -> Option<Vec<Value>> {
    let written = language::ALL.iter().filter_map(|known| Some((known, notice.others.get(known.code)?)));
    let others = written.map(|(known, other)| {
        json!({
            "lang": known.code,
            "name": lang.say(known.vi, known.en),
            "title": other.title,
            "paragraphs": other.body,
        })
    });
    Some(others.collect::<Vec<_>>()).filter(|others| !others.is_empty())
}
