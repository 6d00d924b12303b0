//! What several features' tests share.

pub mod browser;
pub mod cli;
pub mod committee;
pub mod faulty_disk;
pub mod front;
pub mod http;
pub mod many_addresses;
pub mod official;
pub mod scene;
pub mod serve;
pub mod terminal;
pub mod tree;
pub mod zola;

/// How many cases a property test tries: few in the gate, as many as `PROPTEST_CASES` says by hand.
pub fn cases(few: u32) -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(few)
}
