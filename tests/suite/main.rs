//! The one integration-test binary: one feature per file.
