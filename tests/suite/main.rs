//! The one integration-test binary: one feature per file.

mod access;
mod documents;
