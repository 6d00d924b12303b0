//! The sync server's integration tests: one binary, one feature per file.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must fail")]

mod account;
mod audit;
mod maintenance;
mod store;
