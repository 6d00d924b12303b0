//! Notices to the public: what each must have, and the languages beside the site's own.

use std::fs;

use super::desk::Desk;
use crate::support::cli::Office;
use crate::support::http::ask;

const COMMS: [&str; 2] = ["--body", "team_comms"];

fn notice<'a>(language: &'a str, title: &'a str, paragraphs: &[&'a str]) -> Vec<&'a str> {
    let mut all =
        vec!["publish", "notice", "lich", "--date", "2021-03-04", "--language", language, "--title", title];
    paragraphs.iter().for_each(|paragraph| all.extend(["--text", paragraph]));
    all.extend(COMMS);
    all
}

#[test]
fn a_notice_without_words_or_in_an_unknown_language_is_refused_in_words() {
    let office = Office::ready();
    for (language, title, paragraphs, words) in [
        ("vi", "", &["Một đoạn."][..], "no Vietnamese title"),
        ("vi", " \u{a0}", &["Một đoạn."], "no Vietnamese title"),
        ("vi", "\u{202a}\u{feff} ", &["Một đoạn."], "no Vietnamese title"),
        ("vi", "Lịch", &["\u{feff}", "\u{2067} \u{2069}"], "no Vietnamese text"),
        ("vi", "Lịch", &[], "no Vietnamese text"),
        ("vi", "Lịch", &["", "  "], "no Vietnamese text"),
        ("en", "Dates", &["A paragraph."], "no Vietnamese title"),
        ("fr", "Dates", &["Un alinéa."], "hmn"),
        ("<b>", "Dates", &["."], "hmn"),
    ] {
        // A language is typed wrong; words that are missing are refused.
        let code = if words == "hmn" { 2 } else { 1 };
        let said = office.fails(code, &notice(language, title, paragraphs));
        assert!(said.contains(words) && said.contains(" / "), "{language} {title:?} {paragraphs:?}: {said}");
    }
    let mut dated = notice("vi", "Lịch", &["Một đoạn."]);
    dated[4] = "0021-03-04";
    let said = office.fails(1, &dated);
    assert!(said.contains("0021") && said.contains("1946") && said.contains(" / "), "{said}");
    office.ok(&notice("vi", "Lịch", &["Một đoạn."]));
    let half = office.fails(1, &notice("hmn", "Sij hawm", &[]));
    assert!(half.contains("needs both a title and a text"), "{half}");
    office.ok(&["build", "--out", "out"]);
    let page = fs::read_to_string(office.path("out/thong-bao/lich/index.html")).unwrap();
    assert!(page.contains("Một đoạn.") && !page.contains("Sij hawm"), "{page}");
}

#[test]
fn other_languages_stand_beside_the_vietnamese_text_with_their_code() {
    let office = Office::ready();
    office.ok(&notice("vi", "Lịch bỏ phiếu", &["Từ 7 giờ."]));
    office.ok(&notice("hmn", "A <b> & c", &["Ib", "Ob {{ x }}"]));
    office.ok(&notice("blt", "Đ", &["E"]));
    office.ok(&["build"]);
    let mut desk = Desk::serve(office);
    for (path, hmong, tai) in
        [("/thong-bao/lich/", "Tiếng Mông", "Tiếng Thái Đen"), ("/en/thong-bao/lich/", "Hmong", "Tai Dam")]
    {
        let page = desk.public(path);
        for words in [
            "lang=\"hmn\"",
            "lang=\"blt\"",
            "A &lt;b&gt; &amp; c",
            "<p>Ib</p>",
            "<p>Ob {{ x }}</p>",
            "Lịch bỏ phiếu",
            "Từ 7 giờ",
            hmong,
            tai,
            "href=\"#hmn\"",
        ] {
            assert!(page.contains(words), "{path} lacks {words}: {page}");
        }
    }
    // The names of the languages are the page's own words, what is written in them is not.
    let english = desk.public("/en/thong-bao/lich/");
    assert!(english.contains("<h1 lang=\"vi\">"), "{english}");
    assert_eq!(ask(desk.address, "GET /thong-bao/khong-co/", &[]).status, 404);
    assert_eq!(desk.serving.terminate(), Some(0));
    desk.office.ok(&["release", "verify"]);
}
