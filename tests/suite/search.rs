//! The search page and its index: what is public is found, in both languages, and a change rewrites the index of its subject alone.

mod browser;

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use niemyet::build::source::Edit;
use niemyet::build::source::SourceTree;
use niemyet::document::Key;
use niemyet::document::publication::Notice;
use niemyet::document::publication::NoticeText;
use niemyet::document::publication::put_notice;
use niemyet::policy::public::facts::Facts;
use serde_json::Value;

use crate::public::approved_election;
use crate::public::office::Office;
use crate::public::office::as_of;
use crate::site::by_engine;
use crate::site::by_zola;
use crate::site::project;
use crate::site::project_of;
use crate::site::project_on;
use crate::support::tree;
use crate::support::tree::Tree;

/// The files of the index, without their language.
const SUBJECTS: [&str; 5] = ["don-vi", "lich", "nhiem-vu", "thong-bao", "van-ban"];

pub fn with_notice(office: &mut Office, id: &str, languages: &[&str]) {
    let text = |lang: &str| NoticeText {
        title: format!("Tiêu đề {lang}"),
        paragraphs: vec![format!("Đoạn thứ nhất {lang}."), format!("Đoạn thứ hai {lang}.")],
    };
    let texts = languages.iter().map(|lang| ((*lang).to_owned(), text(lang))).collect();
    let notice = Notice { id: id.to_owned(), date: "2021-03-01".to_owned(), texts };
    let document = office.documents.get_mut(&Key::Publication).unwrap();
    put_notice(document, &notice).unwrap();
    document.commit("notice", 0);
}

/// Two notices, one of which is in another language than the site's too.
fn office() -> Office {
    let mut office = Office::seeded("sonla-2021");
    with_notice(&mut office, "bo-phieu", &["vi", "en", "hmn"]);
    with_notice(&mut office, "chi-tieng-viet", &["vi"]);
    office
}

fn is_shard(path: &str) -> bool {
    path.starts_with("tim-kiem/") && path.ends_with(".json")
}

fn rows(site: &Tree, subject: &str, lang: &str) -> Vec<Value> {
    let path = format!("tim-kiem/{subject}.{lang}.json");
    let shard: Value = serde_json::from_slice(site.get(&path).unwrap_or_else(|| panic!("{path}"))).unwrap();
    assert!(shard["kind"].as_str().is_some_and(|kind| !kind.is_empty()), "{path}");
    shard["rows"].as_array().unwrap().clone()
}

fn titles(site: &Tree, subject: &str, lang: &str) -> Vec<String> {
    rows(site, subject, lang).iter().map(|row| row["title"].as_str().unwrap().to_owned()).collect()
}

/// How many rows each subject must have for these facts.
fn wanted(facts: &Facts) -> BTreeMap<&'static str, usize> {
    let others: usize = facts.notices.iter().map(|notice| notice.others.len()).sum();
    BTreeMap::from([
        ("don-vi", facts.units.len() + facts.constituencies.len()),
        ("lich", facts.steps.len()),
        ("nhiem-vu", facts.owners.iter().map(|owner| owner.tasks.len()).sum()),
        ("thong-bao", facts.notices.len() + others),
        ("van-ban", facts.documents.len()),
    ])
}

#[test]
fn everything_public_is_in_the_index_in_both_languages() {
    let office = office();
    let records = office.records();
    let site = by_engine(project_of(&office));
    let shards: BTreeSet<&str> = site.keys().map(String::as_str).filter(|path| is_shard(path)).collect();
    assert_eq!(shards.len(), 2 * SUBJECTS.len(), "{shards:?}");
    for lang in ["vi", "en"] {
        for (subject, count) in wanted(records.facts()) {
            assert_eq!(rows(&site, subject, lang).len(), count, "{subject}.{lang}");
            assert!(count > 2, "{subject}: {count}");
        }
        let units = titles(&site, "don-vi", lang);
        for unit in &records.facts().units {
            assert!(units.contains(&unit.name), "{}", unit.name);
        }
    }
    for (lang, step, document) in [
        ("vi", "Niêm yết danh sách cử tri", "Kết luận số 19/KL-UBBC"),
        ("en", "Voter lists posted", "Conclusion No. 19/KL-UBBC"),
    ] {
        let steps = titles(&site, "lich", lang);
        assert!(steps.iter().any(|title| title.starts_with(step)), "{steps:?}");
        assert!(titles(&site, "van-ban", lang).contains(&document.to_owned()));
    }
    let notices = titles(&site, "thong-bao", "en");
    let (english, hmong, untranslated) = ("Tiêu đề en", "Tiêu đề hmn", "Tiêu đề vi");
    assert_eq!(
        BTreeSet::from_iter(notices.iter().map(String::as_str)),
        [english, hmong, untranslated].into()
    );
}

