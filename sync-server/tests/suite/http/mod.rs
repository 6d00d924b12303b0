//! The doors of the server, over real sockets.

mod accounts;
mod documents;
mod ended;
mod killed;
mod limits;
mod operate;
mod routes;
mod session;
mod socket;
mod stopping;
mod support;
