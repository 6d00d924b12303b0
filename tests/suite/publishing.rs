//! The publishing desk as its people meet it: approve, preview, rebuild, release, go back; and everybody else kept out.

mod breaking;
mod builder;
mod command_line;
mod deciding;
pub mod desk;
mod differing;
mod election;
mod killed;
mod notices;
mod pending;
mod rebuilding;
mod routes;
mod telling;
