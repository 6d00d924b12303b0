//! What a publication must be after a delivery: the site keeps what it stands on, and a notice has words.

use automerge::AutoCommit;
use automerge::ObjId;
use automerge::ObjType;
use automerge::ReadDoc;
use automerge::transaction::Transactable;
use niemyet::document::Content;
use niemyet::document::Document;
use niemyet::document::Key;
use niemyet::document::Kind;
use niemyet::document::format_heads;
use niemyet::document::publication;
use niemyet::document::publication::Approval;
use niemyet::document::publication::Notice;
use niemyet::document::publication::NoticeText;
use niemyet::document::publication::Rule;

use super::desk::Desk;
use super::desk::object;
use super::desk::write;

const AT: &str = "2021-03-04T08:00:00+07:00";

/// The texts of the first notice.
fn texts(doc: &AutoCommit) -> ObjId {
    let list = object(doc, "content/notices");
    let notice = doc.get(&list, 0).unwrap().unwrap().1;
    doc.get(&notice, "texts").unwrap().unwrap().1
}

/// A server whose public site shows the election, by an approval or by rule, and has a notice.
fn published(by_rule: bool) -> Desk {
    let mut desk = Desk::open();
    let mut publication = desk.copy(&Key::Publication);
    let (by, heads) = ("team_comms".to_owned(), format_heads(&desk.copy(&Key::Election).heads()));
    if by_rule {
        let rule = Rule { by, at: AT.into(), basis: "85/2015".into() };
        publication::set_rule(&mut publication, Kind::Election, &rule).unwrap();
    } else {
        let approval = Approval { heads, by, at: AT.into(), basis: "1/QĐ".into(), contested: false };
        publication::approve(&mut publication, &Key::Election, &approval).unwrap();
    }
    let text = NoticeText { title: "Lịch".into(), paragraphs: vec!["Một đoạn.".into()] };
    let texts = [("vi".to_owned(), text)].into();
    let notice = Notice { id: "n1".into(), date: "2021-03-04".into(), texts };
    publication::put_notice(&mut publication, &notice).unwrap();
    publication.commit("published", 1);
    assert_eq!(desk.deliver("team_comms", &mut publication), Ok(()));
    desk
}

#[test]
fn no_change_takes_the_election_from_under_the_site() {
    let mut desk = published(false);
    let mut withdrawn = desk.copy(&Key::Publication);
    assert!(write(&mut withdrawn, |doc| {
        let items = object(doc, "content/items");
        doc.delete(&items, "election").unwrap();
    }));
    assert_eq!(desk.deliver("team_comms", &mut withdrawn), Err("election-stays"));

    let mut desk = published(true);
    let mut ended = desk.copy(&Key::Publication);
    assert!(write(&mut ended, |doc| {
        let rules = object(doc, "content/rules");
        doc.delete(&rules, "election").unwrap();
    }));
    assert_eq!(desk.deliver("team_comms", &mut ended), Err("election-stays"));
    let mut held = desk.copy(&Key::Publication);
    let heads = format_heads(&desk.copy(&Key::Election).heads());
    assert!(hold(&mut held, &heads));
    assert_eq!(desk.deliver("team_comms", &mut held), Err("election-stays"));
    // Once a version is approved, the site goes on with it: another may be held back, this one not.
    let mut publication = desk.copy(&Key::Publication);
    let approval =
        Approval { heads: heads.clone(), by: "team_comms".into(), at: AT.into(), ..Approval::default() };
    publication::approve(&mut publication, &Key::Election, &approval).unwrap();
    publication.commit("an approval", 1);
    assert_eq!(desk.deliver("team_comms", &mut publication), Ok(()));
    assert_eq!(desk.deliver("team_comms", &mut held), Err("election-held-as-approved"));
    let mut another = desk.copy(&Key::Publication);
    assert!(hold(&mut another, &["b".repeat(64)]));
    assert_eq!(desk.deliver("team_comms", &mut another), Ok(()));
}

/// Holds the election back at these heads, as an older program writes it.
fn hold(document: &mut Document, heads: &[String]) -> bool {
    write(document, |doc| {
        let content = object(doc, "content");
        let all = doc.put_object(&content, "held", ObjType::Map).unwrap();
        let hold = doc.put_object(&all, "election", ObjType::Map).unwrap();
        for (name, value) in [("by", "team_comms"), ("at", AT), ("reason", "sai")] {
            doc.put(&hold, name, value).unwrap();
        }
        let list = doc.put_object(&hold, "heads", ObjType::List).unwrap();
        heads.iter().enumerate().for_each(|(i, head)| doc.insert(&list, i, head.as_str()).unwrap());
    })
}

