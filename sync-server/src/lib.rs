//! A sync server for Automerge documents. It knows documents, peers, accounts and durability; it knows nothing of
//! elections: what an account may do, and which changes are sound, an application tells it through [`access::Rules`].
//!
//! ```text
//! socket ─► wire ─► session ─► document ─► store (group commit) ─► acknowledge, fan out ─► socket
//!                      │           │
//!                   limits    access::Rules
//! ```

pub mod access;
pub mod account;
pub mod audit;
pub mod chance;
pub mod committer;
pub mod database;
pub mod document;
pub mod effect;
pub mod http;
pub mod hub;
pub mod id;
pub mod incoming;
pub mod inspect;
pub mod limits;
pub mod maintenance;
pub mod memory;
pub mod reader;
pub mod receipt;
pub mod refusals;
pub mod session;
pub mod shard;
pub mod store;
pub mod wire;
pub mod witness;

pub use id::DocumentId;
