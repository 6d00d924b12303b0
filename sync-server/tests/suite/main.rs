//! What the sync server does, one feature a file.
