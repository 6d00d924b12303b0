//! Opening documents: what is whole opens, what is not is refused with its key, its id and the next step.

use automerge::ActorId;
use automerge::AutoCommit;
use automerge::Change;
use automerge::ObjType;
use automerge::ROOT;
use automerge::ReadDoc;
use automerge::transaction::Transactable;
use niemyet::document::Content;
use niemyet::document::Document;
use niemyet::document::DocumentError;
use niemyet::document::format_heads;
use niemyet::document::is_first_change;
use niemyet::document::parse_heads;
use niemyet::document::report::set_figure;
use proptest::prelude::*;

use super::ELECTION;
use super::KEYS;
use super::device;
use super::key;
use super::reloaded;
use super::report;

const REPORT: &str = "report/team_comms/2021-03-04";

fn load(bytes: &[u8]) -> Result<Document, DocumentError> {
    Document::load(bytes, ELECTION, &key(REPORT))
}

fn written() -> Document {
    let mut document = device(REPORT, 1);
    set_figure(&mut document, "voters.voters_total", Some(890_000)).unwrap();
    document.commit("figures", 1_614_830_400);
    document
}

#[test]
fn a_document_that_was_just_begun_can_be_saved_loaded_and_read() {
    for text in KEYS {
        let mut begun = device(text, 1);
        let mut again = reloaded(&mut begun);
        assert_eq!(begun.content().unwrap(), again.content().unwrap(), "{text}");
        assert_eq!(begun.heads(), again.heads(), "{text}");
    }
}

#[test]
fn two_devices_begin_the_same_document() {
    for text in KEYS {
        assert_eq!(device(text, 1).heads(), device(text, 2).heads(), "{text}");
        assert_eq!(device(text, 1).save(), device(text, 2).save(), "{text}");
    }
}

#[test]
fn only_the_beginning_itself_is_taken_for_the_beginning() {
    let mut document = written();
    let changes = document.automerge_mut().get_changes(&[]);
    let begins = |change: &Change| is_first_change(change, ELECTION, &key(REPORT)).unwrap();
    assert_eq!(changes.iter().map(begins).collect::<Vec<_>>(), [true, false]);
    assert!(!is_first_change(&changes[0], "sonla-2026", &key(REPORT)).unwrap());
    assert!(!is_first_change(&changes[0], ELECTION, &key("report/team_comms/2021-03-11")).unwrap());
}

#[test]
fn a_truncated_document_is_refused_at_every_length_with_its_name_and_the_remedy() {
    let mut document = written();
    let (whole, id) = (document.save(), document.id().to_string());
    for length in 0..whole.len() {
        let refused = load(&whole[..length]).unwrap_err().to_string();
        for part in [REPORT, &id, "niemyet sync", "niemyet restore"] {
            assert!(refused.contains(part), "at {length}: {refused}");
        }
    }
    assert_eq!(report(&load(&whole).unwrap()).figure("voters.voters_total"), Some(890_000));
}

#[test]
fn a_flipped_byte_is_refused_or_changes_nothing() {
    let mut document = written();
    let (whole, heads) = (document.save(), document.heads());
    let mut refused = 0;
    for at in 0..whole.len() {
        for bit in [0x01, 0x10, 0xff] {
            let mut flipped = whole.clone();
            flipped[at] ^= bit;
            match load(&flipped) {
                Ok(mut loaded) => {
                    assert_eq!(loaded.heads(), heads, "byte {at}");
                    assert_eq!(loaded.content().unwrap(), document.content().unwrap(), "byte {at}");
                }
                Err(error) => {
                    refused += 1;
                    assert!(error.to_string().contains("niemyet restore"), "byte {at}: {error}");
                }
            }
        }
    }
    assert!(refused > whole.len(), "only {refused} of {} were noticed", whole.len() * 3);
}

#[test]
fn another_document_is_refused_by_what_it_says_it_is() {
    let refused = |text: &str| load(&device(text, 1).save()).unwrap_err().to_string();
    assert!(refused("report/team_comms/2021-03-11").contains("`report/team_comms/2021-03-11`"));
    assert!(refused("publication").contains("`publication` of election `sonla-2021`"));
    let other = Document::create("sonla-2026", &key(REPORT), ActorId::from([1; 16])).unwrap().save();
    assert!(load(&other).unwrap_err().to_string().contains("of election `sonla-2026`"));
    let stray = AutoCommit::new().save();
    assert!(load(&stray).unwrap_err().to_string().contains("does not say what it is"));
}

#[test]
fn a_forged_beginning_is_refused() {
    let mut forged = AutoCommit::new();
    forged.put(ROOT, "schema", 1).unwrap();
    forged.put(ROOT, "election", ELECTION).unwrap();
    forged.put(ROOT, "key", REPORT).unwrap();
    let alone = load(&forged.save()).unwrap_err().to_string();
    assert!(alone.contains("another beginning"), "{alone}");
    let mut document = written();
    forged.apply_changes(document.automerge_mut().get_changes(&[])).unwrap();
    assert!(matches!(load(&forged.save()), Err(DocumentError::Foreign { .. })));
}

#[test]
fn an_object_in_which_others_write_cannot_be_replaced_or_deleted_unnoticed() {
    let break_it = |act: &dyn Fn(&mut AutoCommit)| {
        let mut document = written();
        act(document.automerge_mut());
        load(&document.save()).unwrap_err().to_string()
    };
    let content = |doc: &AutoCommit| doc.get(ROOT, "content").unwrap().unwrap().1;
    let replaced = break_it(&|doc| {
        let content = content(doc);
        doc.put_object(content, "figures", ObjType::Map).unwrap();
    });
    assert!(replaced.contains("`content/figures`"), "{replaced}");
    let deleted = break_it(&|doc| doc.delete(ROOT, "content").unwrap());
    assert!(deleted.contains("`content`"), "{deleted}");
}

