//! What waits for a decision, how it would look, and what is left after a withdrawal.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;

use niemyet::document::Content;
use niemyet::document::Key;
use niemyet::document::Kind;
use niemyet::document::directive::Directive;
use niemyet::document::publication;
use niemyet::document::publication::Approval;
use niemyet::document::publication::Hold;
use niemyet::document::publication::Notice;
use niemyet::document::publication::NoticeText;
use niemyet::document::publication::Publication;
use niemyet::document::publication::Rule;
use niemyet::document::write_directive;
use niemyet::policy::public::Shown;
use niemyet::release::Store;
use niemyet::replica::disk::RealDisk;
use serde_json::Value;
use serde_json::json;

use super::desk::Desk;
use super::desk::edit;
use super::desk::edit_election;
use super::desk::edit_publication;
use super::desk::heads;
use super::desk::show_by_rule;
use crate::support::cli::files;
use crate::support::http::ask;

fn directive() -> Key {
    Key::directive("19/KL-UBBC").unwrap()
}

fn edit_directive(desk: &Desk, change: impl FnOnce(&mut Directive)) {
    edit(&desk.office, &directive(), |document| {
        let Content::Directive(mut directive) = document.content().unwrap() else { panic!("no directive") };
        change(&mut directive);
        write_directive(document, &directive).unwrap();
    });
}

fn item(desk: &Desk, key: &Key) -> Value {
    let all = desk.get("/api/publication").json();
    let found = all["items"].as_array().unwrap().iter().find(|item| item["key"] == key.to_string());
    found.unwrap_or_else(|| panic!("{key} is not in {all}")).clone()
}

#[test]
fn what_changed_is_listed_old_beside_new_as_the_public_would_see_it() {
    let desk = Desk::open();
    let before = item(&desk, &directive());
    assert_eq!(
        (before["state"].as_str(), before["changes"].as_array().map(Vec::len)),
        (Some("shown"), Some(0))
    );
    let mut task = String::new();
    edit_directive(&desk, |directive| {
        let public = directive.tasks.iter_mut().find(|task| task.publish == "public").unwrap();
        public.text_vi = "Lời mới của nhiệm vụ.".into();
        task = public.id.clone();
        let inner = directive.tasks.iter_mut().find(|task| task.publish != "public").unwrap();
        inner.text_vi = "Việc nội bộ không ai ngoài được biết.".into();
        directive.text_vi.push_str("Toàn văn cũng không.");
    });
    let changed = item(&desk, &directive());
    assert_eq!(changed["state"], "changed", "{changed}");
    let changes = changed["changes"].as_array().unwrap();
    assert!(!changes.is_empty());
    for change in changes {
        assert_eq!(
            (change["field"].as_str(), change["new"].as_str()),
            (Some("text.vi"), Some("Lời mới của nhiệm vụ."))
        );
        assert!(change["where"]["vi"].as_str().unwrap().contains(&task), "{change}");
        assert!(change["old"].as_str().is_some_and(|old| !old.is_empty()), "{change}");
    }
    let all = desk.get("/api/publication").json().to_string();
    assert!(
        !all.contains("nội bộ không ai") && !all.contains("Toàn văn cũng không"),
        "a private field is offered"
    );

    let hold = Hold {
        heads: heads(&desk.office, &directive()),
        by: "team_comms".into(),
        at: "2021-03-05T09:00:00+07:00".into(),
        reason: "chờ ý kiến".into(),
    };
    edit_publication(&desk.office, |document| publication::hold(document, &directive(), &hold).unwrap());
    let held = item(&desk, &directive());
    assert_eq!((held["state"].as_str(), held["held"]["reason"].as_str()), (Some("held"), Some("chờ ý kiến")));
    edit_directive(&desk, |directive| directive.subject_vi.push_str(" (sửa)"));
    assert_eq!(item(&desk, &directive())["state"], "changed", "it has moved on since");

    assert_eq!(item(&desk, &Key::Election)["state"], "shown");
    show_by_rule(&desk.office);
    edit_election(&desk.office, |election| election.units[1].name_vi = "Tên khác".into());
    let by_rule = desk.until("/api/publication", |all| {
        all["items"].as_array().unwrap().iter().any(|item| item["byRule"] == true && item["state"] == "shown")
    });
    assert_eq!(by_rule["rules"][0]["kind"], "election");
}

