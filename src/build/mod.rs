//! Public records and the site's source in, pages, feeds and calendars out.

pub mod content;
pub mod engine;
pub mod records;
pub mod source;
pub mod template;
