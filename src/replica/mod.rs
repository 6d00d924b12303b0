//! The working folder of an office: its settings, documents, site source and releases, opened by one process at a time.

pub mod disk;
pub mod lock;
