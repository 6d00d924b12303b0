//! What each kind of document holds, and how it is written.

use niemyet::document::Content;
use niemyet::document::Document;
use niemyet::document::Kind;
use niemyet::document::directive::Directive;
use niemyet::document::directive::Task;
use niemyet::document::election::Election;
use niemyet::document::election::PlannedDate;
use niemyet::document::election::Unit;
use niemyet::document::incident;
use niemyet::document::incident::Short;
use niemyet::document::incident::Trigger;
use niemyet::document::progress;
use niemyet::document::progress::TaskAction;
use niemyet::document::progress::TaskStatus;
use niemyet::document::publication;
use niemyet::document::publication::Approval;
use niemyet::document::publication::Notice;
use niemyet::document::publication::NoticeText;
use niemyet::document::report;
use niemyet::document::text;
use niemyet::document::text::Place;
use niemyet::document::write_directive;
use niemyet::document::write_election;

use super::ELECTION;
use super::device;
use super::key;
use super::progress as progress_of;
use super::publication as publication_of;
use super::reloaded;
use super::report as report_of;

const REPORT: &str = "report/team_comms/2021-03-04";

pub fn election() -> Election {
    let unit = |code: &str, name: &str| Unit { code: code.into(), name_vi: name.into(), ..Unit::default() };
    Election {
        id: ELECTION.into(),
        election_day: "2021-05-23".into(),
        units: vec![
            unit("116", "Thành phố Sơn La"),
            unit("125", "Huyện Mai Sơn"),
            unit("128", "Huyện Mộc Châu"),
        ],
        dates: vec![PlannedDate {
            rule: "lists".into(),
            date: "2021-04-13".into(),
            ..PlannedDate::default()
        }],
        anchors: [("polls_close".to_owned(), "2021-05-23T19:00".to_owned())].into(),
        ..Election::default()
    }
}

fn directive() -> Directive {
    let task = |id: &str| Task { id: id.into(), owners: vec!["team_comms".into()], ..Task::default() };
    Directive { symbol: "19/KL-UBBC".into(), tasks: vec![task("T1"), task("T2")], ..Directive::default() }
}

fn approval() -> Approval {
    Approval {
        heads: vec!["ab".repeat(32)],
        by: "team_comms".into(),
        at: "2021-03-05T08:00:00+07:00".into(),
        basis: "17/KH-UBBC".into(),
        contested: false,
    }
}

/// Writes something into a document of any kind.
pub fn write_something(document: &mut Document) {
    match document.key().kind() {
        Kind::Election => write_election(document, &election()).unwrap(),
        Kind::Directive => write_directive(document, &directive()).unwrap(),
        Kind::Progress => {
            assert_eq!(progress::act(document, "T1", TaskAction::Start).unwrap(), TaskStatus::InProgress)
        }
        Kind::Report => report::set_figure(document, "voters.male", Some(1)).unwrap(),
        Kind::Incident => incident::set(document, Short::Trigger(Trigger::OnRequest)).unwrap(),
        Kind::Review => text::set_paragraphs(document, &Place::Aggregate, &["Tổng hợp"]).unwrap(),
        Kind::Publication => publication::approve(document, &key("election"), &approval()).unwrap(),
    }
}

#[test]
fn an_election_is_read_as_it_was_written() {
    let mut document = device("election", 1);
    write_election(&mut document, &election()).unwrap();
    assert_eq!(reloaded(&mut document).content().unwrap(), Content::Election(Box::new(election())));
}

#[test]
fn a_directive_is_read_as_it_was_written() {
    let mut document = device("directive/19/KL-UBBC", 1);
    write_directive(&mut document, &directive()).unwrap();
    assert_eq!(reloaded(&mut document).content().unwrap(), Content::Directive(Box::new(directive())));
}

