//! Who may read and write what (`access`), and what is public (`public`).

pub mod access;
pub mod public;
