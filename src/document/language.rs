//! Languages in which a notice to the public may be written: those of the province's people, by the code that a page needs in `lang`
//! (BCP 47: the shortest of ISO 639).

use serde::Serialize;

/// A language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Language {
    /// Its code.
    pub code: &'static str,
    /// Its name in Vietnamese.
    pub vi: &'static str,
    /// Its name in English.
    pub en: &'static str,
}

/// All of them, Vietnamese and English first: these two are the site's own.
pub const ALL: [Language; 10] = [
    Language { code: "vi", vi: "Tiếng Việt", en: "Vietnamese" },
    Language { code: "en", vi: "Tiếng Anh", en: "English" },
    Language { code: "hmn", vi: "Tiếng Mông", en: "Hmong" },
    Language { code: "mww", vi: "Tiếng Mông Đơ", en: "Hmong Daw" },
    Language { code: "hnj", vi: "Tiếng Mông Njua", en: "Hmong Njua" },
    Language { code: "blt", vi: "Tiếng Thái Đen", en: "Tai Dam" },
    Language { code: "mtq", vi: "Tiếng Mường", en: "Muong" },
    Language { code: "kjg", vi: "Tiếng Khơ Mú", en: "Khmu" },
    Language { code: "puo", vi: "Tiếng Xinh Mun", en: "Xinh Mun" },
    Language { code: "lo", vi: "Tiếng Lào", en: "Lao" },
];

/// The language of a code, if it is one of them.
pub fn find(code: &str) -> Option<&'static Language> {
    ALL.iter().find(|language| language.code == code)
}

/// All codes, for a message.
pub fn codes() -> String {
    ALL.map(|language| language.code).join(", ")
}