/// The search of a preview has its script and its index.
fn its_search_is_its_own(desk: &Desk, preview: &str) {
    let search = desk.get(&format!("{preview}tim-kiem/"));
    assert!(search.headers["content-security-policy"].contains("script-src 'self'; connect-src 'self'"));
    let page = String::from_utf8(search.body).unwrap();
    assert!(page.contains(&format!("src=\"{preview}tim-kiem.js?h=")), "{page}");
    let shard = desk.get(&format!("{preview}tim-kiem/nhiem-vu.vi.json"));
    assert!(String::from_utf8(shard.body).unwrap().contains("Xem trước."));
}

/// The lines of both are told, page by page.
fn tells_lines(wording: &Value, new: &str) {
    let mut pages = wording.as_array().unwrap().iter();
    let comes = pages.find(|page| page["added"]["lines"].to_string().contains(new));
    assert!(comes.and_then(|page| page["removed"]["count"].as_u64()) > Some(0), "{wording}");
}

#[test]
fn a_preview_is_the_whole_site_as_it_would_be_and_only_for_the_desk() {
    let mut desk = Desk::open();
    edit_directive(&desk, |directive| {
        directive
            .tasks
            .iter_mut()
            .filter(|task| task.publish == "public")
            .for_each(|task| task.text_vi = "Xem trước.".into());
    });
    let wanted = json!({ "approve": { directive().to_string(): heads(&desk.office, &directive()) } });
    let made = desk.post("/api/preview", &wanted);
    assert_eq!(made.status, 200, "{}", String::from_utf8_lossy(&made.body));
    let made = made.json();
    let changed = made["pages"]["changed"]["paths"].as_array().unwrap();
    assert!(!changed.is_empty() && changed.len() < 200, "{made}");
    let path =
        made["url"].as_str().unwrap().strip_prefix(&format!("http://{}", desk.address)).unwrap().to_owned();
    let mut seen = false;
    for page in changed.iter().filter_map(Value::as_str).filter(|page| page.ends_with(".html")) {
        let answer = desk.get(&format!("{path}{page}"));
        let text = String::from_utf8(answer.body).unwrap();
        assert_eq!(answer.status, 200, "{page}");
        assert!(
            answer.headers["content-security-policy"].contains("style-src 'self'"),
            "{:?}",
            answer.headers
        );
        assert_eq!(
            (answer.headers["cache-control"].as_str(), answer.headers["x-robots-tag"].as_str()),
            ("no-store", "noindex, nofollow")
        );
        assert!(
            text.contains(&format!("{path}main.css")) && !text.contains("href=\"/main.css"),
            "{page}: {text}"
        );
        seen |= text.contains("Xem trước.");
    }
    assert!(seen, "{changed:?}");
    tells_lines(&made["pages"]["wording"], "Xem trước.");
    its_search_is_its_own(&desk, &path);
    // What would not change is there as well, and what is not the desk's sees none of it.
    assert_eq!(desk.get(&format!("{path}lich/")).status, 200);
    assert_eq!(desk.get(&format!("{path}khong-co/")).status, 404);
    assert_eq!(ask(desk.address, &format!("GET {path}"), &[]).status, 401);
    assert!(!desk.public("/nhiem-vu/").contains("Xem trước."));
    let unknown = desk.post("/api/preview", &json!({ "approve": { "progress/team_comms": ["a"] } }));
    assert_eq!((unknown.status, unknown.json()["code"].as_str()), (422, Some("not-publishable")));
    // The preview is, page for page, what is then released.
    super::desk::approve(&desk.office, &directive());
    let state = desk.rebuild();
    assert_eq!(state["phase"], "done");
    let releases = desk.releases();
    let (new, old) = (releases[0]["id"].as_str().unwrap(), releases[1]["id"].as_str().unwrap());
    let changes = desk.get(&format!("/api/releases/{new}/changes?since={old}")).json();
    for sort in ["added", "changed", "removed"] {
        assert_eq!(changes[sort], made["pages"][sort], "{sort}");
    }
    assert_eq!(changes["wording"], made["pages"]["wording"]);
    assert_eq!(desk.serving.terminate(), Some(0));
}

