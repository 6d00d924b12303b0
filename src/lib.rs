//! niemyet (niêm yết: to post publicly): the information system of an election committee.
//!
//! How a change reaches a page:
//!
//! ```text
//! data/ ──reference──► document ──replica──► (folder, sync)
//!                          │ at the heads that `publication` names
//!                          ▼
//!                    policy::public  ──► build::records (content pages, data files)
//!                                             │ + site/ (templates, hand-written pages)
//!                                             ▼
//!                                   build::engine (plan, then pages) ──► release ──► web
//! ```
//!
//! `document`, `timetable`, `policy`, `reference` and `build` are pure: no clock, randomness, file, network or
//! environment; those come in as arguments. `replica`, `release`, `rebuild`, `watch`, `config`, `web` and `cli` are the shell.

pub mod build;
pub mod cli;
pub mod config;
pub mod document;
pub mod policy;
pub mod rebuild;
pub mod reference;
pub mod release;
pub mod replica;
pub mod timetable;
pub mod watch;
pub mod web;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