#[test]
fn writing_the_same_again_writes_nothing_and_a_correction_only_what_differs() {
    let mut document = device("election", 1);
    write_election(&mut document, &election()).unwrap();
    document.commit("import", 0);
    let first = document.heads();
    write_election(&mut document, &election()).unwrap();
    assert_eq!(document.heads(), first);
    let mut corrected = election();
    corrected.units.remove(0);
    corrected.units[1].name_vi = "Thị xã Mộc Châu".into();
    write_election(&mut document, &corrected).unwrap();
    document.commit("correct", 0);
    let change = document.automerge_mut().get_last_local_change().unwrap();
    assert_eq!(change.len(), 2, "one row deleted, one name written");
    assert_eq!(document.content().unwrap(), Content::Election(Box::new(corrected)));
}

#[test]
fn two_replicas_that_import_the_same_data_offline_hold_each_row_once() {
    let (mut one, mut two) = (device("election", 1), device("election", 2));
    write_election(&mut one, &election()).unwrap();
    write_election(&mut two, &election()).unwrap();
    one.merge(&mut two).unwrap();
    assert_eq!(one.content().unwrap(), Content::Election(Box::new(election())));
    write_election(&mut one, &election()).unwrap();
    let Content::Election(read) = one.content().unwrap() else { panic!("not an election") };
    assert_eq!(*read, election());
}

#[test]
fn data_is_written_only_into_its_own_document() {
    let mut other = election();
    other.id = "sonla-2026".into();
    assert!(write_election(&mut device("election", 1), &other).is_err());
    assert!(write_election(&mut device("publication", 1), &election()).is_err());
    assert!(write_directive(&mut device("directive/20/KL-UBBC", 1), &directive()).is_err());
}

#[test]
fn text_is_kept_in_one_form_whatever_the_keyboard_sent() {
    let mut document = device(REPORT, 1);
    let place = Place::Report("consultation.r1.province.difficulties".into());
    text::set_paragraphs(&mut document, &place, &["U\u{309}y ban", "<script>\u{202e}🗳️\""]).unwrap();
    let read = report_of(&document).texts.remove("consultation.r1.province.difficulties").unwrap();
    assert_eq!(read, ["Ủy ban", "<script>\u{202e}🗳️\""]);
}

#[test]
fn a_rewritten_text_changes_only_what_differs() {
    let mut document = device("review/2021-03-04", 1);
    let set = |document: &mut Document, new: &[&str]| {
        text::set_paragraphs(document, &Place::Aggregate, new).unwrap();
        document.commit("text", 0);
        document.automerge_mut().get_last_local_change().unwrap().len()
    };
    set(&mut document, &["một", "hai", "ba"]);
    assert_eq!(set(&mut document, &["một", "hai rưỡi", "ba"]), 5);
    assert_eq!(set(&mut document, &["hai rưỡi", "ba"]), 1);
    set(&mut document, &["mới", "ba", "hai rưỡi", "cuối"]);
    let Content::Review(review) = document.content().unwrap() else { panic!("not a review") };
    assert_eq!(review.aggregate, ["mới", "ba", "hai rưỡi", "cuối"]);
    let heads = document.heads();
    text::set_paragraphs(&mut document, &Place::Aggregate, &["mới", "ba", "hai rưỡi", "cuối"]).unwrap();
    assert_eq!(document.heads(), heads);
}

#[test]
fn tasks_keep_status_notes_and_evidence() {
    let mut document = device("progress/team_comms", 1);
    progress::act(&mut document, "T2.4.1", TaskAction::Start).unwrap();
    progress::add_note(&mut document, "T2.4.1", "Đã họp").unwrap();
    progress::add_note(&mut document, "T2.4.2", "Chờ").unwrap();
    progress::add_note(&mut document, "T2.4.1", "Đã in").unwrap();
    progress::edit_note(&mut document, "T2.4.1", 1, "Đã in xong").unwrap();
    progress::set_evidence(&mut document, "T2.4.1", "21/BC-TTT").unwrap();
    assert!(progress::edit_note(&mut document, "T2.4.1", 2, "x").is_err());
    let tasks = progress_of(&reloaded(&mut document)).tasks;
    assert_eq!(tasks["T2.4.1"].notes, ["Đã họp", "Đã in xong"]);
    assert_eq!(tasks["T2.4.1"].evidence.as_deref(), Some("21/BC-TTT"));
    assert_eq!(tasks["T2.4.1"].status, TaskStatus::InProgress);
    assert_eq!(tasks["T2.4.2"].status, TaskStatus::NotStarted);
}

