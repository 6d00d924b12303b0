//! What several features' tests share.

pub mod tree;
pub mod zola;
