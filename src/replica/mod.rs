//! The working folder: documents on disk, opened by one process at a time.
