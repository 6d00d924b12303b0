//! Backup, check, restore.

mod backup;
mod check;
mod restore;
mod upgrade;
