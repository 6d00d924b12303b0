//! From public facts to files: every text survives every format, and the same facts give the same bytes.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::NaiveDate;
use niemyet::build::records::Sources;
use niemyet::build::records::source_files;
use niemyet::build::records::text;
use niemyet::build::records::words;
use niemyet::build::records::words::Lang;
use niemyet::build::source::SourceTree;
use niemyet::document::Key;
use niemyet::document::election::Election;
use niemyet::policy::public::PublicRecords;
use proptest::prelude::*;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::public::approved_election;
use crate::public::office::Office;
use crate::public::office::as_of;
use crate::public::text as read;
use crate::search::with_notice;

/// Texts that have broken other people's formats, and any text at all.
fn hostile() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "+++",
        "\n+++\n",
        "\"",
        "\"\"\"",
        "'",
        "\\",
        "`",
        "```",
        "|",
        "<script>alert(1)</script>",
        "&lt;",
        "{{ x() }}",
        "{% raw %}",
        "[a](javascript:x)",
        "![x](y)",
        "# ",
        "- ",
        "1. ",
        "***",
        "~~",
        "<!-- more -->",
        "@/lich/_index.md",
        "\u{202e}",
        "\u{200f}",
        "🗳️",
        "Ễ",
        "đ",
        "Sốp Cộp",
        "=1+1",
        ",",
        ";",
        "\r\n",
        "\t",
        "[^1]",
        ":::",
        "$x$",
        "\u{7f}",
        "http://x.vn",
        "www.x.vn",
        "a@b.vn",
        "&amp;",
        "- [ ] ",
        "> ",
        "    ",
        "+",
        "---",
        "term\n: x",
        "--",
        "...",
    ]);
    prop_oneof![
        prop::collection::vec(pieces.prop_map(str::to_owned), 0..6).prop_map(|pieces| pieces.concat()),
        any::<String>(),
    ]
}

proptest! {
    #[test]
    fn front_matter_gives_back_what_went_in(title in hostile(), cell in hostile()) {
        let mut front = Map::new();
        front.insert("title".into(), json!(title));
        front.insert("extra".into(), json!({ "rows": [{ "name": cell, "none": null, "n": 3 }] }));
        let page = text::page(&front, "body");
        let inner = page.strip_prefix("+++\n").unwrap();
        let end = inner.find("+++").unwrap();
        prop_assert_eq!(&inner[end..], "+++\n\nbody\n", "the first +++ is the end of the front matter");
        let back: toml::Table = toml::from_str(&inner[..end]).unwrap();
        prop_assert_eq!(back["title"].as_str().unwrap(), title);
        prop_assert_eq!(back["extra"]["rows"][0]["name"].as_str().unwrap(), cell);
    }

    #[test]
    fn markdown_shows_the_text_and_nothing_else(text_in in hostile()) {
        use pulldown_cmark::Event;
        let source = text::markdown(&niemyet::policy::public::clean(&text_in));
        prop_assert!(!source.contains("{{") && !source.contains("{%"), "a shortcode: {source}");
        let mut shown = String::new();
        for event in pulldown_cmark::Parser::new_ext(&source, pulldown_cmark::Options::all()) {
            match event {
                Event::Text(text) => shown.push_str(&text),
                Event::Start(pulldown_cmark::Tag::Paragraph) | Event::End(pulldown_cmark::TagEnd::Paragraph) => {}
                other => return Err(TestCaseError::fail(format!("{other:?} from {source:?}"))),
            }
        }
        let wanted = niemyet::policy::public::clean(&text_in);
        prop_assert_eq!(straight(shown.trim()), straight(wanted.trim()));
    }

    #[test]
    fn csv_gives_back_the_text_and_runs_no_formula(cell in hostile()) {
        let line = format!("{},x\r\n", text::csv_cell(&json!(cell)));
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line.as_bytes());
        let row = reader.records().next().unwrap().unwrap();
        prop_assert_eq!(row.len(), 2);
        let back = row.get(0).unwrap();
        prop_assert!(!back.starts_with(['=', '+', '-', '@']), "a spreadsheet would run {back:?}");
        prop_assert_eq!(back.strip_prefix('\'').filter(|rest| *rest == cell).unwrap_or(back), cell);
    }

    #[test]
    fn an_address_is_plain_and_keeps_two_ids_apart(a in hostile(), b in hostile()) {
        let stem = text::stem(&a);
        prop_assert!(stem.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'), "{stem}");
        prop_assert!(!stem.is_empty());
        if a != b {
            prop_assert_ne!(stem, text::stem(&b));
        }
    }
}

