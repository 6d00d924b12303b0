//! What the desk is told of two releases: which pages differ, and the lines of text that a reader sees otherwise.

use std::fs;

use niemyet::document::Key;
use niemyet::document::publication;
use niemyet::document::publication::Notice;
use niemyet::document::publication::NoticeText;
use serde_json::Value;

use super::desk::Desk;
use super::desk::approve;
use super::desk::edit_election;
use super::desk::edit_publication;
use crate::support::cli::Office;

/// What the route tells of the two newest releases.
fn changes(desk: &Desk) -> Value {
    let releases = desk.releases();
    let (new, old) = (releases[0]["id"].as_str().unwrap(), releases[1]["id"].as_str().unwrap());
    let answer = desk.get(&format!("/api/releases/{new}/changes?since={old}"));
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    answer.json()
}

fn page(changes: &Value, path: &str) -> Value {
    let pages = changes["wording"].as_array().unwrap();
    let found = pages.iter().find(|page| page["path"] == path);
    found.unwrap_or_else(|| panic!("{path} is not in {changes}")).clone()
}

fn lines(page: &Value, sort: &str) -> Vec<String> {
    let lines = page[sort]["lines"].as_array().unwrap().iter();
    lines.map(|line| line.as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_lines_that_differ_are_told_page_by_page() {
    let mut desk = Desk::open();
    let mut old = String::new();
    edit_election(&desk.office, |election| {
        old = std::mem::replace(&mut election.units[1].name_vi, "Thành phố Mới".into());
    });
    let text = NoticeText {
        title: "Họp báo & hỏi đáp".into(), paragraphs: vec!["Một đoạn <b>.".into()]
    };
    let notice =
        Notice { id: "hopbao".into(), date: "2021-03-04".into(), texts: [("vi".into(), text)].into() };
    edit_publication(&desk.office, |document| {
        publication::put_notice(document, &notice).unwrap();
        publication::revoke(document, &Key::directive("19/KL-UBBC").unwrap()).unwrap();
    });
    approve(&desk.office, &Key::Election);
    desk.rebuild();
    // Whatever was released by itself in between, all of it has moved since the first.
    let releases = desk.releases();
    let (new, first) = (&releases[0]["id"], &releases.last().unwrap()["id"]);
    let path = format!("/api/releases/{}/changes?since={}", new.as_str().unwrap(), first.as_str().unwrap());
    let changes = desk.get(&path).json();

    let units = page(&changes, "don-vi/index.html");
    assert!(lines(&units, "added").iter().any(|line| line.contains("Thành phố Mới")), "{units}");
    assert!(lines(&units, "removed").iter().any(|line| line.contains(&old)), "{units}");
    assert!(!units["title"].as_str().unwrap().is_empty());
    let new = page(&changes, "thong-bao/hopbao/index.html");
    let said = lines(&new, "added");
    assert!(
        said.contains(&"Họp báo & hỏi đáp".to_owned()) && said.contains(&"Một đoạn <b>.".to_owned()),
        "{new}"
    );
    assert_eq!(new["removed"]["count"], 0, "{new}");
    let gone = page(&changes, "van-ban/19-kl-ubbc/index.html");
    assert_eq!(gone["added"]["count"], 0, "{gone}");
    assert!(
        gone["removed"]["count"].as_u64().unwrap() > 2
            && gone["title"].as_str().unwrap().contains("19/KL-UBBC")
    );
    assert_eq!(changes["wording_left_off"], 0, "{changes}");

    let unknown = desk.get("/api/releases/000009-000000000000/changes?since=000001-000000000000");
    assert_eq!(unknown.status, 404);
    let without = desk.get(&path.replace("since", "seit"));
    assert!((400..500).contains(&without.status), "{}", without.status);
    assert_eq!(desk.serving.terminate(), Some(0));
}

#[test]
fn lines_and_pages_are_bounded_and_what_is_left_off_is_counted() {
    const LINES: usize = 45;
    const PAGES: usize = 40;
    let office = Office::ready();
    for page in 0..PAGES {
        let path = office.path(&format!("niemyet/site/content/them-{page}.md"));
        fs::write(path, format!("+++\ntitle = \"Trang thêm {page}\"\nweight = {}\n+++\n", 900 + page))
            .unwrap();
    }
    office.ok(&["build"]);
    let mut desk = Desk::serve(office);
    let template = desk.office.path("niemyet/site/templates/base.html");
    let good = fs::read_to_string(&template).unwrap();
    let many: String = (0..LINES).map(|line| format!("<p>Dòng thêm {line}</p>\n")).collect();
    fs::write(&template, good.replace("</footer>", &format!("{many}</footer>"))).unwrap();
    assert_eq!(desk.rebuild()["new"], true);
    let changes = changes(&desk);
    let told = changes["wording"].as_array().unwrap();
    let pages = changes["changed"]["paths"].as_array().unwrap().iter();
    let pages = pages.filter(|path| path.as_str().unwrap().ends_with(".html")).count();
    assert!(told.len() < pages, "{} of {pages}", told.len());
    assert_eq!(changes["wording_left_off"].as_u64().unwrap() as usize, pages - told.len());
    for page in told {
        assert_eq!(page["added"]["count"].as_u64().unwrap() as usize, LINES, "{page}");
        assert!(lines(page, "added").len() < LINES, "{page}");
    }
    assert_eq!(desk.serving.terminate(), Some(0));
}
