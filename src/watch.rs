//! Watching site and documents: one debounced batch, one rebuild.
