//! The public site as a whole: the real Zola and our engine make the same of it, and its pages keep their promises.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use chrono::NaiveDate;
use niemyet::build::engine::Engine;
use niemyet::build::engine::Memory;
use niemyet::build::records;
use niemyet::build::source::SourceTree;
use niemyet::document::Key;
use sha2::Digest;
use sha2::Sha256;

use crate::public::approved_election;
use crate::public::office::Office;
use crate::public::office::as_of;
use crate::support::tree;
use crate::support::tree::Tree;
use crate::support::zola;

/// The whole Zola project of an office: `site/` with what its records add.
pub fn project(dataset: &str) -> SourceTree {
    project_of(&Office::seeded(dataset))
}

pub fn project_of(office: &Office) -> SourceTree {
    project_on(office, as_of())
}

pub fn project_on(office: &Office, day: NaiveDate) -> SourceTree {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("site");
    let site: SourceTree = tree::read(&folder)
        .expect("site/ can be read")
        .into_iter()
        .map(|(path, bytes)| (path, bytes.into()))
        .collect();
    records::project(&site, &office.try_records(day).unwrap()).unwrap()
}

pub fn by_engine(project: SourceTree) -> Tree {
    let pages = Memory::default();
    Engine::build(project, &pages).unwrap_or_else(|error| panic!("{error}"));
    pages.into_inner()
}

pub fn by_zola(project: &SourceTree) -> Tree {
    let folder = tempfile::tempdir().unwrap();
    let (root, out) = (folder.path().join("project"), folder.path().join("out"));
    fs::create_dir(&root).unwrap();
    let plain: Tree = project.iter().map(|(path, bytes)| (path.clone(), bytes.to_vec())).collect();
    tree::write(&root, &plain).unwrap();
    zola::build(&root, &out).unwrap_or_else(|error| panic!("{error}"));
    tree::read(&out).unwrap()
}

#[test]
fn the_real_zola_makes_the_same_site() {
    for dataset in ["sonla-2021", "sonla-2026"] {
        let project = project(dataset);
        let zola = by_zola(&project);
        assert!(zola.len() > 150, "{dataset}: only {} files", zola.len());
        tree::assert_equal(("zola", &zola), (dataset, &by_engine(project)));
    }
}

fn pages(site: &Tree) -> impl Iterator<Item = (&str, &str)> {
    let pages = site.iter().filter(|(path, _)| path.ends_with(".html"));
    pages.map(|(path, bytes)| (path.as_str(), std::str::from_utf8(bytes).unwrap()))
}

/// How many scripts a page may have: the search page has its one file, and no other page has any.
fn scripts(path: &str) -> usize {
    usize::from(matches!(path, "tim-kiem/index.html" | "en/tim-kiem/index.html"))
}

#[test]
fn every_page_is_small_and_the_search_page_alone_has_a_script() {
    let site = by_engine(project("sonla-2021"));
    let common = site["main.css"].len() + site["bieu-tuong.svg"].len();
    for (path, html) in pages(&site) {
        assert!(!html.contains(" style="), "{path} has inline style");
        assert_eq!(html.matches("<script").count(), scripts(path), "{path}");
        assert_eq!(
            html.matches("<script type=\"module\" src=\"/tim-kiem.js?h=").count(),
            scripts(path),
            "{path}"
        );
        let common = common + scripts(path) * site["tim-kiem.js"].len();
        assert!(html.len() + common < 50_000, "{path}: {} bytes uncompressed", html.len() + common);
    }
}