#[test]
fn an_incident_has_a_trigger_and_a_paper_file_instead_of_what_may_not_be_written() {
    let mut document = device("incident/team_security/a1", 1);
    for field in [
        Short::Trigger(Trigger::UrgentAndComplex),
        Short::OccurredOn("2021-03-10"),
        Short::Subject("Mưa đá"),
        Short::PaperFile("Hồ sơ 03"),
    ] {
        incident::set(&mut document, field).unwrap();
    }
    assert!(incident::set(&mut document, Short::OccurredOn("hôm qua")).is_err());
    text::insert_paragraph(&mut document, &Place::Incident, 0, "Đề nghị hỗ trợ").unwrap();
    report::submit(&mut document, None, "2021-03-10T09:00:00+07:00").unwrap();
    assert!(incident::set(&mut document, Short::Subject("khác")).is_err(), "it was submitted");
    let Content::Incident(read) = reloaded(&mut document).content().unwrap() else {
        panic!("not an incident")
    };
    assert_eq!((read.trigger, read.handed_in), (Some(Trigger::UrgentAndComplex), true));
    assert_eq!(read.text, ["Đề nghị hỗ trợ"]);
}

#[test]
fn approvals_are_given_replaced_and_taken_back() {
    let mut document = device("publication", 1);
    publication::approve(&mut document, &key("directive/19/KL-UBBC"), &approval()).unwrap();
    assert_eq!(publication_of(&document).items[&key("directive/19/KL-UBBC")], approval());
    let newer = Approval { heads: vec!["cd".repeat(32)], ..approval() };
    publication::approve(&mut document, &key("directive/19/KL-UBBC"), &newer).unwrap();
    assert_eq!(publication_of(&reloaded(&mut document)).items[&key("directive/19/KL-UBBC")], newer);
    publication::revoke(&mut document, &key("directive/19/KL-UBBC")).unwrap();
    assert!(publication_of(&document).items.is_empty());
    assert!(publication::revoke(&mut document, &key("directive/19/KL-UBBC")).is_err());
    let empty = Approval { heads: Vec::new(), ..approval() };
    assert!(publication::approve(&mut document, &key("directive/19/KL-UBBC"), &empty).is_err());
    let broken = Approval { heads: vec!["xyz".into()], ..approval() };
    assert!(publication::approve(&mut document, &key("directive/19/KL-UBBC"), &broken).is_err());
}

#[test]
fn notices_stand_in_both_languages_and_are_corrected_in_place() {
    let mut document = device("publication", 1);
    let text = NoticeText { title: "Thông báo".into(), paragraphs: vec!["Một".into(), "Hai".into()] };
    let mut notice = Notice {
        id: "thong-bao-1".into(),
        date: "2021-03-05".into(),
        texts: [("vi".to_owned(), text)].into(),
    };
    publication::put_notice(&mut document, &notice).unwrap();
    notice.texts.get_mut("vi").unwrap().paragraphs.remove(0);
    publication::put_notice(&mut document, &notice).unwrap();
    notice.texts.insert("en".into(), NoticeText::default());
    assert_eq!(publication_of(&reloaded(&mut document)).notices, [notice.clone()]);
    notice.date = "5/3/2021".into();
    assert!(publication::put_notice(&mut document, &notice).is_err());
    notice.date = "2021-03-05".into();
    for (language, title, paragraphs) in [
        ("vi", "", vec!["Một"]),
        ("vi", "Lịch", vec![" "]),
        ("hmn", "A", vec![]),
        ("hmn", "", vec!["A"]),
        ("xx", "A", vec!["B"]),
    ] {
        let paragraphs = paragraphs.into_iter().map(str::to_owned).collect();
        let mut lacking = notice.clone();
        lacking.texts.insert(language.into(), NoticeText { title: title.into(), paragraphs });
        let refused = publication::put_notice(&mut document, &lacking).unwrap_err().to_string();
        assert!(refused.contains(" / "), "{language}: {refused}");
    }
    assert_eq!(publication_of(&reloaded(&mut document)).notices, [notice], "nothing of them was written");
}
