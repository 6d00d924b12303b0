//! Merging: no order and no repetition of changes matters, nothing that anybody wrote is lost, and where two people
//! wrote one figure both numbers stay visible until somebody chooses.

use automerge::Change;
use automerge::ROOT;
use automerge::ReadDoc;
use automerge::ScalarValue;
use niemyet::document::Document;
use niemyet::document::progress;
use niemyet::document::progress::TaskAction;
use niemyet::document::publication;
use niemyet::document::publication::Approval;
use niemyet::document::report::add_row;
use niemyet::document::report::set_fact;
use niemyet::document::report::set_figure;
use niemyet::document::text;
use niemyet::document::text::Place;
use niemyet::document::text::Splice;
use proptest::prelude::*;

use super::device;
use super::key;
use super::progress as progress_of;
use super::publication as publication_of;
use super::reloaded;
use super::report;

const REPORT: &str = "report/team_comms/2021-03-04";
const TEXT: &str = "consultation.r1.district.difficulties";

fn place() -> Place {
    Place::Report(TEXT.into())
}

/// Both take in all that the other has.
fn exchange(one: &mut Document, two: &mut Document) {
    one.merge(two).unwrap();
    two.merge(one).unwrap();
    assert_eq!(one.heads(), two.heads());
    assert_eq!(one.content().unwrap(), two.content().unwrap());
}

#[test]
fn a_report_begun_offline_on_two_devices_becomes_one() {
    let (mut one, mut two) = (device(REPORT, 1), device(REPORT, 2));
    set_figure(&mut one, "voters.male", Some(10)).unwrap();
    text::set_paragraphs(&mut one, &place(), &["Từ máy một"]).unwrap();
    add_row(&mut one, "next_week.tasks", &[("task", "Họp")]).unwrap();
    set_figure(&mut two, "voters.female", Some(11)).unwrap();
    text::set_paragraphs(&mut two, &place(), &["Từ máy hai"]).unwrap();
    add_row(&mut two, "next_week.tasks", &[("task", "In")]).unwrap();
    exchange(&mut one, &mut two);
    let both = report(&reloaded(&mut one));
    assert_eq!((both.figure("voters.male"), both.figure("voters.female")), (Some(10), Some(11)));
    let mut texts = both.texts[TEXT].clone();
    texts.sort();
    assert_eq!(texts, ["Từ máy hai", "Từ máy một"]);
    assert_eq!(both.rows["next_week.tasks"].len(), 2);
    assert_eq!(both.conflicts().count(), 0);
}

#[test]
fn two_people_type_in_one_paragraph() {
    let mut one = device(REPORT, 1);
    text::set_paragraphs(&mut one, &place(), &["Thiếu hòm phiếu"]).unwrap();
    let mut two = device(REPORT, 2);
    two.merge(&mut one).unwrap();
    let end = "Thiếu hòm phiếu".chars().count();
    text::splice(&mut one, &place(), Splice { paragraph: 0, at: 0, delete: 0, insert: "Còn " }).unwrap();
    text::splice(&mut two, &place(), Splice { paragraph: 0, at: end, delete: 0, insert: " phụ" }).unwrap();
    exchange(&mut one, &mut two);
    assert_eq!(report(&one).texts[TEXT], ["Còn Thiếu hòm phiếu phụ"]);
    for wrong in [(1, 0, 0), (0, 100, 0), (0, 0, 100)] {
        let splice = Splice { paragraph: wrong.0, at: wrong.1, delete: wrong.2, insert: "x" };
        assert!(text::splice(&mut one, &place(), splice).is_err(), "{wrong:?}");
    }
}

#[test]
fn one_rewrites_a_paragraph_while_another_adds_one() {
    let mut one = device(REPORT, 1);
    text::set_paragraphs(&mut one, &place(), &["a", "b"]).unwrap();
    let mut two = device(REPORT, 2);
    two.merge(&mut one).unwrap();
    text::set_paragraphs(&mut one, &place(), &["a", "b đã sửa"]).unwrap();
    text::set_paragraphs(&mut two, &place(), &["a", "mới", "b"]).unwrap();
    exchange(&mut one, &mut two);
    assert_eq!(report(&one).texts[TEXT], ["a", "mới", "b đã sửa"]);
}

