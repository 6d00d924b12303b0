//! The one integration-test binary: one feature per file.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test says what went wrong by panicking, its helpers too"
)]

mod access;
mod accounts;
mod browser;
mod cli;
mod content;
mod documents;
mod editor;
mod editor_deciding;
mod editor_desk;
mod editor_device;
mod editor_election;
mod editor_fields;
mod editor_handing_in;
mod editor_keyboard;
mod editor_mishaps;
mod editor_network;
mod editor_notices;
mod editor_publishing;
mod editor_rounds;
mod editor_screens;
mod editor_served;
mod editor_stick;
mod editor_tasks;
mod editor_typing;
mod editor_windows;
mod editor_zoom;
mod exporting;
mod full_disk;
mod handing_in;
mod incremental;
mod killed;
mod newcomer;
mod public;
mod publishing;
mod records;
mod reference;
mod refusals;
mod release;
mod replica;
mod rules;
mod search;
mod serving;
mod setting_up;
mod site;
mod support;
mod templates;
mod tera2;
mod tidy;
mod timetable;
mod two_languages;
mod warnings;
mod watch;
mod web;
mod working_folder;
mod zola;
