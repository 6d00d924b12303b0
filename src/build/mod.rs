//! Public records and the site's source in, pages, feeds and calendars out.

pub mod records;
pub mod source;
