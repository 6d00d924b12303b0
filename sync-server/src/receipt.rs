//! Reading receipts: when was a state of a document durable on the server, and who delivered it. A device's clock is a claim;
//! the server's receipt is the witness by which a deadline is judged.

use std::collections::HashMap;

use automerge::ChangeHash;

use crate::access::AccountId;
use crate::store::Receipt;

/// The receipts of a document, by change.
#[derive(Clone, Debug, Default)]
pub struct Receipts {
    by_hash: HashMap<ChangeHash, Receipt>,
}

impl Receipts {
    /// Of the receipts that [`crate::store::Store::receipts`] gives.
    pub fn new(receipts: Vec<Receipt>) -> Self {
        Self { by_hash: receipts.into_iter().map(|receipt| (receipt.hash, receipt)).collect() }
    }

    /// The receipt of a change; `None` if the server never kept it.
    pub fn of(&self, change: &ChangeHash) -> Option<&Receipt> {
        self.by_hash.get(change)
    }

    /// Since when the server has all of the document up to these heads, in Unix milliseconds; `None` if it lacks one, or no
    /// heads are given. The heads suffice: a change is kept after those it depends on, and receipts never go back.
    pub fn durable_since(&self, heads: &[ChangeHash]) -> Option<i64> {
        let times: Option<Vec<i64>> =
            heads.iter().map(|head| self.of(head).map(|receipt| receipt.at)).collect();
        times?.into_iter().max()
    }

    /// Who made a change, as far as the server can know: `None` for changes that everybody makes alike, and for those that
    /// somebody else brought again after a restore.
    pub fn author(&self, change: &ChangeHash) -> Option<AccountId> {
        self.of(change).filter(|receipt| receipt.bound).and_then(|receipt| receipt.account)
    }
}
