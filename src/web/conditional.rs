//! Conditional and range requests (RFC 9110, sections 13 and 14), as functions of header texts.

/// True if `If-None-Match` names the entity tag; weak comparison (RFC 9110, section 13.1.2).
pub fn none_match(header: &str, etag: &str) -> bool {
    header.trim() == "*" || header.split(',').any(|tag| tag.trim().trim_start_matches("W/") == etag)
}

/// What a `Range` header asks of a file of `size` bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Range {
    /// The whole file: no range, several, or one in a form that may be ignored (RFC 9110, section 14.2).
    Whole,
    /// Bytes `start..=end`.
    Part {
        /// First byte.
        start: u64,
        /// Last byte, included.
        end: u64,
    },
    /// Nothing of the file lies in it: status 416.
    Unsatisfiable,
}

/// Reads a `Range` header.
pub fn range(header: &str, size: u64) -> Range {
    let Some((unit, spec)) = header.split_once('=') else {
        return Range::Whole;
    };
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return Range::Whole;
    }
    let Some((first, last)) = spec.trim().split_once('-') else {
        return Range::Whole;
    };
    if spec.contains(',') || !digits(first) || !digits(last) {
        return Range::Whole;
    }
    match (number(first), number(last)) {
        (None, None) => Range::Whole,
        (None, Some(0)) => Range::Unsatisfiable,
        (None, Some(_)) if size == 0 => Range::Unsatisfiable,
        (None, Some(length)) => Range::Part { start: size.saturating_sub(length), end: size - 1 },
        (Some(start), Some(end)) if end < start => Range::Whole,
        (Some(start), _) if start >= size => Range::Unsatisfiable,
        (Some(start), end) => Range::Part { start, end: end.unwrap_or(u64::MAX).min(size - 1) },
    }
}

fn digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A number too large for 64 bits is as good as the largest.
fn number(text: &str) -> Option<u64> {
    (!text.is_empty()).then(|| text.parse().unwrap_or(u64::MAX))
}
