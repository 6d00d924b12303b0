//! The desk of an account: which documents it may open, the dates of its election, and what devices say of work that they still
//! hold. What it answers is of one account; the editor keeps it to go on without a network.

use std::path::Path;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use axum::Extension;
use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use axum::routing::post;
use chrono::NaiveDate;
use chrono::Utc;
use niemyet_sync::http::Authority;
use niemyet_sync::http::Caller;
use niemyet_sync::http::Json;
use niemyet_sync::http::Problem;
use niemyet_sync::http::Server;
use niemyet_sync::store::Listed;
use niemyet_sync::store::Position;
use serde::Deserialize;
use serde::Serialize;

use super::documents;
use super::documents::Opening;
use super::repeated;
use super::unsent::Speaker;
use super::unsent::Unsent;
use super::unsent::Waiting;
use crate::document::Content;
use crate::document::Document;
use crate::document::Key;
use crate::document::election::Election;
use crate::policy::access::Role;
use crate::policy::rules::ElectionRules;
use crate::replica::FolderError;
use crate::replica::documents::DocumentStore;
use crate::timetable::ElectionDay;
use crate::timetable::LawVersion;
use crate::timetable::find_law;
use crate::timetable::format::json::Row;
use crate::timetable::format::json::rows;
use crate::timetable::moment::parse_date;
use crate::timetable::schedule;

/// What the routes share.
#[derive(Clone)]
struct Desk(Arc<Inner>);

struct Inner {
    server: Server,
    store: String,
    rules: Arc<ElectionRules>,
    as_of: Option<NaiveDate>,
    documents: Arc<DocumentStore>,
    read: Mutex<Option<Read>>,
    unsent: Unsent,
}

/// The election as it was read last.
struct Read {
    /// The place of its last change then.
    last: Position,
    document: Document,
    facts: Arc<Facts>,
}

/// What follows from the election's document.
#[derive(Debug, Default)]
struct Facts {
    timetable: Vec<Row>,
}

#[derive(Serialize)]
struct Who {
    id: i64,
    login: String,
    name: String,
    body: String,
    admin: bool,
}

#[derive(Serialize)]
struct Person {
    id: i64,
    /// Only for those of the same body, and for the standing agency: others are known by their body.
    name: Option<String>,
    body: String,
}

/// The answer and the time that it was given.
#[derive(Serialize)]
struct Timed<'a> {
    now: i64,
    #[serde(flatten)]
    answer: &'a Answer,
}

#[derive(Serialize)]
struct Answer {
    account: Who,
    #[serde(flatten)]
    opening: Opening,
    as_of: Option<NaiveDate>,
    timetable: Vec<Row>,
    people: Vec<Person>,
    waiting: Vec<Waiting>,
}

/// The routes, for those who have an account.
pub(super) fn router(
    server: &Server,
    store: &str,
    (rules, documents): (&Arc<ElectionRules>, &Arc<DocumentStore>),
    as_of: Option<NaiveDate>,
    dir: &Path,
) -> Router {
    let inner = Inner {
        server: server.clone(),
        store: store.to_owned(),
        rules: Arc::clone(rules),
        documents: Arc::clone(documents),
        as_of,
        read: Mutex::default(),
        unsent: Unsent::open(dir),
    };
    let routes = Router::new()
        .route("/api/desk", get(desk))
        .route("/api/unsent", post(unsent))
        .with_state(Desk(Arc::new(inner)));
    server.protect(routes, Authority::Account)
}

async fn desk(
    State(desk): State<Desk>,
    Extension(caller): Extension<Caller>,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let server = desk.0.server.clone();
    let answer = move || {
        let answer = desk.0.answer(&caller)?;
        let timed = Timed { now: Utc::now().timestamp_millis(), answer: &answer };
        repeated::answer(&asked, &answer, &timed).map_err(|error| Problem::internal(&error))
    };
    server.blocking(answer).await?
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    count: u32,
    since: Option<i64>,
    /// What the device calls itself, in every session alike.
    device: Option<String>,
}

