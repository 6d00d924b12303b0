//! Dates, bounds and citations in words, in both languages of the site.

use chrono::Datelike;
use chrono::NaiveDate;

use crate::policy::public::facts::StepFacts;
use crate::policy::public::facts::Words;

/// A language of the site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lang {
    /// Vietnamese, at the root.
    Vi,
    /// English, under `/en/`.
    En,
}

impl Lang {
    /// Both, Vietnamese first.
    pub const BOTH: [Lang; 2] = [Lang::Vi, Lang::En];

    /// What stands before `.md` in a content file of this language.
    pub fn suffix(self) -> &'static str {
        match self {
            Lang::Vi => "",
            Lang::En => ".en",
        }
    }

    /// The words in this language; Vietnamese where nobody has translated them.
    pub fn of(self, words: &Words) -> &str {
        match self {
            Lang::En if !words.en.is_empty() => &words.en,
            _ => &words.vi,
        }
    }

    /// The tag to put on `words` where the page's own language is not theirs.
    pub fn tag(self, words: &Words) -> Option<&'static str> {
        (self == Lang::En && words.en.is_empty()).then_some("vi")
    }

    /// One of two fixed texts.
    pub fn say<'a>(self, vi: &'a str, en: &'a str) -> &'a str {
        match self {
            Lang::Vi => vi,
            Lang::En => en,
        }
    }
}

const WEEKDAYS_VI: [&str; 7] = ["Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật"];

/// `Chủ nhật, ngày 23 tháng 5 năm 2021`, with spaces that do not break before the numbers; `Sunday 23 May 2021`.
pub fn long_date(day: NaiveDate, lang: Lang) -> String {
    let weekday = usize::try_from(day.weekday().num_days_from_monday()).unwrap_or(0);
    match lang {
        Lang::Vi => format!("{}, {}", WEEKDAYS_VI[weekday], plain_date(day, lang)),
        Lang::En => format!("{} {}", day.format("%A"), plain_date(day, lang)),
    }
}

/// `ngày 23 tháng 5 năm 2021`; `23 May 2021`.
pub fn plain_date(day: NaiveDate, lang: Lang) -> String {
    match lang {
        Lang::Vi => {
            format!("ngày\u{a0}{} tháng\u{a0}{} năm\u{a0}{}", day.day(), day.month(), day.year())
        }
        Lang::En => day.format("%-d\u{a0}%B\u{a0}%Y").to_string(),
    }
}

/// `23/5/2021` in both languages: the order of day and month is the Vietnamese one, so English gets the month's name.
pub fn short_date(day: NaiveDate, lang: Lang) -> String {
    match lang {
        Lang::Vi => format!("{}/{}/{}", day.day(), day.month(), day.year()),
        Lang::En => day.format("%-d\u{a0}%b\u{a0}%Y").to_string(),
    }
}

/// `Tháng 5 năm 2021`; `May 2021`.
pub fn month(day: NaiveDate, lang: Lang) -> String {
    match lang {
        Lang::Vi => format!("Tháng\u{a0}{} năm\u{a0}{}", day.month(), day.year()),
        Lang::En => day.format("%B\u{a0}%Y").to_string(),
    }
}

/// The day under which the schedule lists a step: its limit, or the day its window opens.
pub fn listed_day(step: &StepFacts) -> Option<NaiveDate> {
    match step.bound.as_str() {
        "window" => step.start.or(step.end),
        _ => step.end.or(step.start),
    }
}

/// When a step falls, as a sentence without a full stop: `Chậm nhất Chủ nhật, ngày 14 tháng 3 năm 2021`.
pub fn when(step: &StepFacts, lang: Lang) -> String {
    let day = |day: NaiveDate| long_date(day, lang);
    match (step.bound.as_str(), step.start, step.end) {
        ("window", Some(start), Some(end)) if start != end => {
            format!("{} {} {} {}", lang.say("Từ", "From"), day(start), lang.say("đến", "to"), day(end))
        }
        (bound, start, end) => match end.or(start) {
            Some(date) => join(bound_words(bound, lang), &day(date)),
            None => rule(step, lang),
        },
    }
}

/// When a step falls, for a column of a table: `chậm nhất 14/3/2021`.
pub fn when_short(step: &StepFacts, lang: Lang) -> String {
    let day = |day: NaiveDate| short_date(day, lang);
    match (step.bound.as_str(), step.start, step.end) {
        ("window", Some(start), Some(end)) if start != end => {
            format!("{}\u{a0}– {}", day(start), day(end))
        }
        (bound, start, end) => match end.or(start) {
            Some(date) => join(bound_words(bound, lang), &day(date)),
            None => rule(step, lang),
        },
    }
}

fn join(bound: &str, date: &str) -> String {
    if bound.is_empty() { date.to_owned() } else { format!("{bound} {date}") }
}

fn bound_words(bound: &str, lang: Lang) -> &'static str {
    match bound {
        "at_latest" | "within" => lang.say("Chậm nhất", "By"),
        "from" => lang.say("Từ", "From"),
        "before" => lang.say("Trước", "Before"),
        "after" => lang.say("Sau", "After"),
        _ => "",
    }
}

/// The rule in words, with a capital: `Chậm nhất 70 ngày trước ngày bầu cử`.
fn rule(step: &StepFacts, lang: Lang) -> String {
    capital(lang.of(&step.rule))
}

