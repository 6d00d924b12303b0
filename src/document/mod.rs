//! What the committee works with: the kinds of documents, their fields, states, keys and ids.
//!
//! A [`Document`] is opened by [`Key`] and read as [`Content`], now or at given heads. Each kind has a module with
//! its fields and the functions that write them; what they write is pending until [`Document::commit`].

pub mod content;
pub mod contents;
pub mod directive;
pub mod election;
pub mod error;
mod flat;
mod halves;
pub mod id;
pub mod incident;
pub mod key;
pub mod language;
pub mod notice;
pub mod open;
pub mod progress;
pub mod publication;
mod read;
pub mod records;
pub mod report;
pub mod review;
pub mod skeleton;
pub mod status;
pub mod text;
pub mod upgrade;

pub use content::Content;
pub use contents::Contents;
pub use error::DocumentError;
pub use error::Subject;
pub use halves::halves;
pub use id::DocumentId;
pub use key::Key;
pub use key::Kind;
pub use open::Document;
pub use open::format_heads;
pub use open::parse_heads;
pub use records::write_directive;
pub use records::write_election;
pub use skeleton::first_change;
pub use skeleton::is_first_change;
