//! How values are read from the command line; what cannot be read is answered with an example.

use std::net::SocketAddr;
use std::net::ToSocketAddrs;

use chrono::DateTime;
use chrono::FixedOffset;
use chrono::NaiveDate;

use crate::document::Key;
use crate::document::key::IncidentId;
use crate::document::language;
use crate::document::parse_heads;
use crate::timetable::moment::parse_date;

/// An address to listen on; a host name stands for the first of its addresses, IPv4 before IPv6.
pub fn address(text: &str) -> Result<SocketAddr, String> {
    let advice = "hãy ghi máy và cổng, ví dụ 127.0.0.1:8080 hoặc localhost:8080. / Write a host and a port, for example 127.0.0.1:8080 or \
                  localhost:8080";
    let found = text.to_socket_addrs().map_err(|error| format!("{error}; {advice}"))?;
    found.min_by_key(|address| !address.is_ipv4()).ok_or_else(|| advice.to_owned())
}

/// A day.
pub fn date(text: &str) -> Result<NaiveDate, String> {
    parse_date(text).map_err(|error| error.to_string())
}

/// A moment with its offset from UTC.
pub fn time(text: &str) -> Result<DateTime<FixedOffset>, String> {
    DateTime::parse_from_rfc3339(text).map_err(|_| {
        "hãy ghi đủ ngày, giờ và múi giờ, ví dụ 2021-05-24T18:00:00+07:00. / Write day, time and time zone, for example \
         2021-05-24T18:00:00+07:00"
            .to_owned()
    })
}

/// Number of a session or device token.
pub fn number(text: &str) -> Result<i64, String> {
    text.parse().map_err(|_| {
        "hãy ghi số của phiên hoặc mã thiết bị, xem bằng `niemyet account devices LOGIN`. / Write the number of a session or device token; \
         `niemyet account devices LOGIN` shows them"
            .to_owned()
    })
}

/// The key of a document.
pub fn key(text: &str) -> Result<Key, String> {
    text.parse().map_err(|error: crate::document::DocumentError| error.to_string())
}

/// The hash of a change, as heads name it.
pub fn head(text: &str) -> Result<String, String> {
    parse_heads(&[text.to_owned()]).map(|_| text.to_owned()).map_err(|error| error.to_string())
}

/// The id of a notice, made as those of incident reports are.
pub fn notice(text: &str) -> Result<String, String> {
    IncidentId::new(text).map(|_| text.to_owned()).map_err(|error| error.to_string())
}

/// The code of a language in which notices may be written.
pub fn language(text: &str) -> Result<String, String> {
    language::find(text).map(|language| language.code.to_owned()).ok_or_else(|| {
        let codes = language::codes();
        format!("trang không có ngôn ngữ `{text}`; chọn một trong: {codes}. / The site has no language `{text}`; choose one of: {codes}")
    })
}

/// A name and what stands after the first `=`.
pub fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or(
        "hãy ghi TÊN=GIÁ TRỊ, ví dụ direction.meetings_held=3. / Write NAME=VALUE, for example direction.meetings_held=3",
    )?;
    Ok((name.to_owned(), value.to_owned()))
}
