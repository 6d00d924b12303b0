//! The probe's rules: every document is welcome. A document may name in its field `key` who does not get everything:
//! `read/LOGIN` is read by that account and written by the others, `none/LOGIN` does not exist for it.

use automerge::Automerge;
use automerge::Change;
use automerge::ObjType;
use automerge::ROOT;
use automerge::ReadDoc;
use automerge::Value;
use niemyet_sync::DocumentId;
use niemyet_sync::access::Access;
use niemyet_sync::access::Delivery;
use niemyet_sync::access::Principal;
use niemyet_sync::access::Refusal;
use niemyet_sync::access::Rules;

/// See above; a principal's body is its login.
pub struct Open;

impl Rules for Open {
    fn key(&self, id: DocumentId, document: &Automerge) -> Result<String, Refusal> {
        // JavaScript writes a string as a text that can be edited.
        let stated = match document.get(ROOT, "key").ok().flatten() {
            Some((Value::Object(ObjType::Text), text)) => document.text(text).ok(),
            Some((value, _)) => value.into_string().ok(),
            None => None,
        };
        Ok(stated.unwrap_or_else(|| format!("open/{id}")))
    }

    fn access(&self, principal: &Principal, key: &str) -> Access {
        match key.split_once('/') {
            Some(("read", login)) if login == principal.body => Access::Read,
            Some(("none", login)) if login == principal.body => Access::None,
            _ => Access::ReadWrite,
        }
    }

    fn is_common(&self, _id: DocumentId, _key: &str, _change: &Change) -> bool {
        false
    }

    fn admit(&self, _delivery: &Delivery<'_>) -> Result<(), Refusal> {
        Ok(())
    }
}