impl Said {
    /// Refuses a name that is none, or so long that it fills the file.
    fn expect_device(&self) -> Result<(), Problem> {
        let is_plain = |name: &String| {
            name.len() <= 64 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        if self.device.as_ref().is_none_or(is_plain) {
            return Ok(());
        }
        Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "not-a-device",
            "`device` must be at most 64 letters, digits and `-`; leave it out, or send the same name each time.",
            "`device` phải là tối đa 64 chữ cái, chữ số và dấu `-`; hãy bỏ mục này, hoặc lần nào cũng gửi cùng một tên.",
        ))
    }
}

async fn unsent(
    State(desk): State<Desk>,
    Extension(caller): Extension<Caller>,
    Json(said): Json<Said>,
) -> Result<StatusCode, Problem> {
    said.expect_device()?;
    let server = desk.0.server.clone();
    let kept = move || {
        let heard = Utc::now().timestamp_millis();
        let (account, session) = (caller.account.id.0, caller.session.id.0);
        let body = caller.account.body;
        let word = Waiting { body, count: said.count, since: said.since, heard };
        desk.0.unsent.hear(Speaker { account, session, device: said.device.as_deref() }, word);
    };
    server.blocking(kept).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl Inner {
    fn answer(&self, caller: &Caller) -> Result<Answer, Problem> {
        let all = self.server.store().list()?;
        let facts = self.facts(&all)?;
        let account = &caller.account;
        let opening = documents::opening(&self.rules, &self.store, account, &all);
        let is_agency = opening.roles.contains(&Role::StandingAgency);
        let heard = is_agency.then(|| self.unsent.all());
        let people = self.server.accounts().list()?.into_iter().map(|person| Person {
            id: person.id.0,
            name: (is_agency || person.body == account.body).then_some(person.name),
            body: person.body,
        });
        Ok(Answer {
            account: Who {
                id: account.id.0,
                login: account.login.clone(),
                name: account.name.clone(),
                body: account.body.clone(),
                admin: account.admin,
            },
            as_of: self.as_of,
            timetable: facts.timetable.clone(),
            people: people.collect(),
            waiting: heard.unwrap_or_default(),
            opening,
        })
    }

    /// The election's dates, worked out again only when its document has changed, of which then only the changes are read from the disk.
    fn facts(&self, all: &[Listed]) -> Result<Arc<Facts>, Problem> {
        let word = Key::Election.to_string();
        let Some(listed) = all.iter().find(|one| one.key == word) else { return Ok(Arc::default()) };
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(read) = read.as_ref().filter(|read| read.last == listed.last) {
            return Ok(Arc::clone(&read.facts));
        }
        let document = match read.as_ref() {
            Some(before) => self.documents.read_on(listed, &before.document, before.last),
            None => self.documents.read(listed, Some(self.rules.election())),
        };
        let mut document = document.map_err(unread)?;
        let heads = document.heads();
        let content = self.documents.contents().at(&Key::Election, &heads, || document.content());
        let content = content.map_err(|error| Problem::internal(&error))?;
        let Content::Election(election) = &*content else { return Ok(Arc::default()) };
        let facts = Arc::new(Facts { timetable: timetable(self.rules.laws(), election) });
        *read = Some(Read { last: listed.last, document, facts: Arc::clone(&facts) });
        Ok(facts)
    }
}

fn unread(error: FolderError) -> Problem {
    match error {
        FolderError::Store { source, .. } => source.into(),
        other => Problem::internal(&other),
    }
}

/// The dates of the law for this election; none if the data does not allow them, which the site's build names.
fn timetable(laws: &[LawVersion], election: &Election) -> Vec<Row> {
    let dates = || {
        let law = find_law(laws, &election.law).ok()?;
        let day = ElectionDay::any_weekday(parse_date(&election.election_day).ok()?).ok()?;
        schedule(law, day, &election.dates, &election.anchors).ok()
    };
    dates().map(|steps| rows(&steps)).unwrap_or_default()
}
