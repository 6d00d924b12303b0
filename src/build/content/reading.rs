//! How many words a page has and how long it takes to read.

use unicode_segmentation::UnicodeSegmentation;

/// Words a person reads in a minute, as Zola counts.
const WORDS_PER_MINUTE: usize = 200;

/// Words (Unicode word segmentation, UAX #29, of the text outside ``` fences) and minutes, rounded up.
#[must_use]
pub fn reading_time(text: &str) -> (usize, usize) {
    let words = text.split("```").step_by(2).map(count_words).sum::<usize>();
    (words, words.div_ceil(WORDS_PER_MINUTE))
}

/// A space always ends a word (WB3a, WB3b, WB999), so the text is counted token by token; a token of plain Latin letters
/// and digits is one word, which spares most of the text the general segmentation.
fn count_words(text: &str) -> usize {
    text.split_ascii_whitespace()
        .map(|token| if token.chars().all(is_plain) { 1 } else { token.unicode_words().count() })
        .sum()
}

/// Letters and digits between which UAX #29 never breaks (`ALetter` and `Numeric` of the Latin script).
fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || (matches!(c, '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}') && !matches!(c, '×' | '÷'))
}
