//! The one gate to the public: [`PublicRecords`] can be made only here, and the site is made only from them.

pub mod facts;

use facts::Facts;
use unicode_normalization::UnicodeNormalization;

/// Facts that have passed the gate. Nothing outside this file can construct one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicRecords(Facts);

impl PublicRecords {
    /// What may be said.
    pub fn facts(&self) -> &Facts {
        &self.0
    }
}

/// One line of text as it may stand on a public page: NFC, controls and line breaks turned to spaces, runs of spaces made one,
/// and without the direction overrides and isolates (U+202A–202E, U+2066–2069) that would reorder the text around them.
pub fn clean(text: &str) -> String {
    let kept: String = text
        .nfc()
        .filter(|c| !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'))
        .map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c })
        .collect();
    kept.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}
