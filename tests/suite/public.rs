//! What is public, and that nothing else is.

mod canary;
mod ear;
pub mod office;
mod whole_release;

use std::collections::BTreeSet;

use automerge::AutoCommit;
use automerge::ObjId;
use automerge::ObjType;
use automerge::ROOT;
use automerge::ReadDoc;
use automerge::transaction::Transactable;
use canary::Nest;
use chrono::NaiveDate;
use ear::Ear;
use niemyet::build::source::SourceTree;
use niemyet::document::Content;
use niemyet::document::Contents;
use niemyet::document::Document;
use niemyet::document::DocumentError;
use niemyet::document::Key;
use niemyet::document::directive::CitedDocument;
use niemyet::document::directive::Directive;
use niemyet::document::directive::Task;
use niemyet::document::election::Body;
use niemyet::document::election::Election;
use niemyet::document::election::PlannedDate;
use niemyet::document::election::Provenance;
use niemyet::document::election::Unit;
use niemyet::document::format_heads;
use niemyet::document::publication::Notice;
use niemyet::document::publication::NoticeText;
use niemyet::document::publication::put_notice;
use niemyet::document::write_election;
use niemyet::policy::public::PublicError;
use niemyet::policy::public::clean;
use niemyet::policy::public::part::Ground;
use niemyet::policy::public::part::Part;
use niemyet::rebuild::is_shown;
use niemyet::timetable::Publish;
use office::Office;
use office::as_of;
use serde_json::Value;
use serde_json::json;

/// The fields of documents and laws that are public. Whatever is not in this list must not occur in any file.
const PUBLIC: &[&str] = &[
    "election.bodies.id",
    "election.bodies.name_en",
    "election.bodies.name_vi",
    "election.constituencies.id",
    "election.constituencies.number",
    "election.constituencies.provenance.source",
    "election.constituencies.seats",
    "election.constituencies.units",
    "election.dates.citation",
    "election.dates.time",
    "election.election_day_citation",
    "election.id",
    "election.name_en",
    "election.name_vi",
    "unit.code",
    "unit.kind_en",
    "unit.kind_vi",
    "unit.level",
    "unit.name_vi",
    "unit.provenance.source",
    "directive.date",
    "directive.issuer_vi",
    "directive.kind_en",
    "directive.kind_vi",
    "directive.provenance.source",
    "directive.subject_en",
    "directive.subject_vi",
    "directive.symbol",
    "cited_public.about_vi",
    "cited_public.issuer_vi",
    "cited_public.kind_en",
    "cited_public.kind_vi",
    "cited_public.provenance.source",
    "cited_public.symbol",
    "task_public.deadline_vi",
    "task_public.id",
    "task_public.public_output_en",
    "task_public.public_output_vi",
    "task_public.section",
    "task_public.text_en",
    "task_public.text_vi",
    "law.public.name",
    "notice.vi",
    "notice.en",
    "notice.other",
];

#[test]
fn only_the_listed_fields_leave_the_office() {
    let nest = Nest::default();
    let files = office_of_canaries(&nest).files();
    let ear = Ear::new(files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_ref())));
    only_public("the generated files", &leaked(&nest, &ear));
}

#[test]
fn the_desk_is_offered_no_field_that_can_never_be_public() {
    let nest = Nest::default();
    let office = office_of_canaries(&nest);
    let mut listed = Vec::new();
    let mut election = None;
    if let Content::Election(found) = office.documents[&Key::Election].content().unwrap() {
        election = Some(*found);
    }
    let election = election.unwrap();
    let Content::Directive(directive) = office.documents[&directive_key(&office)].content().unwrap() else {
        panic!("no directive")
    };
    let named = Part::bodies_of(std::slice::from_ref(&*directive));
    for (key, document) in office.documents.iter().filter(|(key, _)| is_shown(key)) {
        let part = match document.content().unwrap() {
            Content::Election(election) => Part::of_election((&election, &named), &office.laws, as_of()),
            Content::Directive(directive) => Ground::new(election.clone(), &office.laws, as_of())
                .map(|ground| Part::of_directive(&directive, &ground)),
            Content::Publication(publication) => Part::of_notices(&publication),
            _ => continue,
        };
        let part = part.unwrap();
        let (changes, left_off) = Part::changes(None, Some(&part), usize::MAX);
        assert!(!changes.is_empty() && left_off == 0, "{key}");
        listed.push((key.to_string(), serde_json::to_vec(&(part.title, changes)).unwrap()));
    }
    assert_eq!(listed.len(), 3);
    let ear = Ear::new(listed.iter().map(|(key, bytes)| (key.as_str(), bytes.as_slice())));
    let leaked = leaked(&nest, &ear);
    nothing_private("what the desk is offered", &leaked);
    assert!(leaked.contains("task_public.text_vi") && leaked.contains("unit.name_vi"), "{leaked:?}");
}