#[test]
fn figures_that_conflict_stay_visible_until_somebody_chooses() {
    let (mut one, mut two) = (device(REPORT, 1), device(REPORT, 2));
    set_figure(&mut one, "voters.male", Some(10)).unwrap();
    set_figure(&mut two, "voters.male", Some(12)).unwrap();
    set_figure(&mut one, "voters.female", Some(9)).unwrap();
    set_figure(&mut two, "voters.female", Some(9)).unwrap();
    exchange(&mut one, &mut two);
    let read = report(&reloaded(&mut one));
    assert_eq!(read.conflicts().collect::<Vec<_>>(), ["voters.male"], "who agrees has no conflict");
    let figure = &read.figures["voters.male"];
    let doc = one.automerge();
    let content = doc.get(ROOT, "content").unwrap().unwrap().1;
    let figures = doc.get(&content, "figures").unwrap().unwrap().1;
    let winner = doc.get(&figures, "voters.male").unwrap().unwrap().0.into_scalar().unwrap();
    assert_eq!(winner, ScalarValue::Int(figure.value), "the value that every replica shows first");
    assert_eq!(figure.value, figure.conflicts[0].value);
    let mut values: Vec<_> = figure.conflicts.iter().map(|rival| rival.value).collect();
    values.sort_unstable();
    assert_eq!(values, [10, 12]);
    let heads = [one.heads(), two.heads()].concat();
    for rival in &figure.conflicts {
        assert_eq!(rival.change.len(), 64);
        assert_eq!(rival.actor, if rival.value == 10 { "01" } else { "02" }.repeat(16));
        assert!(heads.iter().any(|head| head.to_string() == rival.change));
    }
    // Choosing the value that is shown already resolves it too.
    set_figure(&mut two, "voters.male", Some(figure.value)).unwrap();
    exchange(&mut one, &mut two);
    let resolved = &report(&one).figures["voters.male"];
    assert_eq!((resolved.value, resolved.conflicts.len()), (figure.value, 0));
}

#[test]
fn a_figure_written_while_another_takes_it_back_survives() {
    let mut one = device(REPORT, 1);
    set_figure(&mut one, "voters.male", Some(10)).unwrap();
    let mut two = device(REPORT, 2);
    two.merge(&mut one).unwrap();
    set_figure(&mut one, "voters.male", None).unwrap();
    set_figure(&mut two, "voters.male", Some(11)).unwrap();
    exchange(&mut one, &mut two);
    assert_eq!(report(&one).figure("voters.male"), Some(11));
}

#[test]
fn facts_statuses_and_approvals_that_conflict_are_marked() {
    let (mut one, mut two) = (device(REPORT, 1), device(REPORT, 2));
    set_fact(&mut one, "header.period_end", Some("2021-03-03")).unwrap();
    set_fact(&mut two, "header.period_end", Some("2021-03-04")).unwrap();
    exchange(&mut one, &mut two);
    assert!(report(&one).facts["header.period_end"].contested);

    let (mut one, mut two) = (device("progress/team_comms", 1), device("progress/team_comms", 2));
    progress::act(&mut one, "T1", TaskAction::Start).unwrap();
    progress::act(&mut two, "T1", TaskAction::Finish).unwrap();
    progress::add_note(&mut one, "T1", "một").unwrap();
    progress::add_note(&mut two, "T1", "hai").unwrap();
    exchange(&mut one, &mut two);
    let task = &progress_of(&one).tasks["T1"];
    assert!(task.contested && task.notes.len() == 2, "{task:?}");

    let (mut one, mut two) = (device("publication", 1), device("publication", 2));
    let approval = |head: &str| Approval { heads: vec![head.repeat(64)], ..Approval::default() };
    publication::approve(&mut one, &key("election"), &approval("a")).unwrap();
    publication::approve(&mut two, &key("election"), &approval("b")).unwrap();
    exchange(&mut one, &mut two);
    assert!(publication_of(&one).items[&key("election")].contested);
}

/// What a device may do to a report.
#[derive(Clone, Debug)]
enum Act {
    Figure(u8, Option<i64>),
    Paragraph(usize, String),
    Splice(Splice1),
    Row(String),
    Merge,
}

