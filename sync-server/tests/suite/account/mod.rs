//! Accounts: who somebody is, and what happens when that is withdrawn.

mod damage;
mod limits;
mod login;
mod manage;
mod passwords;
mod sessions;
pub mod support;