#[test]
fn what_is_withdrawn_leaves_no_trace_in_the_new_release() {
    const SECRET: &str = "rutlai7319";
    let mut desk = Desk::open();
    let text =
        NoticeText { title: format!("Thông báo {SECRET}"), paragraphs: vec![format!("Đoạn {SECRET}.")] };
    let texts = ["vi", "en"].map(|language| (language.to_owned(), text.clone())).into();
    let notice = Notice { id: SECRET.into(), date: "2021-03-04".into(), texts };
    let before = desk.release_ids();
    edit_directive(&desk, |directive| {
        directive.subject_vi.push_str(SECRET);
        directive
            .tasks
            .iter_mut()
            .filter(|task| task.publish == "public")
            .for_each(|task| task.text_vi.push_str(SECRET));
    });
    edit_publication(&desk.office, |document| publication::put_notice(document, &notice).unwrap());
    super::desk::approve(&desk.office, &directive());
    desk.rebuild();
    let told = traces(&desk, SECRET);
    // In every sort of file, plain and packed, so that it would be found in each.
    for sort in ["atom.xml", "sitemap.xml", ".json", ".csv", ".html", ".html.gz", ".html.br"] {
        for folder in ["", "en/"] {
            let is_so = |path: &&String| path.ends_with(sort) && path.starts_with("en/") == (folder == "en/");
            let is_of_both = sort == "atom.xml" || sort.contains(".html");
            assert!(
                told.iter().any(|path| is_so(&path)) || (!is_of_both && folder == "en/"),
                "{folder}{sort}: {told:?}"
            );
        }
    }
    assert!(told.iter().any(|path| path.starts_with("thong-bao/")), "{told:?}");
    let of_search =
        ["thong-bao.vi", "thong-bao.en", "nhiem-vu.vi", "nhiem-vu.en", "van-ban.vi", "van-ban.en"];
    for shard in of_search.map(|name| format!("tim-kiem/{name}.json")) {
        for packed in ["", ".gz", ".br"] {
            assert!(told.contains(&format!("{shard}{packed}")), "{shard}{packed}: {told:?}");
        }
        assert!(desk.public(&format!("/{shard}")).to_lowercase().contains(SECRET), "/{shard}");
    }
    // What is durable is released by itself: the notice may have had a release before the directive's.
    let stored = stored_traces(&desk, SECRET, &before);
    for sort in [".manifest", ".pack", ".json", ".csv", ".html", "atom.xml", "sitemap.xml"] {
        assert!(stored.iter().any(|name| name.ends_with(sort)), "{sort}: {stored:?}");
    }
    let before = desk.release_ids();
    edit_publication(&desk.office, |document| {
        publication::remove_notice(document, SECRET).unwrap();
        publication::revoke(document, &directive()).unwrap();
    });
    desk.rebuild();
    assert_eq!(traces(&desk, SECRET), Vec::<String>::new());
    assert_eq!(stored_traces(&desk, SECRET, &before), Vec::<String>::new());
    for path in told.iter().filter(|path| !path.ends_with(".gz") && !path.ends_with(".br")) {
        assert!(!desk.public(&format!("/{path}")).to_lowercase().contains(SECRET), "/{path} says it still");
    }
    let gone = ask(desk.address, &format!("GET /thong-bao/{SECRET}/"), &[]);
    assert_eq!(gone.status, 404);
    assert_eq!(desk.serving.terminate(), Some(0));
}

