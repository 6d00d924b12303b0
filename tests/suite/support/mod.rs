//! What several features' tests share.

pub mod browser;
pub mod cli;
pub mod faulty_disk;
pub mod serve;
pub mod tree;
pub mod zola;
