//! Documents: keys and ids, opening, contents of every kind, merging, states.

mod contents;
mod keys;
mod merging;
mod opening;
mod reports;
mod states;
mod upgrading;

use automerge::ActorId;
use niemyet::document::Content;
use niemyet::document::Document;
use niemyet::document::Key;
use niemyet::document::progress::Progress;
use niemyet::document::publication::Publication;
use niemyet::document::report::Report;
use niemyet::document::review::Review;

pub const ELECTION: &str = "sonla-2021";

pub fn key(text: &str) -> Key {
    text.parse().unwrap()
}

/// A device that begins a document offline; devices are told apart by one byte.
pub fn device(text: &str, device: u8) -> Document {
    Document::create(ELECTION, &key(text), ActorId::from([device; 16])).unwrap()
}

/// The document as another replica would load it from a file.
pub fn reloaded(document: &mut Document) -> Document {
    Document::load(&document.save(), ELECTION, document.key()).unwrap()
}

pub fn report(document: &Document) -> Report {
    let Content::Report(report) = document.content().unwrap() else { panic!("not a report") };
    report
}

pub fn review(document: &Document) -> Review {
    let Content::Review(review) = document.content().unwrap() else { panic!("not a review") };
    review
}

pub fn progress(document: &Document) -> Progress {
    let Content::Progress(progress) = document.content().unwrap() else { panic!("not progress") };
    progress
}

pub fn publication(document: &Document) -> Publication {
    let Content::Publication(publication) = document.content().unwrap() else { panic!("not a publication") };
    publication
}

/// One key of each kind.
pub const KEYS: [&str; 7] = [
    "election",
    "directive/19/KL-UBBC",
    "progress/team_comms",
    "report/team_comms/2021-03-04",
    "incident/team_comms/a1b2",
    "review/2021-03-04",
    "publication",
];
