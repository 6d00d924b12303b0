//! What the sync server does, one feature a file. Helpers are in `support`.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails should stop")]

mod abuse;
mod access;
mod account;
mod audit;
mod bombs;
mod damaged;
mod fuzz;
mod http;
mod hub;
mod interop;
mod maintenance;
mod servers;
mod simulation;
mod store;
mod support;

/// Counts, so that a test can say how much memory something cost at most.
#[global_allocator]
static MEMORY: peak_alloc::PeakAlloc = peak_alloc::PeakAlloc;