#[test]
fn a_rewritten_key_is_refused() {
    let mut document = written();
    document.automerge_mut().put(ROOT, "key", "publication").unwrap();
    assert!(matches!(load(&document.save()), Err(DocumentError::Foreign { .. })));
}

#[test]
fn what_this_version_does_not_know_is_preserved() {
    let mut document = written();
    let doc = document.automerge_mut();
    doc.put(ROOT, "from_the_future", "x").unwrap();
    let content = doc.get(ROOT, "content").unwrap().unwrap().1;
    let figures = doc.get(&content, "figures").unwrap().unwrap().1;
    doc.put(&figures, "future.figure", 3).unwrap();
    let mut again = reloaded(&mut document);
    assert_eq!(report(&again).figures.len(), 1);
    let root = again.automerge().get(ROOT, "from_the_future").unwrap().unwrap().0;
    assert_eq!(root.as_str(), Some("x"));
    assert_eq!(again.save(), document.save());
}

#[test]
fn a_field_that_holds_something_else_is_named() {
    let mut document = written();
    let doc = document.automerge_mut();
    let content = doc.get(ROOT, "content").unwrap().unwrap().1;
    let figures = doc.get(&content, "figures").unwrap().unwrap().1;
    doc.put(&figures, "voters.male", "many").unwrap();
    let refused = reloaded(&mut document).content().unwrap_err().to_string();
    assert!(refused.contains("`content/figures/voters.male` should be a whole number"), "{refused}");
}

#[test]
fn changes_that_would_break_a_document_are_not_taken_in() {
    let mut document = written();
    let before = (document.heads(), document.content().unwrap());
    let mut other = device(REPORT, 2);
    other.automerge_mut().delete(ROOT, "content").unwrap();
    other.commit("break it", 0);
    assert!(matches!(document.merge(&mut other), Err(DocumentError::Skeleton { .. })));
    assert_eq!((document.heads(), document.content().unwrap()), before);
}

#[test]
fn every_kind_is_read_as_it_stood_at_given_heads() {
    for text in KEYS {
        let mut document = device(text, 1);
        let (heads, before) = (document.heads(), document.content().unwrap());
        super::contents::write_something(&mut document);
        document.commit("later", 1);
        let after = document.content().unwrap();
        assert_ne!(before, after, "{text}");
        assert_eq!(document.at_heads(&heads).unwrap(), before, "{text}");
        let now = document.heads();
        assert_eq!(document.at_heads(&now).unwrap(), after, "{text}");
        assert_eq!(reloaded(&mut document).at_heads(&heads).unwrap(), before, "{text}");
    }
}

#[test]
fn conflicts_are_those_of_the_heads_that_are_asked_for() {
    let (mut one, mut two) = (device(REPORT, 1), device(REPORT, 2));
    set_figure(&mut one, "voters.male", Some(1)).unwrap();
    set_figure(&mut two, "voters.male", Some(2)).unwrap();
    one.merge(&mut two).unwrap();
    let conflict = one.heads();
    set_figure(&mut one, "voters.male", Some(2)).unwrap();
    let resolved = one.heads();
    let conflicts = |heads: &[_]| match one.at_heads(heads).unwrap() {
        Content::Report(report) => report.figures["voters.male"].conflicts.len(),
        _ => panic!("not a report"),
    };
    assert_eq!((conflicts(&conflict), conflicts(&resolved)), (2, 0));
}

#[test]
fn unknown_heads_are_named_and_no_heads_are_refused() {
    let mut elsewhere = written();
    let heads = elsewhere.heads();
    let here = device(REPORT, 2);
    let refused = here.at_heads(&heads).unwrap_err().to_string();
    assert!(refused.contains(&heads[0].to_string()) && refused.contains("niemyet sync"), "{refused}");
    assert!(here.at_heads(&[]).is_err());
}

#[test]
fn heads_are_read_as_they_are_written() {
    let heads = written().heads();
    assert_eq!(parse_heads(&format_heads(&heads)).unwrap(), heads);
    for text in ["", "abc", &"g".repeat(64), &"a".repeat(66)] {
        assert!(parse_heads(&[text]).is_err(), "{text}");
    }
}

/// A browser writes strings as Automerge texts and some numbers as unsigned.
#[test]
fn what_a_browser_wrote_is_read_alike() {
    let mut document = device(REPORT, 1);
    let doc = document.automerge_mut();
    let content = doc.get(ROOT, "content").unwrap().unwrap().1;
    let figures = doc.get(&content, "figures").unwrap().unwrap().1;
    let facts = doc.get(&content, "facts").unwrap().unwrap().1;
    doc.put(&figures, "voters.male", 5_u64).unwrap();
    let date = doc.put_object(&facts, "header.period_start", ObjType::Text).unwrap();
    doc.splice_text(&date, 0, 0, "2021-02-26").unwrap();
    let read = report(&reloaded(&mut document));
    assert_eq!(read.figure("voters.male"), Some(5));
    assert_eq!(read.facts["header.period_start"].value, "2021-02-26");
}

proptest! {
    #[test]
    fn bytes_from_anywhere_are_refused(
        bytes in proptest::collection::vec(any::<u8>(), 0..200),
        at in 0_usize..400,
    ) {
        prop_assert!(load(&bytes).is_err());
        // The same in the middle of a document.
        let mut document = written().save();
        let at = at % document.len();
        document.splice(at..at, bytes.iter().copied().chain([0]));
        prop_assert!(load(&document).is_err());
    }
}