/// Smart punctuation may turn quotes and dashes; the letters must stay.
fn straight(text: &str) -> String {
    text.replace(['“', '”'], "\"").replace(['‘', '’'], "'")
}

#[test]
fn the_same_facts_give_the_same_bytes() {
    assert_eq!(Office::seeded("sonla-2021").files(), Office::seeded("sonla-2021").files());
}

#[test]
fn every_page_stands_in_both_languages() {
    let files = Office::seeded("sonla-2021").files();
    let pages: Vec<_> = files.keys().filter(|path| path.starts_with("content/")).collect();
    let (english, vietnamese): (Vec<_>, Vec<_>) =
        pages.into_iter().partition(|path| path.ends_with(".en.md"));
    assert!(vietnamese.len() > 60, "{}", vietnamese.len());
    assert_eq!(english.len(), vietnamese.len());
    for path in vietnamese {
        assert!(files.contains_key(&path.replace(".md", ".en.md")), "{path} has no English twin");
    }
}

#[test]
fn weights_are_unique_within_a_section() {
    let files = Office::seeded("sonla-2021").files();
    for section in ["lich", "don-vi", "nhiem-vu", "van-ban"] {
        let prefix = format!("content/{section}/");
        let pages = files.keys().filter(|path| path.starts_with(&prefix) && !path.ends_with(".en.md"));
        let mut weights: Vec<String> = pages
            .map(|path| {
                read(&files, path).lines().find(|line| line.starts_with("weight")).unwrap().to_owned()
            })
            .collect();
        let all = weights.len();
        weights.sort_unstable();
        weights.dedup();
        assert_eq!(weights.len(), all, "two pages of {section} have one weight: their order would be random");
    }
}

#[test]
fn open_data_is_one_row_for_each_fact_in_both_forms() {
    let office = Office::seeded("sonla-2021");
    let files = office.files();
    for (name, rows) in [("don-vi", 217), ("don-vi-bau-cu", 3), ("nhiem-vu", 6), ("van-ban", 3)] {
        let json: Value =
            serde_json::from_str(&read(&files, &format!("static/du-lieu/{name}.json"))).unwrap();
        assert_eq!(json["rows"].as_array().unwrap().len(), rows, "{name}.json");
        let csv = read(&files, &format!("static/du-lieu/{name}.csv"));
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        assert!(reader.headers().unwrap().iter().any(|column| column == "source" || name == "nhiem-vu"));
        assert_eq!(reader.records().map(Result::unwrap).count(), rows, "{name}.csv");
    }
}

#[test]
fn a_province_without_districts_lists_its_communes() {
    let files = Office::seeded("sonla-2026").files();
    let data: Value = serde_json::from_str(&read(&files, "data/don-vi.vi.json")).unwrap();
    assert_eq!(data["units"].as_array().unwrap().len(), 75);
    assert_eq!(data["districts"], json!(0));
    assert_eq!(data["constituencies"], json!([]), "their units are in no source that was found");
}

#[test]
fn coming_dates_start_with_the_nearest() {
    let files = Office::seeded("sonla-2021").files();
    let next: Value = serde_json::from_str(&read(&files, "data/sap-toi.vi.json")).unwrap();
    let days: Vec<_> =
        next["next"].as_array().unwrap().iter().map(|step| step["days"].as_i64().unwrap()).collect();
    assert_eq!(days.len(), 6);
    assert!(days.is_sorted() && days[0] >= 0, "{days:?}");
}

#[test]
fn pages_of_the_timetable_speak_to_the_public() {
    let notes = [
        "not the law",
        "none",
        "->",
        "iframe",
        " home\"",
        "UBBC ",
        "UBBC/",
        "(QH)",
        "TT HĐND",
        "\"Đ8",
        "dưới 50%",
    ];
    let wrong = [
        "ứng cử Hội đồng",
        "trúng cử Hội đồng",
        "ứng cử HĐND",
        "trúng cử HĐND",
        "iệp thương 1",
        "iệp thương 3",
    ];
    for dataset in ["sonla-2021", "sonla-2026"] {
        let files = Office::seeded(dataset).files();
        for path in files.keys().filter(|path| path.starts_with("content/lich/") && !path.ends_with(".en.md"))
        {
            let page = read(&files, path);
            let found: Vec<_> = notes.iter().chain(&wrong).filter(|words| page.contains(**words)).collect();
            assert!(found.is_empty(), "{dataset}: {path} says {found:?}:\n{page}");
        }
    }
}

