//! Listens for canaries in bytes: as they are, and in the forms in which a text hides in a file.

use std::fmt::Write as _;

use memchr::memmem;

/// Everything that was written, in one piece.
pub struct Ear {
    text: String,
    lower: String,
}

impl Ear {
    /// Takes in paths and bytes alike: a name of a file is public too.
    pub fn new<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Self {
        let mut text = String::new();
        for (path, bytes) in files {
            let _ = write!(text, "{path}\n{}\n", String::from_utf8_lossy(bytes));
        }
        let lower = text.to_lowercase();
        Self { text, lower }
    }

    /// Whether a canary occurs: plain, as HTML's character references, percent-encoded, hexadecimal (in any case), as base64.
    pub fn hears(&self, canary: &str) -> bool {
        let heard = |text: &str, form: &str| memmem::find(text.as_bytes(), form.as_bytes()).is_some();
        heard(&self.lower, canary)
            || spelt(canary).iter().any(|form| heard(&self.lower, form))
            || base64_forms(canary).iter().any(|form| heard(&self.text, form))
    }
}

/// Every letter written as a number.
fn spelt(canary: &str) -> [String; 4] {
    let each = |form: fn(u8) -> String| canary.bytes().map(form).collect();
    [
        each(|byte| format!("{byte:02x}")),
        each(|byte| format!("%{byte:02x}")),
        each(|byte| format!("&#{byte};")),
        each(|byte| format!("&#x{byte:x};")),
    ]
}

/// The inner characters of a text's base64 at each of the three alignments.
fn base64_forms(text: &str) -> [String; 3] {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    [0, 1, 2].map(|skip| {
        let inner = &text.as_bytes()[skip..];
        let whole = inner.chunks_exact(3).flat_map(|three| {
            let bits = u32::from(three[0]) << 16 | u32::from(three[1]) << 8 | u32::from(three[2]);
            [18, 12, 6, 0].map(|shift| char::from(DIGITS[(bits >> shift & 63) as usize]))
        });
        whole.collect()
    })
}

#[test]
fn a_canary_is_heard_in_every_form() {
    let canary = "chimvang0042k";
    let references: String = canary.chars().map(|letter| format!("&#x{:X};", u32::from(letter))).collect();
    let decimal: String = canary.bytes().map(|byte| format!("&#{byte};")).collect();
    let percent: String = canary.bytes().map(|byte| format!("%{byte:02X}")).collect();
    for (path, text) in [
        ("a.md", "x ChimVang0042K y"),
        ("chimvang0042k.md", ""),
        ("a.md", "eHh4Y2hpbXZhbmcwMDQya3h4eA=="),
        ("a.md", "6368696D76616e67303034326b"),
        ("a.md", &references),
        ("a.md", &decimal),
        ("a.md", &percent),
    ] {
        let with_rubbish = [&[0xff, 0xfe], text.as_bytes(), &[0xff]].concat();
        assert!(Ear::new([("b", &b"x"[..]), (path, &with_rubbish)]).hears(canary), "{path}: {text}");
    }
    assert!(!Ear::new([("a.md", &b"chimvang0041k"[..])]).hears(canary));
}