#[test]
fn every_row_leads_to_a_place_that_is_there_in_its_language() {
    for dataset in ["sonla-2021", "sonla-2026"] {
        let mut office = Office::seeded(dataset);
        with_notice(&mut office, "bo-phieu", &["vi", "en", "blt"]);
        let site = by_engine(project_of(&office));
        let mut places = BTreeSet::new();
        for (lang, root) in [("vi", "/"), ("en", "/en/")] {
            for row in SUBJECTS.iter().flat_map(|subject| rows(&site, subject, lang)) {
                let path = row["path"].as_str().unwrap();
                let (page, fragment) = path.split_once('#').unwrap_or((path, ""));
                assert!(page.starts_with(root) && (lang == "en") == page.starts_with("/en/"), "{path}");
                let file = format!("{}index.html", page.trim_start_matches('/'));
                let html = String::from_utf8_lossy(site.get(&file).unwrap_or_else(|| panic!("{path}")));
                let ids = html.matches(&format!("id=\"{fragment}\"")).count();
                assert!(fragment.is_empty() || ids == 1, "{path}: {ids} places");
                assert!(places.insert(path.to_owned()), "{path} is that of two rows");
            }
        }
        assert!(places.len() > 250, "{dataset}: {}", places.len());
    }
}

#[test]
fn a_unit_is_found_with_the_unit_above_it_and_its_constituency() {
    let site = by_engine(project("sonla-2021"));
    let units = rows(&site, "don-vi", "vi");
    let row = |title: &str| units.iter().find(|row| row["title"] == title).unwrap().clone();
    let district = row("Huyện Mường La");
    assert_eq!(district["path"], "/don-vi/huyen-muong-la-120/");
    assert_eq!(district["text"], "Tỉnh Sơn La · Đơn vị bầu cử số\u{a0}2 · mã\u{a0}120");
    let commune = row("Xã Mường Bú");
    assert_eq!(commune["path"], "/don-vi/huyen-muong-la-120/#dv-03847");
    assert_eq!(commune["text"], "Huyện Mường La · Đơn vị bầu cử số\u{a0}2 · mã\u{a0}03847");
    // Nobody has verified which constituency it is: then only the constituency's own row tells, with its mark.
    let mut office = Office::seeded("sonla-2021");
    let mut election = approved_election(&office);
    election.constituencies.iter_mut().for_each(|one| one.provenance.verified = false);
    election
        .units
        .iter_mut()
        .filter(|unit| unit.code == "120")
        .for_each(|unit| unit.provenance.verified = false);
    office.write_election(&election);
    office.approve(&Key::Election);
    let site = by_engine(project_of(&office));
    for row in rows(&site, "don-vi", "vi") {
        let (title, text) = (row["title"].as_str().unwrap(), row["text"].as_str().unwrap());
        let is_constituency = title.starts_with("Đơn vị bầu cử");
        assert!(!text.contains("Đơn vị bầu cử"), "{row}");
        let of_unverified = title == "Huyện Mường La" || text.contains("Huyện Mường La ·");
        assert_eq!(row["unverified"] == true, is_constituency || of_unverified, "{row}");
    }
}

#[test]
fn an_unverified_step_and_a_text_in_another_language_say_so() {
    let site = by_engine(project("sonla-2021"));
    for lang in ["vi", "en"] {
        let steps = rows(&site, "lich", lang);
        let marked = |row: &&Value| row["path"].as_str().unwrap().ends_with("/lich/polling-areas-fixed/");
        assert_eq!(steps.iter().find(marked).unwrap()["unverified"], true);
        let day = |row: &&Value| row["path"].as_str().unwrap().ends_with("/lich/election-day/");
        let day = steps.iter().find(day).unwrap();
        assert!(day["unverified"].is_null() && day["words"].as_str().unwrap().contains("23/5/2021"), "{day}");
    }
    let documents = rows(&site, "van-ban", "en");
    let plan = documents.iter().find(|row| row["title"] == "Plan No. 17/KH-UBBC").unwrap();
    assert_eq!((&plan["textLang"], &plan["titleLang"]), (&"vi".into(), &Value::Null));
}

/// Which outputs an edit of the project writes or removes.
fn moved(before: &SourceTree, after: &SourceTree) -> BTreeSet<String> {
    let (mut engine, _) = crate::incremental::full(before).unwrap();
    let gone = before.keys().filter(|path| !after.contains_key(*path)).map(|path| (path, None));
    let new = after.iter().filter(|(path, bytes)| before.get(*path) != Some(bytes));
    let new = new.map(|(path, bytes)| (path, Some(bytes.clone())));
    let edits: Vec<Edit> = gone.chain(new).map(|(path, bytes)| Edit { path: path.clone(), bytes }).collect();
    let changes = engine.apply(&edits).unwrap();
    changes.written.into_iter().map(|(path, _)| path).chain(changes.removed).collect()
}