/// The text with its first letter in upper case.
pub fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// What officials write short and the public should not have to guess, longest first.
const SPELT_OUT: [(&str, &str); 10] = [
    ("UBTVQH", "Ủy ban Thường vụ Quốc hội"),
    ("HĐBCQG", "Hội đồng bầu cử quốc gia"),
    ("UBMTTQ", "Ủy ban Mặt trận Tổ quốc"),
    ("UBTW", "Ủy ban Trung ương"),
    ("ĐBQH", "đại biểu Quốc hội"),
    ("HĐND", "Hội đồng nhân dân"),
    ("UBND", "Ủy ban nhân dân"),
    ("UBBC", "Ủy ban bầu cử"),
    ("MTTQ", "Mặt trận Tổ quốc"),
    ("UB", "Ủy ban"),
];

/// A Vietnamese name with its abbreviations spelt out, unless the name spells them out itself. Symbols of documents
/// (`19/KL-UBBC`) keep theirs.
pub fn spell_out(text: &str) -> String {
    let words: Vec<String> = text.split(' ').map(|word| spell_word(word, text)).collect();
    words.join(" ")
}

fn spell_word(word: &str, text: &str) -> String {
    let bare = word.trim_matches(|c: char| matches!(c, '(' | ')' | ',' | ';' | '.'));
    let known = SPELT_OUT.iter().find(|(short, long)| *short == bare && !text.contains(long));
    known.map_or_else(|| word.to_owned(), |(short, long)| word.replace(short, long))
}

/// A name with its abbreviations spelt out.
pub fn name(words: &Words, lang: Lang) -> String {
    match (lang, words.en.is_empty()) {
        (Lang::En, false) => words.en.clone(),
        _ => capital(&spell_out(&words.vi)),
    }
}

/// `Nghị quyết 133/2020/QH14` for `NQ 133/2020/QH14`; what does not begin so stays as it is.
pub fn resolution(citation: &str) -> String {
    citation.strip_prefix("NQ ").map_or_else(|| citation.to_owned(), |rest| format!("Nghị quyết {rest}"))
}

/// `khoản 1 Điều 35` for `Đ35.1`, `khoản 2 đến khoản 4 Điều 30` for `Đ30.2-30.4`; a document that is not the law stands after its
/// article. What is not such a citation stays as it is.
pub fn article(citation: &str, lang: Lang) -> String {
    let list = |part: &str| part.split(", ").map(|one| one_article(one, lang)).collect::<Vec<_>>().join(", ");
    citation.split("; ").map(list).collect::<Vec<_>>().join("; ")
}

fn one_article(part: &str, lang: Lang) -> String {
    if let Some((document, place)) = part.split_once(" Đ") {
        let place = one_article(&format!("Đ{place}"), lang);
        return format!("{place} {}{}", lang.say("", "of "), document_words(document, lang));
    }
    let Some(rest) = part.strip_prefix('Đ') else { return document_words(part, lang) };
    let (number, tail) = rest.split_once(' ').map_or((rest, ""), |(number, tail)| (number, tail));
    let (first, last) = number.split_once('-').map_or((number, None), |(first, last)| (first, Some(last)));
    let mut fields = first.split('.');
    let article = fields.next().unwrap_or_default();
    if article.is_empty() || !article.bytes().all(|b| b.is_ascii_digit()) {
        return part.to_owned();
    }
    let (clause, point) = (fields.next(), fields.next());
    let last = last.map(|last| last.rsplit('.').next().unwrap_or(last));
    let words = match (lang, last, clause) {
        (Lang::Vi, Some(last), Some(clause)) => {
            format!("khoản\u{a0}{clause} đến khoản\u{a0}{last} Điều\u{a0}{article}")
        }
        (Lang::En, Some(last), Some(clause)) => {
            format!("article\u{a0}{article}({clause}) to\u{a0}({last})")
        }
        (Lang::Vi, Some(last), None) => format!("Điều\u{a0}{article} đến Điều\u{a0}{last}"),
        (Lang::En, Some(last), None) => format!("articles\u{a0}{article} to\u{a0}{last}"),
        (Lang::Vi, None, _) => {
            let point = point.map(|p| format!("điểm\u{a0}{p} ")).unwrap_or_default();
            let clause = clause.map(|c| format!("khoản\u{a0}{c} ")).unwrap_or_default();
            format!("{point}{clause}Điều\u{a0}{article}")
        }
        (Lang::En, None, _) => {
            let inner: String = [clause, point].iter().flatten().map(|part| format!("({part})")).collect();
            format!("article\u{a0}{article}{inner}")
        }
    };
    if tail.is_empty() { words } else { format!("{words} {tail}") }
}

/// `Kế hoạch 42/KH-HĐBCQG` for `KH 42/KH-HĐBCQG`: the kind of a document written out before its symbol.
fn document_words(citation: &str, lang: Lang) -> String {
    let kinds = [
        ("NQ ", "Nghị quyết", "Resolution"),
        ("NQLT ", "Nghị quyết liên tịch", "Joint Resolution"),
        ("KH ", "Kế hoạch", "Plan"),
    ];
    let known = kinds.iter().find_map(|(short, vi, en)| Some((citation.strip_prefix(short)?, vi, en)));
    known.map_or_else(|| citation.to_owned(), |(rest, vi, en)| format!("{} {rest}", lang.say(vi, en)))
}

/// A level (or several, separated by `; `) in words.
pub fn level(level: &str, lang: Lang) -> String {
    let words = level.split("; ").map(|one| match one {
        "national" => lang.say("trung ương", "national"),
        "province" => lang.say("tỉnh", "province"),
        "district" => lang.say("huyện", "district"),
        "commune" => lang.say("xã", "commune"),
        "constituency" => lang.say("đơn vị bầu cử", "constituency"),
        "polling area" => lang.say("khu vực bỏ phiếu", "polling area"),
        "by-election" => lang.say("bầu cử bổ sung", "by-election"),
        "all" => lang.say("tất cả các cấp", "all levels"),
        other => other,
    });
    words.collect::<Vec<_>>().join(", ")
}