#[derive(Clone, Debug)]
struct Splice1 {
    paragraph: usize,
    at: usize,
    delete: usize,
    insert: String,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        (0_u8..3, proptest::option::of(0_i64..5)).prop_map(|(field, value)| Act::Figure(field, value)),
        (0_usize..4, "[aăâđêôơưệỗ ]{0,6}").prop_map(|(at, text)| Act::Paragraph(at, text)),
        (0_usize..3, 0_usize..4, 0_usize..3, "[xđ]{0,2}").prop_map(|(paragraph, at, delete, insert)| {
            Act::Splice(Splice1 { paragraph, at, delete, insert })
        }),
        "[a-z]{1,4}".prop_map(Act::Row),
        Just(Act::Merge),
    ]
}

const FIELDS: [&str; 3] = ["voters.male", "voters.female", "logistics.budget_approved"];

fn play(devices: &mut [Document], acts: &[(usize, Act)]) {
    for (who, act) in acts {
        let who = who % devices.len();
        let document = &mut devices[who];
        match act {
            Act::Figure(field, value) => set_figure(document, FIELDS[usize::from(*field)], *value).unwrap(),
            Act::Paragraph(at, text) => text::insert_paragraph(document, &place(), *at, text).unwrap(),
            // Out of range is refused, and that is fine here.
            Act::Splice(Splice1 { paragraph, at, delete, insert }) => drop(text::splice(
                document,
                &place(),
                Splice { paragraph: *paragraph, at: *at, delete: *delete, insert },
            )),
            Act::Row(words) => {
                add_row(document, "next_week.tasks", &[("task", words)]).unwrap();
            }
            Act::Merge => {
                let mut other = devices[(who + 1) % devices.len()].clone();
                devices[who].merge(&mut other).unwrap();
            }
        }
        devices[who].commit("act", 0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn any_order_and_repetition_of_changes_gives_one_state(
        acts in proptest::collection::vec((0_usize..3, act()), 1..24),
        seed in proptest::collection::vec(0_usize..1000, 96),
    ) {
        let mut devices = [device(REPORT, 1), device(REPORT, 2), device(REPORT, 3)];
        play(&mut devices, &acts);
        let mut changes: Vec<Change> = Vec::new();
        for document in &mut devices {
            changes.extend(document.automerge_mut().get_changes(&[]));
        }
        let mut ordered = device(REPORT, 4);
        ordered.apply(changes.clone()).unwrap();
        // Shuffle, with repetitions: every change twice, in an order drawn from the seed.
        let mut twice = [changes.clone(), changes].concat();
        for i in (1..twice.len()).rev() {
            twice.swap(i, seed[i % seed.len()] % (i + 1));
        }
        let mut shuffled = device(REPORT, 5);
        for change in twice {
            shuffled.apply([change]).unwrap();
        }
        prop_assert_eq!(shuffled.heads(), ordered.heads());
        prop_assert_eq!(shuffled.content().unwrap(), ordered.content().unwrap());
        prop_assert_eq!(reloaded(&mut shuffled).content().unwrap(), ordered.content().unwrap());
    }

    #[test]
    fn every_number_of_a_conflict_is_one_that_somebody_wrote_last(
        values in proptest::collection::vec(0_i64..4, 2..5),
    ) {
        let mut devices: Vec<_> = (1..).zip(&values).map(|(i, _)| device(REPORT, i)).collect();
        for (document, value) in devices.iter_mut().zip(&values) {
            set_figure(document, "voters.male", Some(*value)).unwrap();
        }
        let mut all = device(REPORT, 9);
        for document in &mut devices {
            all.merge(document).unwrap();
        }
        let figure = report(&all).figures.remove("voters.male").unwrap();
        let mut seen: Vec<_> = figure.conflicts.iter().map(|rival| rival.value).collect();
        let mut wrote = values.clone();
        seen.sort_unstable();
        wrote.sort_unstable();
        if wrote.first() == wrote.last() {
            prop_assert!(seen.is_empty());
        } else {
            prop_assert_eq!(seen, wrote);
        }
    }
}
