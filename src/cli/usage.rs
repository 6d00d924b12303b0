//! What is said of arguments that are not understood: what, where, and how the command is written.

use std::error::Error as _;

use clap::Error;
use clap::error::ContextKind;
use clap::error::ContextValue;
use clap::error::ErrorKind;

/// What is wrong, Vietnamese first, with a suggestion if there is one.
pub fn words(error: &Error) -> String {
    let told = vietnamese(error);
    match error.source().filter(|_| error.kind() == ErrorKind::ValueValidation) {
        // The value's own words have both languages.
        Some(why) => {
            let part = |kind| text(error, kind).unwrap_or_default();
            let (value, argument) = (part(ContextKind::InvalidValue), part(ContextKind::InvalidArg));
            format!("{told} / invalid value `{value}` for `{argument}`\n  {why}")
        }
        None => format!("{told} / {}", english(error)),
    }
}

/// How the command is written, and where there is more.
pub fn advice(error: &Error) -> String {
    let usage = text(error, ContextKind::Usage).map(|usage| {
        let usage = usage.trim().trim_start_matches("Usage:").trim().to_owned();
        format!("Cách dùng / Usage: {usage}\n")
    });
    format!(
        "{}Thêm `--help` sau lệnh để xem hướng dẫn. / Put `--help` after the command to see how it is used.",
        usage.unwrap_or_default()
    )
}

fn text(error: &Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        ContextValue::Strings(texts) => Some(texts.join(", ")),
        ContextValue::StyledStr(text) => Some(text.to_string()),
        ContextValue::StyledStrs(texts) => {
            Some(texts.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
        }
        ContextValue::Number(number) => Some(number.to_string()),
        _ => None,
    }
    .filter(|text| !text.is_empty())
}

fn vietnamese(error: &Error) -> String {
    let part = |kind| text(error, kind).unwrap_or_default();
    let argument = part(ContextKind::InvalidArg);
    let (what, suggestion) = match error.kind() {
        ErrorKind::InvalidSubcommand => (
            format!("không có lệnh `{}`", part(ContextKind::InvalidSubcommand)),
            text(error, ContextKind::SuggestedSubcommand),
        ),
        ErrorKind::UnknownArgument => (
            format!("không có tùy chọn hoặc tham số `{argument}` ở đây"),
            text(error, ContextKind::SuggestedArg),
        ),
        ErrorKind::MissingRequiredArgument => (format!("còn thiếu {argument}"), None),
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            ("chưa ghi lệnh cần chạy".to_owned(), text(error, ContextKind::ValidSubcommand))
        }
        ErrorKind::InvalidValue if part(ContextKind::InvalidValue).is_empty() => {
            (format!("`{argument}` cần có giá trị"), text(error, ContextKind::ValidValue))
        }
        ErrorKind::InvalidValue => (
            format!("giá trị `{}` của `{argument}` không dùng được", part(ContextKind::InvalidValue)),
            text(error, ContextKind::ValidValue),
        ),
        ErrorKind::ValueValidation => {
            (format!("giá trị `{}` của `{argument}` không dùng được", part(ContextKind::InvalidValue)), None)
        }
        ErrorKind::ArgumentConflict => {
            (format!("`{argument}` không dùng được cùng với phần còn lại, hoặc ghi hai lần"), None)
        }
        ErrorKind::InvalidUtf8 => ("có tham số không phải là văn bản UTF-8".to_owned(), None),
        _ => ("lệnh ghi chưa đúng".to_owned(), None),
    };
    suggestion.map_or_else(|| what.clone(), |these| format!("{what}; hãy ghi: {these}"))
}

/// The parser's own words, on one line, without what is said elsewhere.
fn english(error: &Error) -> String {
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return "no command was given; see `niemyet --help`".to_owned();
    }
    let rendered = error.render().to_string();
    let told = rendered.split("\n\nUsage:").next().unwrap_or_default();
    let told = told.split("\n\nFor more information").next().unwrap_or_default();
    let one_line = |part: &str| part.split_whitespace().collect::<Vec<_>>().join(" ");
    let parts: Vec<String> = told.trim_start_matches("error: ").split("\n\n").map(one_line).collect();
    parts.join("; ")
}