/// What the desk lists of each document of an office: its kind and the values.
fn offered(office: &Office) -> Vec<(&'static str, String)> {
    let read = |key: &Key| office.documents[key].content().unwrap();
    let Content::Election(election) = read(&Key::Election) else { panic!("no election") };
    let shown = office.documents.keys().filter(|key| is_shown(key));
    let directives: Vec<Directive> = shown
        .filter_map(|key| match read(key) {
            Content::Directive(directive) => Some(*directive),
            _ => None,
        })
        .collect();
    let named = Part::bodies_of(&directives);
    let ground = Ground::new((*election).clone(), &office.laws, as_of()).unwrap();
    let mut parts =
        vec![("election", Part::of_election((&election, &named), &office.laws, as_of()).unwrap())];
    parts.extend(directives.iter().map(|directive| ("directive", Part::of_directive(directive, &ground))));
    if let Content::Publication(publication) = read(&Key::Publication) {
        parts.push(("notice", Part::of_notices(&publication).unwrap()));
    }
    let values = |part: &Part| {
        let fields = Part::changes(None, Some(part), usize::MAX).0;
        let values: Vec<_> = fields.into_iter().map(|change| (change.field, change.new)).collect();
        serde_json::to_string(&values).unwrap()
    };
    parts.iter().map(|(kind, part)| (*kind, values(part))).collect()
}

#[test]
fn each_public_field_that_changes_is_listed_by_the_document_in_which_it_stands() {
    let nest = Nest::default();
    let listed = offered(&office_of_canaries(&nest));
    let mut unseen: Vec<&str> = Vec::new();
    for (kind, prefixes) in [
        ("election", &["election.", "unit."][..]),
        ("directive", &["directive.", "cited_public.", "task_public."]),
        ("notice", &["notice."]),
    ] {
        // A value that is listed is listed when it becomes another one.
        let own = listed.iter().filter(|(of, _)| *of == kind).map(|(of, text)| (*of, text.as_bytes()));
        let heard = leaked(&nest, &Ear::new(own));
        let fields = PUBLIC.iter().filter(|field| prefixes.iter().any(|prefix| field.starts_with(prefix)));
        // The directive's date is no canary.
        unseen
            .extend(fields.filter(|field| !heard.contains(**field) && **field != "directive.date").copied());
    }
    assert!(unseen.is_empty(), "these become public unseen: {unseen:?}");
    // The rest is of the law, which comes with the program.
    let of_law = PUBLIC.iter().filter(|field| field.starts_with("law.")).count();
    assert_eq!(of_law, 1);
}

/// The fields whose canaries are heard.
fn leaked(nest: &Nest, ear: &Ear) -> BTreeSet<String> {
    let heard = nest.canaries().into_iter().filter(|(_, canary)| ear.hears(canary));
    heard.map(|(field, _)| field).collect()
}

/// Exactly the [`PUBLIC`] fields.
fn only_public(place: &str, leaked: &BTreeSet<String>) {
    nothing_private(place, leaked);
    // Otherwise the test could pass because nothing is published at all.
    let silent: Vec<_> =
        PUBLIC.iter().filter(|field| !leaked.contains(**field) && **field != "directive.date").collect();
    assert!(silent.is_empty(), "{place}: these public fields are nowhere: {silent:?}");
}

fn directive_key(office: &Office) -> Key {
    office.documents.keys().find(|key| matches!(key, Key::Directive(_))).unwrap().clone()
}

fn nothing_private(place: &str, leaked: &BTreeSet<String>) {
    let stray: Vec<_> = leaked.iter().filter(|field| !PUBLIC.contains(&field.as_str())).collect();
    assert!(stray.is_empty(), "{place}: these private fields are public: {stray:?}");
}

