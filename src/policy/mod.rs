//! Who may read and write what (`access`), which changes are sound (`rules`), and what is public (`public`).

pub mod access;
pub mod public;
pub mod rules;
