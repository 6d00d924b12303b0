//! What several features' tests share.

pub mod faulty_disk;
pub mod tree;
pub mod zola;