fn office_of_canaries(nest: &Nest) -> Office {
    let election: Election = serde_json::from_value(election_of_canaries(nest)).unwrap();
    let body = election.bodies[0].id.clone();
    let mut office = Office::new(&election);
    office.approve_as(&Key::Election, &nest.plant("publication.by"), &nest.plant("publication.basis"));
    let directive: Directive = serde_json::from_value(directive_of_canaries(nest, &body)).unwrap();
    let key = office.add_directive(&directive);
    office.approve(&key);
    plant_in_laws(&mut office, nest);
    plant_in_other_documents(&mut office, nest);
    plant_notice(&mut office, nest);
    office
}

/// Canaries everywhere, except where the gate needs a meaning: dates, the law, links between rows.
fn election_of_canaries(nest: &Nest) -> Value {
    let mut election = nest.fill::<Election>("election");
    election["election_day"] = json!("2021-05-23");
    election["law"] = json!("85/2015");
    election["anchors"] = json!({ "RESULTS_PUBLISHED": "2021-06-12" });
    election["constituencies"][0]["council"] = json!("national_assembly");
    let mut units: Vec<Value> = (0..3).map(|_| nest.fill::<Unit>("unit")).collect();
    units[0]["parent"] = Value::Null;
    units[1]["parent"] = units[0]["code"].clone();
    units[2]["parent"] = units[1]["code"].clone();
    election["units"] = json!(units);
    // A body that owns no public task.
    election["bodies"].as_array_mut().unwrap().push(nest.fill::<Body>("body_without_public_task"));
    set_date(&mut election["dates"][0], "planned", "2021-03-18", true);
    let mut unverified = nest.fill::<PlannedDate>("date_unverified");
    set_date(&mut unverified, "planned", "2021-03-17", false);
    let mut future = nest.fill::<PlannedDate>("date_of_the_future");
    set_date(&mut future, "actual", "2021-03-19", true);
    for date in [unverified, future] {
        election["dates"].as_array_mut().unwrap().push(date);
    }
    election
}

fn set_date(date: &mut Value, kind: &str, day: &str, verified: bool) {
    date["rule"] = json!("consult2_province");
    date["kind"] = json!(kind);
    date["date"] = json!(day);
    date["provenance"]["verified"] = json!(verified);
}

fn directive_of_canaries(nest: &Nest, owner: &str) -> Value {
    let mut directive = nest.fill::<Directive>("directive");
    directive["date"] = json!("2021-02-25");
    let classes = ["public", "internal", "never"];
    let with_class = |mut row: Value, class: &str| {
        row["publish"] = json!(class);
        row
    };
    let cited = classes.map(|class| with_class(nest.fill::<CitedDocument>(&format!("cited_{class}")), class));
    let symbols: Vec<Value> = cited.iter().map(|document| document["symbol"].clone()).collect();
    let tasks = classes.map(|class| {
        let mut task = with_class(nest.fill::<Task>(&format!("task_{class}")), class);
        task["owners"] = json!([owner]);
        task["collaborators"] = json!([owner]);
        // A public task that cites a hidden document must not name it.
        task["cited"] = json!(symbols);
        task["rules"] = json!(["consult2_province", "allegations_verified"]);
        task
    });
    directive["cited"] = json!(cited);
    directive["tasks"] = json!(tasks);
    directive
}

fn plant_in_laws(office: &mut Office, nest: &Nest) {
    for rule in office.laws.iter_mut().flat_map(|law| &mut law.rules) {
        rule.provenance.note = Some(nest.plant("law.note"));
        if rule.publish == Publish::Public {
            continue;
        }
        rule.name_vi = nest.plant("law.internal.name");
        rule.name_en = nest.plant("law.internal.name");
        rule.article = Some(nest.plant("law.internal.article"));
        rule.responsible_vi = nest.plant("law.internal.responsible");
        rule.provenance.source = nest.plant("law.internal.source");
    }
    let law = office.laws.iter_mut().find(|law| law.id == "85/2015").unwrap();
    law.rules[0].name_vi = nest.plant("law.public.name");
}

