//! What the tests share: a store in memory that fails by plan, rules of a made-up application, clients that speak the protocol, and
//! a network in one thread.

pub mod client;
pub mod memory;
pub mod network;
pub mod random;
pub mod rules;
pub mod server;
pub mod socket;