/// Those of the search.
fn moved_of_search(before: &SourceTree, after: &SourceTree) -> Vec<String> {
    let moved = moved(before, after);
    assert!(!moved.is_empty());
    moved.into_iter().filter(|path| path.contains("tim-kiem")).collect()
}

#[test]
fn a_change_rewrites_the_index_of_its_subject_and_no_other() {
    let office = office();
    let before = project_of(&office);
    let mut renamed = self::office();
    let mut election = approved_election(&renamed);
    election
        .units
        .iter_mut()
        .filter(|unit| unit.code == "120")
        .for_each(|unit| unit.name_vi = "Huyện Khác".into());
    renamed.write_election(&election);
    renamed.approve(&Key::Election);
    let units = ["tim-kiem/don-vi.en.json", "tim-kiem/don-vi.vi.json"];
    assert_eq!(moved_of_search(&before, &project_of(&renamed)), units);

    let mut noticed = self::office();
    with_notice(&mut noticed, "moi", &["vi"]);
    let notices = ["tim-kiem/thong-bao.en.json", "tim-kiem/thong-bao.vi.json"];
    assert_eq!(moved_of_search(&before, &project_of(&noticed)), notices);

    // What is written by hand stands on the search page itself: pages of the root, and sections, but not the pages in them.
    let with = |site: &SourceTree, path: &str| {
        let page = "+++\ntitle = \"Hỏi đáp\"\ndescription = \"Câu hỏi thường gặp.\"\n+++\n";
        let mut site = site.clone();
        site.insert(path.to_owned(), page.as_bytes().into());
        site
    };
    assert_eq!(moved_of_search(&before, &with(&before, "content/hoi-dap.md")), ["tim-kiem/index.html"]);
    let section = with(&before, "content/tin/_index.md");
    assert_eq!(moved_of_search(&before, &section), ["tim-kiem/index.html"]);
    assert_eq!(moved_of_search(&section, &with(&section, "content/tin/mot.md")), [""; 0]);
}

#[test]
fn the_day_of_the_build_is_not_in_the_index() {
    let office = Office::seeded("sonla-2021");
    let later = project_on(&office, as_of().succ_opt().unwrap());
    let moved = moved(&project_of(&office), &later);
    assert!(moved.contains("index.html") && moved.iter().all(|path| !is_shard(path)), "{moved:?}");
}

#[test]
fn a_site_of_many_pages_lists_a_hundred_on_the_search_page() {
    let mut project = project("sonla-2021");
    for number in 0..150 {
        let page = format!("+++\ntitle = \"Trang {number}\"\n+++\n");
        project.insert(format!("content/trang-{number:03}.md"), page.into_bytes().into());
    }
    let site = by_engine(project.clone());
    let page = String::from_utf8_lossy(&site["tim-kiem/index.html"]).into_owned();
    assert!(page.contains("href=\"/trang-000/\"") && !page.contains("href=\"/trang-149/\""));
    assert_eq!(page.matches("<li><a href=\"/trang-").count(), 96, "after three of the site's own and itself");
    let zola = by_zola(&project);
    assert!(zola["tim-kiem/index.html"] == site["tim-kiem/index.html"]);
    tree::assert_equal(("zola", &zola), ("ours", &site));
}

#[test]
fn the_script_asks_for_the_index_that_there_is() {
    let site = by_engine(project("sonla-2021"));
    for page in ["tim-kiem/index.html", "en/tim-kiem/index.html"] {
        let html = String::from_utf8_lossy(&site[page]).into_owned();
        let (_, names) = html.split_once("data-bang=\"").unwrap();
        let names: BTreeSet<&str> = names.split_once('"').unwrap().0.split(' ').collect();
        assert_eq!(names, SUBJECTS.into());
    }
    let script = String::from_utf8_lossy(&site["tim-kiem.js"]).into_owned();
    for banned in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"]
    {
        assert!(!script.contains(banned), "{banned}");
    }
    let words = script
        .lines()
        .filter(|line| !line.trim_start().starts_with("//") && !line.trim_start().starts_with('*'));
    let strange: Vec<&str> =
        words.filter(|line| line.contains(|c: char| !c.is_ascii() && !"đ“”…".contains(c))).collect();
    assert!(
        strange.iter().all(|line| line.trim_start().starts_with("/**")),
        "it speaks a language: {strange:?}"
    );
}