/// Files of the current release that hold the word, in their bytes, their name, or what they are once they are unpacked.
fn traces(desk: &Desk, word: &str) -> Vec<String> {
    desk.office.ok(&["release", "export", "out", "--compressed"]);
    let exported = files(&desk.office.path("out"));
    let current = desk.current();
    let store = Store::open(&desk.office.path("niemyet/releases"), std::sync::Arc::new(RealDisk));
    let pages = store.load(&current).unwrap().paths(niemyet::release::Kind::Page).len();
    assert!(exported.len() > pages, "the packed forms are there too");
    let found = exported.into_iter().filter(|(path, bytes)| holds(path, bytes, word)).map(|(path, _)| path);
    let found = found.collect();
    fs::remove_dir_all(desk.office.path("out")).unwrap();
    found
}

/// Whether a file holds the word, in its name, its bytes, or what they are once they are unpacked.
fn holds(path: &str, bytes: &[u8], word: &str) -> bool {
    let mut plain = Vec::new();
    match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("gz") => drop(flate2::read::GzDecoder::new(bytes).read_to_end(&mut plain).unwrap()),
        Some("br") => brotli::BrotliDecompress(&mut &*bytes, &mut plain).unwrap(),
        _ => {}
    }
    [path.as_bytes(), bytes, &plain].into_iter().any(|bytes| {
        // Whatever its letters, and where a format breaks its lines within a word (RFC 5545, section 3.1).
        let text = String::from_utf8_lossy(bytes).to_lowercase();
        text.contains(word) || text.replace("\r\n ", "").contains(word)
    })
}

/// What holds the word among all that stands in the releases' folder and is not of a release before: other files by their names, what is
/// in packs by its path. That a path is no more there is said in a row without bytes, which is no trace.
fn stored_traces(desk: &Desk, word: &str, before: &BTreeSet<String>) -> Vec<String> {
    let folder = desk.office.path("niemyet/releases");
    let store = Store::open(&folder, std::sync::Arc::new(RealDisk));
    let (older, newer): (Vec<_>, Vec<_>) =
        store.ids().unwrap().into_iter().partition(|id| before.contains(id));
    let mut all = files(&folder);
    for id in older {
        all.remove(&format!("{id}.manifest"));
        for layer in store.load(&id).unwrap().layers() {
            layer.packs.keys().for_each(|pack| drop(all.remove(&format!("packs/{pack}.pack"))));
        }
    }
    assert!(all.keys().any(|name| name.ends_with(".pack")), "it has no pack of its own: {:?}", all.keys());
    for id in newer {
        let manifest = all.get_mut(&format!("{id}.manifest")).unwrap();
        let rows = String::from_utf8(std::mem::take(manifest)).unwrap();
        let says_gone = |row: &Value| row["kind"].is_string() && row["at"].is_null();
        let rows = rows.lines().filter(|row| !says_gone(&serde_json::from_str(row).unwrap()));
        *manifest = rows.collect::<Vec<_>>().join("\n").into_bytes();
        let release = store.load(&id).unwrap();
        let own = &release.layers()[0];
        for ((kind, path), location) in &own.rows {
            let is_new = |pack: &String| all.contains_key(&format!("packs/{pack}.pack"));
            if let Some(at) = location.as_ref().filter(|at| is_new(&at.pack)) {
                let bytes = own.packs[&at.pack].read(at.offset, at.size).unwrap();
                all.insert(format!("{kind:?} {path}"), bytes);
            }
        }
    }
    all.into_iter().filter(|(name, bytes)| holds(name, bytes, word)).map(|(name, _)| name).collect()
}

