//! The audit log only grows, is read page by page, and shows every change made past it.

use std::sync::Arc;

use niemyet_sync::access::AccountId;
use niemyet_sync::audit::Audit;
use niemyet_sync::audit::Event;
use niemyet_sync::audit::Filter;
use niemyet_sync::database::Mode;
use niemyet_sync::maintenance;

use crate::store::support::ANNE;
use crate::store::support::BINH;
use crate::store::support::Folder;
use crate::store::support::act;

fn written(folder: &Folder) -> Audit {
    let audit = Audit::new(folder.database(Mode::Alone));
    for number in 0..10_i64 {
        let by = [Some(ANNE), Some(BINH), None][number as usize % 3];
        let event = [Event::Login, Event::ChangeRefused][number as usize % 2];
        audit.record(act(number * 100, by), event, &format!("subject {}", number % 5), "why").unwrap();
    }
    audit
}

fn ids(audit: &Audit, filter: &Filter, before: Option<i64>, limit: usize) -> Vec<i64> {
    audit.latest(filter, before, limit).unwrap().iter().map(|entry| entry.id).collect()
}

#[test]
fn it_is_read_newest_first_page_by_page_and_by_what_matters() {
    let folder = Folder::with_store();
    let audit = written(&folder);
    let all = Filter::default();
    assert_eq!(ids(&audit, &all, None, 4), [10, 9, 8, 7]);
    assert_eq!(ids(&audit, &all, Some(7), 4), [6, 5, 4, 3]);
    assert_eq!(ids(&audit, &all, Some(3), 4), [2, 1]);
    assert_eq!(ids(&audit, &Filter { account: Some(BINH), ..all.clone() }, None, 9), [8, 5, 2]);
    assert_eq!(ids(&audit, &Filter { event: Some(Event::ChangeRefused), ..all.clone() }, None, 2), [10, 8]);
    assert_eq!(ids(&audit, &Filter { subject: Some("subject 3".into()), ..all.clone() }, None, 9), [9, 4]);
    assert_eq!(ids(&audit, &Filter { from: Some(300), until: Some(500), ..all }, None, 9), [5, 4]);
    let follow: Vec<i64> = audit.after(8, 9).unwrap().iter().map(|entry| entry.id).collect();
    assert_eq!(follow, [9, 10]);
    let entry = audit.after(0, 1).unwrap().remove(0);
    assert_eq!((entry.at, entry.account, entry.details.as_str()), (0, Some(ANNE), "why"));
}

#[test]
fn long_details_are_cut() {
    let folder = Folder::with_store();
    let audit = Audit::new(folder.database(Mode::Alone));
    audit.record(act(1, None), Event::ChangeRefused, "s", &"ệ".repeat(100_000)).unwrap();
    assert_eq!(audit.after(0, 1).unwrap()[0].details.chars().count(), 1_000);
}

#[test]
fn the_database_forbids_to_change_or_delete_entries() {
    let folder = Folder::with_store();
    written(&folder);
    let replace = "INTO audit (id, at, account, event, subject, details, hash) \
        SELECT id, at, account, event, subject, 'nothing', hash FROM audit WHERE id = 4";
    for sql in [
        "DELETE FROM audit",
        "UPDATE audit SET details = ''",
        "UPDATE OR REPLACE audit SET id = 3 WHERE id = 4",
        "DELETE FROM audit WHERE id = 10",
        &format!("INSERT OR REPLACE {replace}"),
        &format!("REPLACE {replace}"),
    ] {
        let error = folder.raw().execute(sql, []).unwrap_err();
        assert!(error.to_string().contains("only grows"), "{error}");
    }
}

#[test]
fn a_change_a_gap_and_a_cut_end_show() {
    let folder = Folder::with_store();
    let audit = written(&folder);
    let whole = std::fs::read(folder.path()).unwrap();
    drop(audit);
    assert!(!whole.is_empty());
    let clean = maintenance::check(&folder.database(Mode::Alone)).unwrap();
    assert_eq!((clean.audit, clean.problems), (10, vec![]));
    for (sql, said) in [
        ("UPDATE audit SET details = 'nothing' WHERE id = 4", "entry 4 of the audit log"),
        ("UPDATE audit SET account = NULL WHERE id = 1", "entry 1 of the audit log"),
        ("UPDATE audit SET event = 'something' WHERE id = 7", "entry 7 of the audit log"),
        ("DELETE FROM audit WHERE id = 5", "entry 5 of the audit log"),
        ("DELETE FROM audit WHERE id > 8", "it ends at entry 8, but 10 were written"),
        ("DELETE FROM audit", "it ends at entry 0, but 10 were written"),
    ] {
        let folder = Folder::with_store();
        drop(written(&folder));
        let raw = folder.raw();
        let triggers = "SELECT group_concat(sql, ';') FROM sqlite_schema WHERE type = 'trigger'";
        let triggers: String = raw.query_row(triggers, [], |row| row.get(0)).unwrap();
        raw.execute_batch(
            "DROP TRIGGER audit_stays; DROP TRIGGER audit_is_fixed; DROP TRIGGER audit_is_once",
        )
        .unwrap();
        assert!(raw.execute(sql, []).unwrap() > 0);
        raw.execute_batch(&triggers).unwrap();
        drop(raw);
        let database = folder.database(Mode::Alone);
        let problems = maintenance::check(&database).unwrap().problems;
        assert!(problems.iter().any(|problem| problem.to_string().contains(said)), "{sql}: {problems:?}");
        // Reading says so too, as far as it reads the place.
        if !sql.contains("> 8") && sql != "DELETE FROM audit" {
            let read = Audit::new(Arc::clone(&database)).latest(&Filter::default(), None, 100);
            assert!(read.unwrap_err().to_string().contains("audit log"), "{sql}");
        }
    }
}

#[test]
fn every_event_has_its_word() {
    for (event, word) in Event::ALL {
        assert_eq!((event.word(), Event::of(word)), (*word, Some(*event)));
    }
    assert_eq!(Event::of("nothing"), None);
    assert_eq!(Event::AccountDisabled.word(), "account-disabled");
}

#[test]
fn two_processes_write_one_log() {
    let folder = Folder::with_store();
    let (one, two) = (Audit::new(folder.database(Mode::Alone)), Audit::new(folder.database(Mode::Beside)));
    std::thread::scope(|scope| {
        for audit in [&one, &two] {
            scope.spawn(move || {
                for number in 0..20 {
                    audit.record(act(number, Some(AccountId(1))), Event::Login, "x", "").unwrap();
                }
            });
        }
    });
    assert_eq!(two.latest(&Filter::default(), None, 100).unwrap().len(), 40);
}
