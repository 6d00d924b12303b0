//! Releases: whole or absent. New bytes go into a pack, the manifest's rename commits the release, and one small file
//! says which release is current.
//!
//! ```text
//! releases/packs/<hash>.pack     bytes, never changed
//! releases/<id>.manifest         path → hash, size, place in a pack; a small change stores only what differs
//! releases/current               the name of the current release, replaced by rename
//! ```
//!
//! A reader holds a `Release`: a switch, or the removal of old releases, does not touch a page load under way.

pub mod changes;
mod compaction;
pub mod draft;
pub mod error;
pub mod export;
pub mod loaded;
pub mod manifest;
pub mod pack;
pub mod path;
pub mod plain;
pub mod retention;
pub mod store;
pub mod verify;
pub mod wording;

pub use draft::Draft;
pub use error::ReleaseError;
pub use loaded::Release;
pub use manifest::Inputs;
pub use manifest::Kind;
pub use store::Store;