#[test]
fn calendars_write_names_and_articles_out() {
    let files = Office::seeded("sonla-2021").files();
    let calendar = read(&files, "static/lich/ec-commune-set-up.ics").replace("\r\n ", "");
    assert!(calendar.contains("khoản\u{a0}2 Điều\u{a0}22"), "{calendar}");
    assert!(calendar.contains("Ủy ban nhân dân cấp xã"), "{calendar}");
    assert!(!calendar.contains("Đ22.2") && !calendar.contains("UBND"), "{calendar}");
}

/// The data of the first page as the day `month`/`day` of 2021 sees it.
fn first_page_data(name: &str, month: u32, day: u32) -> Value {
    let files = site_on(month, day);
    serde_json::from_str(&read(&files, &format!("data/{name}.json"))).unwrap()
}

fn site_on(month: u32, day: u32) -> SourceTree {
    let day = NaiveDate::from_ymd_opt(2021, month, day).unwrap();
    source_files(&Office::seeded("sonla-2021").try_records(day).unwrap()).unwrap()
}

#[test]
fn the_first_page_knows_election_day_and_its_hours() {
    let today = first_page_data("chung.vi", 5, 23);
    assert_eq!((&today["days_left"], &today["voting_hours"]), (&json!(0), &json!("07:00 đến 19:00")));
    assert_eq!(first_page_data("chung.en", 5, 23)["voting_hours"], json!("07:00 to 19:00"));
    assert_eq!(first_page_data("chung.vi", 5, 24)["days_left"], json!(-1));
}

#[test]
fn a_coming_date_gives_its_hour() {
    let next = first_page_data("sap-toi.vi", 3, 5);
    let steps = next["next"].as_array().unwrap();
    let deadline = steps.iter().find(|step| step["id"] == "dossier_deadline").unwrap();
    assert_eq!(deadline["time"], json!("17:00"));
    let board = steps.iter().find(|step| step["id"] == "board_na_set_up").unwrap();
    assert_eq!(board["time"], Value::Null);
}

#[test]
fn what_has_begun_lasts_until_what_closes_it() {
    // Dossiers are taken in from 22 February to 14 March 2021.
    let days = [((2, 21), "ahead"), ((2, 22), "now"), ((3, 14), "now"), ((3, 15), "past")];
    for ((month, day), state) in days {
        let page = read(&site_on(month, day), "content/lich/dossier-open.md");
        assert!(page.contains(&format!("state = \"{state}\"")), "{day}/{month}: {page}");
    }
}

#[test]
fn citations_and_names_are_written_out() {
    assert_eq!(
        words::article("Đ25.2.d, Đ70", Lang::Vi),
        "điểm\u{a0}d khoản\u{a0}2 Điều\u{a0}25, Điều\u{a0}70"
    );
    assert_eq!(words::article("Đ5; NQ 133/2020/QH14", Lang::En), "article\u{a0}5; Resolution 133/2020/QH14");
    assert_eq!(
        words::article("Đ29.4, Đ30.2-30.4", Lang::Vi),
        "khoản\u{a0}4 Điều\u{a0}29, khoản\u{a0}2 đến khoản\u{a0}4 Điều\u{a0}30"
    );
    assert_eq!(
        words::article("Đ29.4, Đ30.2-30.4", Lang::En),
        "article\u{a0}29(4), article\u{a0}30(2) to\u{a0}(4)"
    );
    assert_eq!(words::article("Đ90-92", Lang::Vi), "Điều\u{a0}90 đến Điều\u{a0}92");
    assert_eq!(
        words::article("NQ 1186/2021 Đ8.1", Lang::Vi),
        "khoản\u{a0}1 Điều\u{a0}8 Nghị quyết 1186/2021"
    );
    assert_eq!(words::article("NQ 1186/2021 Đ8.1", Lang::En), "article\u{a0}8(1) of Resolution 1186/2021");
    assert_eq!(words::article("KH 42/KH-HĐBCQG", Lang::Vi), "Kế hoạch 42/KH-HĐBCQG");
    assert_eq!(words::article("19/KL-UBBC", Lang::Vi), "19/KL-UBBC");
    assert_eq!(
        words::spell_out("Thành lập Ban bầu cử ĐBQH (HĐND)"),
        "Thành lập Ban bầu cử đại biểu Quốc hội (Hội đồng nhân dân)"
    );
    assert_eq!(words::spell_out("17/KH-UBBC"), "17/KH-UBBC");
    assert_eq!(
        words::resolution("NQ 133/2020/QH14 ngày 17/11/2020"),
        "Nghị quyết 133/2020/QH14 ngày 17/11/2020"
    );
    assert_eq!(words::resolution("19/KL-UBBC"), "19/KL-UBBC");
    let own = "Ủy ban bầu cử tỉnh Sơn La (UBBC tỉnh)";
    assert_eq!(words::spell_out(own), own, "it says itself what it means");
}

