//! What a rule and a step say in words, Vietnamese and English: shown beside dates, and in place of dates the law
//! does not give.

use super::moment::Moment;
use super::offset::Offset;
use super::rule::Bound;
use super::rule::Rule;
use super::step::Step;

/// The rule in Vietnamese words: `chậm nhất 115 ngày trước ngày bầu cử`.
#[must_use]
pub fn rule_vi(rule: &Rule) -> String {
    if let Some(words) = &rule.words_vi {
        return words.clone();
    }
    let anchor = rule.anchor.words_vi();
    let at = rule.offset.map(|offset| distance_vi(offset, anchor));
    match (rule.bound, at) {
        (Bound::AtLatest, Some(at)) => format!("chậm nhất {at}"),
        (Bound::From, Some(at)) => format!("từ {at}"),
        (Bound::Within, _) => {
            format!("trong {} kể từ {anchor}", rule.offset.map(count_vi).unwrap_or_default())
        }
        (Bound::Window, Some(at)) => format!("từ {at} đến {}", window_end_vi(rule)),
        (Bound::On, Some(at)) => format!("vào {at}"),
        (Bound::Before, _) => format!("trước {anchor}"),
        (Bound::After, _) => format!("sau {anchor}"),
        _ => "theo quyết định của cơ quan có thẩm quyền".to_owned(),
    }
}

/// The rule in English words: `at the latest 115 days before election day`.
#[must_use]
pub fn rule_en(rule: &Rule) -> String {
    if let Some(words) = &rule.words_en {
        return words.clone();
    }
    let anchor = rule.anchor.words_en();
    let at = rule.offset.map(|offset| distance_en(offset, anchor));
    match (rule.bound, at) {
        (Bound::AtLatest, Some(at)) => format!("at the latest {at}"),
        (Bound::From, Some(at)) => format!("from {at}"),
        (Bound::Within, _) => format!("within {} of {anchor}", rule.offset.map(count_en).unwrap_or_default()),
        (Bound::Window, Some(at)) => format!("from {at} to {}", window_end_en(rule)),
        (Bound::On, Some(at)) => format!("on {at}"),
        (Bound::Before, _) => format!("before {anchor}"),
        (Bound::After, _) => format!("after {anchor}"),
        _ => "by decision of the competent body".to_owned(),
    }
}

/// When a step is, in Vietnamese: its dates with what they rest on, or the rule's words where there is no date.
#[must_use]
pub fn when_vi(step: &Step) -> String {
    let base = match dates(step, date_vi) {
        Dates::Until(end) if step.rule.bound == Bound::Before => format!("trước {end}"),
        Dates::Until(end) => format!("chậm nhất {end}"),
        Dates::From(start) => format!("từ {start}"),
        Dates::On(day) => day,
        Dates::Between(start, end) => format!("từ {start} đến {end}"),
        Dates::Unknown => return rule_vi(&step.rule),
    };
    match step.latest_of {
        Some(anchor) => format!("{base} (tính theo thời hạn muộn nhất của {})", anchor.words_vi()),
        None => base,
    }
}

/// When a step is, in English.
#[must_use]
pub fn when_en(step: &Step) -> String {
    let base = match dates(step, |moment| moment.to_string().replace('T', " ")) {
        Dates::Until(end) if step.rule.bound == Bound::Before => format!("before {end}"),
        Dates::Until(end) => format!("at the latest {end}"),
        Dates::From(start) if step.latest_of.is_some() => format!("from {start} at the latest"),
        Dates::From(start) => format!("from {start}"),
        Dates::On(day) => day,
        Dates::Between(start, end) => format!("{start} to {end}"),
        Dates::Unknown => return rule_en(&step.rule),
    };
    match step.latest_of {
        Some(anchor) => format!("{base} (counted from the latest lawful date of {})", anchor.words_en()),
        None => base,
    }
}

enum Dates {
    Until(String),
    From(String),
    On(String),
    Between(String, String),
    Unknown,
}

fn dates(step: &Step, write: impl Fn(Moment) -> String) -> Dates {
    match (step.start, step.end) {
        (Some(start), Some(end)) if start == end => Dates::On(write(start)),
        (Some(start), Some(end)) => Dates::Between(write(start), write(end)),
        (Some(start), None) => Dates::From(write(start)),
        (None, Some(end)) => Dates::Until(write(end)),
        (None, None) => Dates::Unknown,
    }
}

/// The usual Vietnamese form: `07:00 ngày 22/05/2021`.
fn date_vi(moment: Moment) -> String {
    match moment {
        Moment::Day(day) => day.format("%d/%m/%Y").to_string(),
        Moment::Instant(instant) => instant.format("%H:%M ngày %d/%m/%Y").to_string(),
    }
}

fn window_end_vi(rule: &Rule) -> String {
    rule.end_offset.map_or_else(String::new, |offset| distance_vi(offset, rule.end_anchor.words_vi()))
}

fn window_end_en(rule: &Rule) -> String {
    rule.end_offset.map_or_else(String::new, |offset| distance_en(offset, rule.end_anchor.words_en()))
}

fn count_vi(offset: Offset) -> String {
    let unit = if matches!(offset, Offset::Days(_)) { "ngày" } else { "giờ" };
    format!("{} {unit}", offset.count().unsigned_abs())
}

fn count_en(offset: Offset) -> String {
    let count = offset.count().unsigned_abs();
    let unit = if matches!(offset, Offset::Days(_)) { "day" } else { "hour" };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

fn distance_vi(offset: Offset, anchor: &str) -> String {
    match offset.count() {
        0 => anchor.to_owned(),
        count if count < 0 => format!("{} trước {anchor}", count_vi(offset)),
        _ => format!("{} sau {anchor}", count_vi(offset)),
    }
}

fn distance_en(offset: Offset, anchor: &str) -> String {
    match offset.count() {
        0 => anchor.to_owned(),
        count if count < 0 => format!("{} before {anchor}", count_en(offset)),
        _ => format!("{} after {anchor}", count_en(offset)),
    }
}
