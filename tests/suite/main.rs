//! The one integration-test binary: one feature per file.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test says what went wrong by panicking, its helpers too"
)]

mod browser;
mod cli;
mod release;
mod support;
mod tidy;
mod watch;
mod web;
mod working_folder;
mod zola;
