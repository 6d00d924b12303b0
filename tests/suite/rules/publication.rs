//! What a publication must be after a delivery: the site keeps what it stands on, and a notice has words.

use automerge::AutoCommit;
use automerge::ObjId;
use automerge::ObjType;
use automerge::ReadDoc;
use automerge::transaction::Transactable;
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
        let rule = Rule { by, at: "2021-03-04".into(), basis: "85/2015".into() };
        publication::set_rule(&mut publication, Kind::Election, &rule).unwrap();
    } else {
        let approval =
            Approval { heads, by, at: "2021-03-04".into(), basis: "1/QĐ".into(), contested: false };
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
    assert!(write(&mut held, |doc| {
        let content = object(doc, "content");
        let all = doc.put_object(&content, "held", ObjType::Map).unwrap();
        let hold = doc.put_object(&all, "election", ObjType::Map).unwrap();
        for (name, value) in [("by", "team_comms"), ("at", "2021-03-04"), ("reason", "sai")] {
            doc.put(&hold, name, value).unwrap();
        }
        let list = doc.put_object(&hold, "heads", ObjType::List).unwrap();
        heads.iter().enumerate().for_each(|(i, head)| doc.insert(&list, i, head.as_str()).unwrap());
    }));
    assert_eq!(desk.deliver("team_comms", &mut held), Err("election-stays"));
    // Once a version is approved, the same is admitted.
    let mut publication = desk.copy(&Key::Publication);
    let approval = Approval {
        heads: heads.clone(),
        by: "team_comms".into(),
        at: "2021-03-04".into(),
        ..Approval::default()
    };
    publication::approve(&mut publication, &Key::Election, &approval).unwrap();
    publication.commit("an approval", 1);
    assert_eq!(desk.deliver("team_comms", &mut publication), Ok(()));
    assert_eq!(desk.deliver("team_comms", &mut held), Ok(()));
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
    let approval =
        Approval { heads, by: "team_comms".into(), at: "2021-03-04".into(), ..Approval::default() };
    publication::approve(&mut publication, &Key::Election, &approval).unwrap();
    publication.commit("an approval", 1);
    assert_eq!(desk.deliver("team_comms", &mut publication), Ok(()));
}
