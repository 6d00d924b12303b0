//! The timetable as machines and people read it: JSON, CSV, iCalendar, a table for the terminal.

pub mod csv;
pub mod ics;
pub mod json;
pub mod table;

pub use self::csv::csv;
pub use ics::CalendarInfo;
pub use ics::ics;
pub use json::Row;
pub use json::json;
pub use json::rows;
pub use table::table;
