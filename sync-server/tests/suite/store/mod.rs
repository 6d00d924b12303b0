//! The store on SQLite: what it keeps, and what happens when the machine breaks.

mod behaviour;
mod crash;
mod damage;
mod disk;
mod opening;
mod snapshots;
pub mod support;