#[test]
fn every_link_within_the_site_leads_somewhere() {
    let site = by_engine(project("sonla-2021"));
    let mut broken = BTreeSet::new();
    for (path, html) in pages(&site) {
        let places = html.split("href=\"").skip(1).chain(html.split("src=\"").skip(1));
        let links = places.filter_map(|rest| rest.split('"').next());
        for link in links.filter(|link| link.starts_with('/')) {
            let (page, fragment) = link.split_once('#').unwrap_or((link, ""));
            let (file, hash) = page.split_once("?h=").unwrap_or((page, ""));
            let file = file.trim_start_matches('/');
            let file = if file.is_empty() || file.ends_with('/') {
                format!("{file}index.html")
            } else {
                file.into()
            };
            let found = site.get(&file).is_some_and(|bytes| {
                let id = format!("id=\"{fragment}\"");
                let is_there = fragment.is_empty() || String::from_utf8_lossy(bytes).contains(&id);
                is_there && (hash.is_empty() || hash == format!("{:x}", Sha256::digest(bytes)))
            });
            if !found {
                broken.insert(format!("{path}: {link}"));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn every_page_names_its_language_title_and_one_heading() {
    let site = by_engine(project("sonla-2021"));
    for (path, html) in pages(&site).filter(|(path, _)| *path != "404.html") {
        let lang = if path.starts_with("en/") { "<html lang=\"en\">" } else { "<html lang=\"vi\">" };
        assert!(html.contains(lang), "{path}: not {lang}");
        assert_eq!(html.matches("<h1").count(), 1, "{path}");
        assert!(html.contains("class=\"bo-qua\""), "{path}: no skip link");
        assert!(html.contains("Trang trình diễn") || html.contains("Demonstration"), "{path}: no banner");
    }
}

/// Days that a text names in words: "ngày 19 tháng 3 năm 2021".
fn days_in_words(text: &str) -> Vec<NaiveDate> {
    let number = |part: &str| part.split_whitespace().next()?.trim_end_matches(',').parse::<u32>().ok();
    let text = text.replace('\u{a0}', " ");
    let named = text.split("ngày ").skip(1).filter_map(|part| {
        let (day, rest) = part.split_once(" tháng ")?;
        let (month, year) = rest.split_once(" năm ")?;
        let year = year.get(..4)?.parse().ok()?;
        NaiveDate::from_ymd_opt(year, number(month)?, number(day)?)
    });
    named.collect()
}

#[test]
fn a_date_for_machines_is_one_that_people_read_there() {
    for dataset in ["sonla-2021", "sonla-2026"] {
        let site = by_engine(project(dataset));
        let mut compared = 0;
        for (path, html) in pages(&site) {
            for time in html.split("<time ").skip(1) {
                let (tag, rest) = time.split_once('>').unwrap();
                let text = rest.split_once("</time>").unwrap().0;
                let days = days_in_words(text);
                let machine = tag.split('"').find_map(|part| part.parse::<NaiveDate>().ok());
                if let (Some(machine), false) = (machine, days.is_empty()) {
                    compared += 1;
                    assert!(days.contains(&machine), "{path}: {machine} beside \"{text}\"");
                }
            }
        }
        assert!(compared > 20, "{dataset}: {compared} dates in words");
    }
}

#[test]
fn a_province_without_districts_speaks_of_none() {
    let site = by_engine(project("sonla-2026"));
    for path in ["index.html", "don-vi/index.html", "en/index.html", "en/don-vi/index.html"] {
        let html = String::from_utf8_lossy(&site[path]).to_lowercase();
        for word in ["huyện", "district", "thị trấn", "township"] {
            assert!(!html.contains(word), "{path} speaks of {word}");
        }
    }
}

/// The site of 2021 as that day of May sees it, by our engine, after the real Zola has been seen to make the same of it.
fn on_may(day: u32) -> Tree {
    let day = NaiveDate::from_ymd_opt(2021, 5, day).unwrap();
    let project = project_on(&Office::seeded("sonla-2021"), day);
    let ours = by_engine(project.clone());
    tree::assert_equal(("zola", &by_zola(&project)), ("ours", &ours));
    ours
}

#[test]
fn the_vote_is_over_only_on_the_day_after() {
    let pages = [
        ("index.html", "Hôm nay là ngày bầu cử</strong>, bỏ phiếu từ 07:00 đến 19:00.", "Đã bầu xong"),
        (
            "en/index.html",
            "Today is election day</strong>, with voting from 07:00 to 19:00.",
            "The vote has taken place",
        ),
    ];
    for (day, wanted) in [(22, [false, false]), (23, [true, false]), (24, [false, true])] {
        let site = on_may(day);
        for (path, today, over) in pages {
            let html = String::from_utf8_lossy(&site[path]).into_owned();
            assert_eq!([html.contains(today), html.contains(over)], wanted, "{path} on {day} May");
        }
    }
}

#[test]
fn an_empty_list_says_that_it_is_empty() {
    let site = by_engine(project("sonla-2026"));
    for (path, words) in
        [("van-ban/index.html", "Chưa có văn bản"), ("nhiem-vu/index.html", "Chưa có nhiệm vụ")]
    {
        assert!(String::from_utf8_lossy(&site[path]).contains(words), "{path}");
        let full = by_engine(project("sonla-2021"));
        assert!(!String::from_utf8_lossy(&full[path]).contains(words), "{path}");
    }
}

/// A project whose records are full of what pages, Markdown and templates could take for their own.
pub fn hostile_project() -> SourceTree {
    const NAMES: [&str; 6] = [
        "Xã \"Hua\" <script>alert(1)</script>",
        "Xã {{ youtube(id=1) }} {% raw %} +++",
        "Xã `Mường` | [Giôn](javascript:x) **b** \\",
        "Xã \u{202e}noiG gn\u{1b0}\u{1a1}M 🗳️",
        "Xã ẮẰẲẴẶ ấầẩẫậ ƯỨỪỬỮỰ đĐ Ỹ",
        "=Xã&lt;'\u{200f}\n+++\n",
    ];
    let mut office = Office::seeded("sonla-2021");
    let mut election = approved_election(&office);
    for (unit, name) in election.units.iter_mut().zip(NAMES.iter().cycle()) {
        unit.name_vi = (*name).to_owned();
    }
    election.bodies.iter_mut().for_each(|body| body.name_vi = NAMES[0].to_owned());
    office.write_election(&election);
    office.approve(&Key::Election);
    project_of(&office)
}

#[test]
fn names_of_a_hostile_hand_show_as_text_in_both_engines() {
    let project = hostile_project();
    let ours = by_engine(project.clone());
    for (path, html) in pages(&ours) {
        assert_eq!(html.matches("<script").count(), scripts(path), "{path}");
        assert!(!html.contains('\u{202e}'), "{path}");
    }
    tree::assert_equal(("zola", &by_zola(&project)), ("ours", &ours));
}