/// A whole notice, at the end of the list, whatever stands there.
fn add_notice(document: &mut Document, id: &str, date: &str, languages: &[&str]) -> bool {
    write(document, |doc| {
        let list = object(doc, "content/notices");
        let notice = doc.insert_object(&list, doc.length(&list), ObjType::Map).unwrap();
        doc.put(&notice, "id", id).unwrap();
        doc.put(&notice, "date", date).unwrap();
        let texts = doc.put_object(&notice, "texts", ObjType::Map).unwrap();
        for language in languages {
            let text = doc.put_object(&texts, *language, ObjType::Map).unwrap();
            doc.put(&text, "title", "Lịch").unwrap();
            let paragraphs = doc.put_object(&text, "paragraphs", ObjType::List).unwrap();
            doc.insert(&paragraphs, 0, "Một đoạn.").unwrap();
        }
    })
}

#[test]
fn of_two_notices_with_one_id_the_second_is_refused() {
    let mut desk = published(false);
    let mut second = desk.copy(&Key::Publication);
    assert!(add_notice(&mut second, "n2", "2021-03-05", &["vi"]));
    // Without a network another device chose the same id.
    let mut third = desk.copy(&Key::Publication);
    assert!(add_notice(&mut third, "n2", "2021-03-05", &["vi"]));
    assert_eq!(desk.deliver("team_comms", &mut second), Ok(()));
    assert_eq!(desk.deliver("team_comms", &mut third), Err("notice-twice"));
    // Where both stand already, everything else goes on, and both can be taken back.
    desk.put(&mut third);
    let mut both = desk.copy(&Key::Publication);
    assert!(add_notice(&mut both, "n3", "2021-03-05", &["vi"]));
    assert_eq!(desk.deliver("team_comms", &mut both), Ok(()));
    let mut gone = desk.copy(&Key::Publication);
    publication::remove_notice(&mut gone, "n2").unwrap();
    gone.commit("taken back", 2);
    assert_eq!(desk.deliver("team_comms", &mut gone), Ok(()));
}

#[test]
fn a_language_that_stood_there_before_keeps_nobody_from_mending_the_notice() {
    let mut desk = Desk::open();
    let mut older = desk.copy(&Key::Publication);
    assert!(add_notice(&mut older, "cu", "2021-03-01", &["vi", "tyz"]));
    desk.put(&mut older);
    let Content::Publication(known) = desk.copy(&Key::Publication).content().unwrap() else { panic!() };
    let mut mended = known.notices[0].clone();
    mended.date = "2021-03-02".into();
    let mut copy = desk.copy(&Key::Publication);
    publication::put_notice(&mut copy, &mended).unwrap();
    copy.commit("mended", 1);
    assert_eq!(desk.deliver("team_comms", &mut copy), Ok(()));
    // What is written in it anew is in a language that no page names.
    mended.texts.get_mut("tyz").unwrap().title = "Khác".into();
    let said = publication::put_notice(&mut desk.copy(&Key::Publication), &mended).unwrap_err().to_string();
    assert!(said.contains("`tyz`"), "{said}");
    let mut written = desk.copy(&Key::Publication);
    assert!(write(&mut written, |doc| {
        let text = doc.get(texts(doc), "tyz").unwrap().unwrap().1;
        doc.put(&text, "title", "Khác").unwrap();
    }));
    assert_eq!(desk.deliver("team_comms", &mut written), Err("incomplete-notice"));
    // It may go.
    let mut gone = desk.copy(&Key::Publication);
    assert!(write(&mut gone, |doc| {
        let texts = texts(doc);
        doc.delete(&texts, "tyz").unwrap();
    }));
    assert_eq!(desk.deliver("team_comms", &mut gone), Ok(()));
}

#[test]
fn a_notice_of_a_year_that_no_election_had_is_refused() {
    let mut desk = published(false);
    let mut typed = desk.copy(&Key::Publication);
    assert!(add_notice(&mut typed, "n2", "0021-03-05", &["vi"]));
    assert_eq!(desk.deliver("team_comms", &mut typed), Err("incomplete-notice"));
}

