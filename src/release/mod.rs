//! Releases: whole or absent, kept, switched atomically, verified.
