//! What the sync server does, one feature a file. Helpers are in `support`.
#![expect(clippy::unwrap_used, reason = "a test that fails should stop")]

mod account;
mod audit;
mod maintenance;
mod store;
