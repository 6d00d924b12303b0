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
pub mod database;
pub mod id;
pub mod maintenance;
pub mod receipt;
pub mod store;

pub use id::DocumentId;
