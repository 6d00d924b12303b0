//! What whoever operates the server sees.

use std::time::Duration;

use super::support::Door;
use super::support::runtime;

#[test]
fn health_and_readiness_are_public_and_follow_the_server() {
    runtime().block_on(async {
        let door = Door::open().await;
        assert_eq!(door.ask("GET /healthz", &[], "").await.status, 200);
        let ready = door.ask("GET /readyz", &[], "").await;
        assert_eq!((ready.status, ready.body.as_str()), (200, "ready\n"));
        assert!(door.server.stop(Duration::from_secs(10)).await);
        assert_eq!(door.ask("GET /readyz", &[], "").await.problem(), (503, "not-ready".to_owned()));
        assert_eq!(door.ask("GET /healthz", &[], "").await.status, 200);
    });
}

#[test]
fn a_store_that_cannot_be_written_is_not_ready() {
    runtime().block_on(async {
        let door = Door::open().await;
        let path = door.folder.path().join("store.sqlite");
        // Somebody else holds the write lock and does not let go: the nearest to a disk that takes nothing.
        let holder = rusqlite::Connection::open(path).unwrap();
        holder.execute_batch("BEGIN IMMEDIATE").unwrap();
        assert_eq!(door.ask("GET /readyz", &[], "").await.problem(), (503, "not-ready".to_owned()));
    });
}

#[test]
fn metrics_count_and_name_nobody() {
    runtime().block_on(async {
        let door = Door::open().await;
        let anne = door.person("huyen-a", "huyen-a", false).await;
        let mut line = door.client(&anne, "secret-peer").await;
        line.client.begin("progress/a", [1; 16]);
        for number in 0..3 {
            line.client.edit("progress/a", "figure", &number.to_string());
            line.until_acknowledged("progress/a").await;
        }
        assert_eq!(door.ask("GET /metrics", &[], "").await.status, 401);
        let answer = door.browse("GET /metrics", &anne, "").await;
        assert!(answer.header("content-type").unwrap().starts_with("text/plain; version=0.0.4"));
        let text = &answer.body;
        let value = |name: &str| -> f64 {
            let line = text.lines().find_map(|line| line.strip_prefix(&format!("niemyet_sync_{name} ")));
            line.unwrap_or_else(|| panic!("no {name} in {text}")).parse().unwrap()
        };
        assert_eq!((value("connections"), value("changes_kept_total"), value("store_well")), (1.0, 4.0, 1.0));
        assert!(value("messages_received_total") >= 4.0 && value("messages_sent_total") >= 4.0);
        let commits = value("commit_seconds_count");
        assert!((1.0..=4.0).contains(&commits) && value("commit_seconds_sum") > 0.0);
        assert_eq!(value("commit_seconds_bucket{le=\"+Inf\"}"), commits);
        for word in ["huyen-a", "secret-peer", "progress"] {
            assert!(!text.contains(word), "{word} in {text}");
        }
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let (name, number) = line.rsplit_once(' ').unwrap();
            assert!(name.starts_with("niemyet_sync_") && number.parse::<f64>().is_ok(), "{line}");
        }
    });
}