/// Documents that are never public stay private even if somebody approves them.
fn plant_in_other_documents(office: &mut Office, nest: &Nest) {
    let keys = [
        "progress/team_comms",
        "report/team_comms/2021-03-04",
        "incident/team_comms/a1",
        "review/2021-03-04",
    ];
    for key in keys.map(|key| key.parse::<Key>().unwrap()) {
        let election = office.documents[&Key::Election].election().to_owned();
        let mut doc = AutoCommit::load(&office.begin(&key).save()).unwrap();
        let name = key.kind().word();
        plant_below(&mut doc, &ROOT, nest, name);
        let document = Document::load(&doc.save(), &election, &key).unwrap();
        office.documents.insert(key.clone(), document);
        office.approve(&key);
    }
}

/// Puts a canary into every map and every text of a document, as an unknown field or as words.
fn plant_below(doc: &mut AutoCommit, object: &ObjId, nest: &Nest, name: &str) {
    let kind = doc.object_type(object).unwrap();
    if kind == ObjType::Text {
        doc.splice_text(object, 0, 0, &nest.plant(name)).unwrap();
        return;
    }
    let below: Vec<ObjId> =
        doc.values(object).filter(|(value, _)| value.is_object()).map(|(_, id)| id).collect();
    for object in below {
        plant_below(doc, &object, nest, name);
    }
    if kind == ObjType::Map && *object != ROOT {
        doc.put(object, nest.plant(name), nest.plant(name)).unwrap();
    }
}

fn plant_notice(office: &mut Office, nest: &Nest) {
    let text = |lang: &str| NoticeText {
        title: nest.plant(&format!("notice.{lang}")),
        paragraphs: vec![nest.plant(&format!("notice.{lang}"))],
    };
    let texts = [("vi", text("vi")), ("en", text("en")), ("blt", text("other"))];
    let notice = Notice {
        id: "lich-bo-phieu".to_owned(),
        date: "2021-03-01".to_owned(),
        texts: texts.into_iter().map(|(lang, text)| (lang.to_owned(), text)).collect(),
    };
    let document = office.documents.get_mut(&Key::Publication).unwrap();
    put_notice(document, &notice).unwrap();
    document.commit("notice", 0);
}

#[test]
fn what_was_not_approved_is_not_public() {
    let mut office = Office::seeded("sonla-2021");
    let before = office.files();
    let mut election = approved_election(&office);
    election.name_vi = "Một tên chưa ai duyệt".to_owned();
    election.units.clear();
    office.write_election(&election);
    assert_eq!(before, office.files(), "a change after the approval reached the site");
    office.approve(&Key::Election);
    assert_ne!(before, office.files(), "an approved change did not reach the site");
}

/// The election as it stands in an office.
pub fn approved_election(office: &Office) -> Election {
    match office.documents[&Key::Election].content().unwrap() {
        Content::Election(election) => *election,
        other => panic!("not an election: {other:?}"),
    }
}

#[test]
fn nothing_is_public_without_an_approved_election() {
    let office = Office::new(&approved_election(&Office::seeded("sonla-2021")));
    let refused = office.try_records(as_of()).unwrap_err();
    assert!(matches!(refused, PublicError::NothingApproved), "{refused}");
}

#[test]
fn an_approved_document_that_is_missing_is_named() {
    let mut office = Office::seeded("sonla-2021");
    let key = Key::directive("19/KL-UBBC").unwrap();
    office.documents.remove(&key);
    let refused = office.try_records(as_of()).unwrap_err().to_string();
    assert!(refused.contains("directive/19/KL-UBBC") && refused.contains("sync"), "{refused}");
}

#[test]
fn an_unverified_election_day_is_refused() {
    let mut election = approved_election(&Office::seeded("sonla-2021"));
    election.provenance.verified = false;
    let mut office = Office::new(&election);
    office.approve(&Key::Election);
    let refused = office.try_records(as_of()).unwrap_err();
    assert!(matches!(refused, PublicError::DayUnverified { .. }), "{refused}");
}

