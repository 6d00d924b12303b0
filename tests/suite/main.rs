//! The one integration-test binary: one feature per file.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper of a test fails the test")]

mod release;
mod support;
