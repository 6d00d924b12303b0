//! What the committee works with: the kinds of documents, their fields, states, keys and ids.

pub mod directive;
pub mod election;