#[test]
fn the_seed_gives_its_public_part_and_no_more() {
    let records = Office::seeded("sonla-2021").records();
    let facts = records.facts();
    let tasks: Vec<_> =
        facts.owners.iter().flat_map(|owner| &owner.tasks).map(|task| task.id.as_str()).collect();
    assert_eq!(tasks, ["T1.1", "T1.2", "T2.1.1", "T2.1.2", "T2.1.4", "T2.4.1"]);
    let symbols: Vec<_> = facts.documents.iter().map(|document| document.symbol.as_str()).collect();
    assert_eq!(symbols, ["19/KL-UBBC", "17/KH-UBBC", "12/TB-UBBC"]);
    let communes = facts.units.iter().filter(|unit| unit.level == "commune").count();
    assert_eq!((communes, facts.constituencies.len()), (204, 3));
    let internal = ["allegations_verified", "team_minutes", "weekly_team_report", "result_complaint_na"];
    assert!(facts.steps.iter().all(|step| !internal.contains(&step.id.as_str())));
    let consult = facts.steps.iter().find(|step| step.id == "consult2_province").unwrap();
    assert_eq!(consult.end.unwrap().to_string(), "2021-03-19", "the limit is not replaced by the plan");
    assert_eq!(consult.dates[0].date.to_string(), "2021-03-18");
}

#[test]
fn nothing_is_known_before_its_day() {
    let office = Office::seeded("sonla-2021");
    let early = NaiveDate::from_ymd_opt(2021, 2, 26).unwrap();
    let records = office.try_records(early).unwrap();
    assert!(records.facts().constituencies.is_empty(), "published on 3 March 2021 (NQ 64/NQ-HĐBCQG)");
    let done = records.facts().steps.iter().flat_map(|step| &step.dates).filter(|date| date.kind == "actual");
    assert!(done.into_iter().all(|date| date.date <= early), "an actual date of the future was shown");
}

#[test]
fn what_was_read_of_a_change_that_never_came_is_not_shown() {
    let mut office = Office::seeded("sonla-2021");
    // A copy with one change more, as rules read a delivery before they refuse it, or before the disk has it.
    let mut copy = office.documents[&Key::Election].clone();
    let Content::Election(mut election) = copy.content().unwrap() else { panic!("no election") };
    election.units[1].name_vi = "Huyện không được nhận".to_owned();
    write_election(&mut copy, &election).unwrap();
    copy.commit("refused", 1);
    let (heads, contents) = (copy.heads(), Contents::default());
    contents.at(&Key::Election, &heads, || copy.content()).unwrap();
    office.approve_at(&Key::Election, format_heads(&heads), ("team_comms", "basis"));
    let refused = office.records_with(&contents, as_of()).unwrap_err();
    assert!(matches!(refused, PublicError::Document(DocumentError::UnknownHeads { .. })), "{refused:?}");
}

#[test]
fn a_date_that_nobody_has_verified_takes_no_constituency_away() {
    let mut office = Office::seeded("sonla-2021");
    let Content::Election(mut election) = office.documents[&Key::Election].content().unwrap() else {
        panic!("no election")
    };
    let published =
        election.dates.iter().find(|date| date.rule == "publish_na_constituencies").unwrap().clone();
    for (verified, left) in [(false, 3), (true, 0)] {
        let provenance = Provenance { verified, ..published.provenance.clone() };
        let later = PlannedDate { date: "2021-03-20".to_owned(), provenance, ..published.clone() };
        election.dates.push(later);
        office.write_election(&election);
        office.approve(&Key::Election);
        assert_eq!(office.records().facts().constituencies.len(), left, "{verified}");
    }
}

#[test]
fn an_unverified_step_says_so_wherever_it_stands() {
    let files = Office::seeded("sonla-2021").files();
    let page = text(&files, "content/lich/polling-areas-fixed.md");
    assert!(page.contains("verified = false"), "{page}");
    assert!(
        text(&files, "static/lich/polling-areas-fixed.ics").contains("unverified")
            || text(&files, "static/lich/polling-areas-fixed.ics").contains("Unverified")
    );
    let rows: Value = serde_json::from_str(&text(&files, "static/du-lieu/lich.json")).unwrap();
    let row = rows["rows"].as_array().unwrap().iter().find(|row| row["id"] == "polling_areas_fixed").unwrap();
    assert_eq!(row["verified"], json!(false));
}

pub fn text(files: &SourceTree, path: &str) -> String {
    let bytes = files.get(path).unwrap_or_else(|| panic!("{path} is missing"));
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn a_clean_text_is_one_line_without_tricks() {
    assert_eq!(clean("  Xã\u{202e} Mường\nGiôn\t\u{0}1 "), "Xã Mường Giôn 1");
    assert_eq!(clean("Sốp Cộp"), "Sốp Cộp", "decomposed letters become the composed ones");
    assert_eq!(clean("<script> “x” 🗳"), "<script> “x” 🗳", "ordinary odd text stays");
}
