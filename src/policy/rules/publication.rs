//! What a publication must be after a delivery, beyond each record's own form: the site keeps what it stands on, and whoever reads a
//! notice finds words in it. Only what a delivery makes so is refused: what stood there before must not keep others from deciding.

use niemyet_sync::access::Refusal;

use super::words;
use crate::document::publication::Publication;

/// Refuses a delivery that leads from `before` to `after`.
pub(super) fn sound(before: &Publication, after: &Publication) -> Result<(), Refusal> {
    if before.has_election() && !after.has_election() {
        return Err(words::election_stays());
    }
    let contradicted = after.election_contradicted();
    if contradicted.is_some() && contradicted != before.election_contradicted() {
        return Err(words::election_held_as_approved());
    }
    let mut ids = after.notices.iter().map(|notice| notice.id.as_str());
    if let Some(id) = ids.find(|id| count(after, id) > count(before, id).max(1)) {
        return Err(words::notice_twice(id));
    }
    let written = after.notices.iter().filter(|notice| !before.notices.contains(notice));
    match written.into_iter().find_map(|notice| Some((notice, notice.lack(before.notice(&notice.id))?))) {
        Some((notice, lack)) => Err(words::notice(&notice.id, &lack)),
        None => Ok(()),
    }
}

/// How many notices have this id.
fn count(publication: &Publication, id: &str) -> usize {
    publication.notices.iter().filter(|notice| notice.id == id).count()
}