/// A publication with these records, as a merge of two devices leaves it.
fn merged(approved: &[(Key, &str)], held: &[(Key, &str)], rule: bool) -> Publication {
    let heads = |letter: &str| vec![letter.repeat(64)];
    let approval = |letter: &str| Approval { heads: heads(letter), ..Approval::default() };
    let hold = |letter: &str| Hold { heads: heads(letter), ..Hold::default() };
    Publication {
        items: approved.iter().map(|(key, at)| (key.clone(), approval(at))).collect(),
        held: held.iter().map(|(key, at)| (key.clone(), hold(at))).collect(),
        rules: rule.then(|| (Kind::Election, Rule::default())).into_iter().collect(),
        ..Publication::default()
    }
}

/// The first letter of the heads at which a document is shown while all stand at `now`.
fn shown_at(publication: &Publication, key: &Key, now: &str) -> Option<String> {
    let shown = Shown::now(publication, |_| Some(vec![now.repeat(64)]));
    shown.items().get(key).map(|at| at.heads[0][..1].to_owned())
}

#[test]
fn what_is_approved_and_held_back_at_the_same_heads_is_not_shown_but_for_the_election() {
    // The site stands on the election: it goes on as it was approved.
    for (key, same) in [(directive(), None), (Key::Election, Some("a"))] {
        for rule in [false, true] {
            let both = merged(&[(key.clone(), "a")], &[(key.clone(), "a")], rule);
            assert_eq!(shown_at(&both, &key, "a").as_deref(), same, "{key}, rule {rule}");
            assert_eq!(both.is_held_back(&key), same.is_none(), "what is said is what is so: {key}");
            let later = merged(&[(key.clone(), "a")], &[(key.clone(), "b")], rule);
            assert_eq!(shown_at(&later, &key, "b").as_deref(), Some("a"), "{key}, rule {rule}");
        }
    }
}

#[test]
fn what_is_held_back_under_a_rule_stays_so_after_further_edits() {
    let held = merged(&[(Key::Election, "a")], &[(Key::Election, "b")], true);
    assert_eq!(shown_at(&held, &Key::Election, "c").as_deref(), Some("a"), "the last approval");
    let never = merged(&[], &[(Key::Election, "b")], true);
    assert_eq!(shown_at(&never, &Key::Election, "c"), None);
    let taken_back = merged(&[(Key::Election, "a")], &[], true);
    assert_eq!(shown_at(&taken_back, &Key::Election, "c").as_deref(), Some("c"));
}

#[test]
fn what_is_shown_by_rule_is_neither_approved_nor_withdrawn_in_a_preview() {
    let mut desk = Desk::open();
    show_by_rule(&desk.office);
    let approve = json!({ "approve": { "election": heads(&desk.office, &Key::Election) } });
    let withdraw = json!({ "withdraw": ["election"] });
    for (decision, words) in [(withdraw, "cannot be withdrawn"), (approve, "shown by rule")] {
        let refused = desk.post("/api/preview", &decision);
        let said = refused.json();
        assert_eq!(refused.status, 422, "{said}");
        assert!(said.to_string().contains(words), "{said}");
    }
    assert_eq!(desk.serving.terminate(), Some(0));
}

#[test]
fn a_directive_is_named_by_the_approved_election_and_long_values_are_cut() {
    let mut desk = Desk::open();
    edit_election(&desk.office, |election| {
        election.bodies.iter_mut().for_each(|body| body.name_vi = "Tên chưa duyệt".into());
    });
    edit_directive(&desk, |directive| {
        let public = directive.tasks.iter_mut().filter(|task| task.publish == "public");
        public.for_each(|task| task.text_vi = "Dài. ".repeat(20_000));
    });
    let changed = item(&desk, &directive());
    let changes = changed["changes"].as_array().unwrap();
    assert!(!changes.is_empty() && !changed.to_string().contains("Tên chưa duyệt"), "{changed}");
    assert!(changes.iter().all(|change| change["new"].as_str().unwrap().chars().count() < 5_000));
    assert_eq!(desk.serving.terminate(), Some(0));
}