#[test]
fn a_notice_in_which_words_are_missing_is_refused_and_an_older_one_stands_in_nobodys_way() {
    let title = |document: &mut Document, text: &str| {
        write(document, |doc| {
            let vi = doc.get(texts(doc), "vi").unwrap().unwrap().1;
            let title = doc.put_object(&vi, "title", ObjType::Text).unwrap();
            doc.splice_text(&title, 0, 0, text).unwrap();
        })
    };
    let paragraphs = |document: &mut Document, language: &str| {
        write(document, |doc| {
            let texts = texts(doc);
            let text = doc.put_object(&texts, language, ObjType::Map).unwrap();
            let title = doc.put_object(&text, "title", ObjType::Text).unwrap();
            doc.splice_text(&title, 0, 0, "A").unwrap();
            doc.put_object(&text, "paragraphs", ObjType::List).unwrap();
        })
    };
    let mut desk = published(false);
    let mut empty = desk.copy(&Key::Publication);
    assert!(title(&mut empty, " "));
    assert_eq!(desk.deliver("team_comms", &mut empty), Err("incomplete-notice"));
    for language in ["vi", "hmn", "fr"] {
        let mut bare = desk.copy(&Key::Publication);
        assert!(paragraphs(&mut bare, language));
        assert_eq!(desk.deliver("team_comms", &mut bare), Err("incomplete-notice"), "{language}");
    }
    // One that was there before, from a version that let it pass, keeps nobody from deciding something else.
    let mut desk = Desk::open();
    let mut older = desk.copy(&Key::Publication);
    assert!(write(&mut older, |doc| {
        let notices = object(doc, "content/notices");
        let notice = doc.insert_object(&notices, 0, ObjType::Map).unwrap();
        doc.put(&notice, "id", "cu").unwrap();
        doc.put(&notice, "date", "2021-03-01").unwrap();
        doc.put_object(&notice, "texts", ObjType::Map).unwrap();
    }));
    desk.put(&mut older);
    let mut publication = desk.copy(&Key::Publication);
    let heads = format_heads(&desk.copy(&Key::Election).heads());
    let approval = Approval { heads, by: "team_comms".into(), at: AT.into(), ..Approval::default() };
    publication::approve(&mut publication, &Key::Election, &approval).unwrap();
    publication.commit("an approval", 1);
    assert_eq!(desk.deliver("team_comms", &mut publication), Ok(()));
}

fn directive() -> Key {
    Key::directive("19/KL-UBBC").unwrap()
}

/// A copy of the publication in which the directive is approved at heads of this letter.
fn approved(copy: Document, letter: &str) -> Document {
    let mut copy = copy;
    let heads = vec![letter.repeat(64)];
    let approval = Approval { heads, by: "team_comms".into(), at: AT.into(), ..Approval::default() };
    publication::approve(&mut copy, &directive(), &approval).unwrap();
    copy.commit("an approval", 1);
    copy
}

fn withdrawn(copy: Document) -> Document {
    let mut copy = copy;
    publication::revoke(&mut copy, &directive()).unwrap();
    copy.commit("withdrawn", 1);
    copy
}

#[test]
fn an_approval_that_knows_nothing_of_a_withdrawal_brings_nothing_back() {
    let mut desk = published(false);
    assert_eq!(desk.deliver("team_comms", &mut approved(desk.copy(&Key::Publication), "a")), Ok(()));
    let mut unknowing = approved(desk.copy(&Key::Publication), "b");
    assert_eq!(desk.deliver("team_comms", &mut withdrawn(desk.copy(&Key::Publication))), Ok(()));
    assert_eq!(desk.deliver("team_comms", &mut unknowing), Err("withdrawn-meanwhile"));
    // Who has seen that it was withdrawn may approve it again; also in one delivery with the withdrawal.
    assert_eq!(desk.deliver("team_comms", &mut approved(desk.copy(&Key::Publication), "b")), Ok(()));
    let mut both = approved(withdrawn(desk.copy(&Key::Publication)), "c");
    assert_eq!(desk.deliver("team_comms", &mut both), Ok(()));
}

#[test]
fn a_withdrawal_that_knows_nothing_of_a_newer_approval_is_not_taken_for_one() {
    let mut desk = published(false);
    assert_eq!(desk.deliver("team_comms", &mut approved(desk.copy(&Key::Publication), "a")), Ok(()));
    let mut unknowing = withdrawn(desk.copy(&Key::Publication));
    assert_eq!(desk.deliver("team_comms", &mut approved(desk.copy(&Key::Publication), "b")), Ok(()));
    assert_eq!(desk.deliver("team_comms", &mut unknowing), Err("approved-meanwhile"));
    // Who sees it then and withdraws it too is understood, also in one delivery with the first.
    unknowing.merge(&mut desk.copy(&Key::Publication)).unwrap();
    assert_eq!(desk.deliver("team_comms", &mut withdrawn(unknowing)), Ok(()));
    let Content::Publication(publication) = desk.copy(&Key::Publication).content().unwrap() else {
        panic!("a publication")
    };
    assert!(!publication.items.contains_key(&directive()));
}

#[test]
fn a_notice_that_would_take_the_address_of_the_list_is_refused() {
    let mut desk = published(false);
    let mut typed = desk.copy(&Key::Publication);
    assert!(add_notice(&mut typed, "index", "2021-03-05", &["vi"]));
    assert_eq!(desk.deliver("team_comms", &mut typed), Err("incomplete-notice"));
}

#[test]
fn a_decision_says_when_as_a_moment() {
    for at in ["hôm nay", "2021-03-04", ""] {
        let mut desk = Desk::open();
        let mut copy = desk.copy(&Key::Publication);
        let approval = Approval {
            heads: vec!["a".repeat(64)],
            by: "team_comms".into(),
            at: at.into(),
            basis: "1/QĐ".into(),
            contested: false,
        };
        publication::approve(&mut copy, &Key::directive("19/KL-UBBC").unwrap(), &approval).unwrap();
        copy.commit("an approval", 1);
        assert_eq!(desk.deliver("team_comms", &mut copy), Err("incomplete-record"), "{at}");
    }
}
