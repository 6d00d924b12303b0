//! Texts of reference data: names, bytes and paths as a hostile user would write them.

use niemyet::reference::Kind;
use niemyet::reference::parse;
use unicode_normalization::UnicodeNormalization;

use super::LAWS;
use super::dataset;
use super::files;
use super::problems;
use super::refused;
use super::with;

#[test]
fn characters_that_deceive_are_refused_by_code_point() {
    let name = "Phường Chiềng Lề";
    refused("units.csv", (name, "Phường \u{202e}Chiềng Lề"), Kind::Name, &["U+202E", "direction"]);
    refused("units.csv", (name, "Phường \u{200f}Chiềng Lề"), Kind::Name, &["U+200F"]);
    refused("units.csv", (name, "Phường\u{7}Chiềng Lề"), Kind::Name, &["U+0007", "control character"]);
    refused("units.csv", (name, "\"Phường\nChiềng Lề\""), Kind::Name, &["U+000A"]);
    refused("units.csv", (name, ""), Kind::Name, &["`name_vi` is empty"]);
    refused("units.csv", (name, "  "), Kind::Name, &["`name_vi` is empty"]);
    refused(
        "directive.toml",
        ("signer_name = \"Hoàng", "signer_name = \"\\u2066Hoàng"),
        Kind::Name,
        &["U+2066"],
    );
}

#[test]
fn odd_but_legal_names_survive() {
    let letters = "ĂÂĐÊÔƠƯ ăâđêôơư ÁÀẢÃẠ ẮẰẲẴẶ ẤẦẨẪẬ ÉÈẺẼẸ ẾỀỂỄỆ ÍÌỈĨỊ ÓÒỎÕỌ ỐỒỔỖỘ ỚỜỞỠỢ ÚÙỦŨỤ ỨỪỬỮỰ ÝỲỶỸỴ";
    let odd = format!("{letters} 'nháy' <script>alert(1)</script> & 👩‍👩‍👧 ꪼ");
    let cell = format!("\"{odd} \"\"kép\"\"\"");
    let (files, _) = with("units.csv", "Phường Chiềng Lề", &cell);
    let dataset = parse(&files, &LAWS).unwrap_or_else(|problems| panic!("{problems}"));
    let unit = dataset.election.units.iter().find(|unit| unit.code == "03646").unwrap();
    assert_eq!(unit.name_vi, format!("{odd} \"kép\""));
}

#[test]
fn names_are_composed_alike_however_they_were_typed() {
    let split: String = "Phường Chiềng Lề".nfd().collect();
    let (files, _) = with("units.csv", "Phường Chiềng Lề", &split);
    assert_eq!(parse(&files, &LAWS).unwrap(), dataset("sonla-2021"));
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_are_no_obstacle() {
    let mut files = files("sonla-2021");
    let path = "data/sonla-2021/units.csv".to_owned();
    let text = String::from_utf8(files[&path].clone()).unwrap();
    files.insert(path, format!("\u{feff}{}", text.replace('\n', "\r\n")).into_bytes());
    assert_eq!(parse(&files, &LAWS).unwrap(), dataset("sonla-2021"));
}

#[test]
fn bytes_that_are_not_text_are_refused_with_their_line() {
    for name in ["units.csv", "election.toml", "directive-19-KL-UBBC.md"] {
        let mut files = files("sonla-2021");
        let path = format!("data/sonla-2021/{name}");
        let bytes = files.get_mut(&path).unwrap();
        let second = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        bytes[second] = 0xff;
        let found = problems(&files);
        let first = found.iter().find(|problem| problem.kind == Kind::Encoding).unwrap();
        assert_eq!((first.file.as_str(), first.line), (path.as_str(), Some(2)), "{first}");
    }
}

#[test]
fn a_path_that_climbs_is_refused() {
    for path in ["../secret.md", "/etc/passwd", "a/../../b.md", "", ".", "a\\\\b.md", "C:x.md"] {
        let new = format!("text = \"{path}\"");
        refused(
            "directive.toml",
            ("text = \"directive-19-KL-UBBC.md\"", &new),
            Kind::File,
            &["leaves the folder"],
        );
    }
    refused(
        "directive.toml",
        ("text = \"directive-19-KL-UBBC.md\"", "text = \"other.md\""),
        Kind::File,
        &["is not there"],
    );
}