/// The office with its election otherwise.
fn with(change: impl FnOnce(&mut Election)) -> Office {
    let mut office = Office::seeded("sonla-2021");
    let mut election = approved_election(&office);
    change(&mut election);
    office.write_election(&election);
    office.approve(&Key::Election);
    office
}

/// The same office as it was, and with each kind of fact moved.
fn versions() -> Vec<(&'static str, PublicRecords)> {
    let mut notice = Office::seeded("sonla-2021");
    with_notice(&mut notice, "bo-phieu", &["vi", "en"]);
    let mut fewer = Office::new(&approved_election(&Office::seeded("sonla-2021")));
    fewer.approve(&Key::Election);
    let rename = |election: &mut Election| election.units[3].name_vi = "Huyện Đổi Tên".to_owned();
    let seats = |election: &mut Election| election.constituencies[0].seats += 1;
    let body =
        |election: &mut Election| election.bodies.iter_mut().for_each(|body| body.name_vi.push_str(" mới"));
    let date = |election: &mut Election| election.dates[0].date = "2021-03-01".to_owned();
    let title = |election: &mut Election| election.name_vi.push_str(" lại");
    vec![
        ("as it was", Office::seeded("sonla-2021").records()),
        ("another day", Office::seeded("sonla-2021").try_records(as_of().succ_opt().unwrap()).unwrap()),
        ("a unit's name", with(rename).records()),
        ("seats", with(seats).records()),
        ("names of bodies", with(body).records()),
        ("a date", with(date).records()),
        ("the election's name", with(title).records()),
        ("a notice", notice.records()),
        ("no directive", fewer.records()),
    ]
}

#[test]
fn what_goes_on_from_before_is_what_would_be_made_anew() {
    let all: Vec<_> = versions()
        .into_iter()
        .map(|(name, records)| (name, Sources::new(records.clone(), None).unwrap(), records))
        .collect();
    for (from, before, _) in &all {
        for (to, fresh, records) in &all {
            let went_on = Sources::new(records.clone(), Some(before)).unwrap();
            assert!(went_on.files() == fresh.files(), "from `{from}` to `{to}`");
            assert!(from == to || before.files() != fresh.files(), "`{from}` and `{to}` are the same");
        }
    }
}

#[test]
fn a_name_of_a_unit_makes_only_what_tells_of_units() {
    let before = Sources::new(Office::seeded("sonla-2021").records(), None).unwrap();
    let records = with(|election| election.units[3].name_vi = "Huyện Đổi Tên".to_owned()).records();
    let after = Sources::new(records, Some(&before)).unwrap();
    let (before, after) = (before.files(), after.files());
    let made =
        after.iter().filter(|(path, bytes)| !before.get(*path).is_some_and(|old| Arc::ptr_eq(old, bytes)));
    let subjects: BTreeSet<&str> = made
        .map(|(path, _)| match path.rsplit_once('/') {
            Some((folder @ "content/don-vi", _)) => folder,
            _ => path.split('.').next().unwrap_or_default(),
        })
        .collect();
    let told = ["content/don-vi", "data/don-vi", "static/du-lieu/don-vi", "static/tim-kiem/don-vi"];
    assert_eq!(subjects, BTreeSet::from(told), "made anew");
}
