//! Why changes are not taken, by account and document. So many of each account: nobody's refusals push out another's.

use std::collections::HashMap;
use std::collections::VecDeque;

use crate::DocumentId;
use crate::access::AccountId;
use crate::access::Refusal;

/// Refusals of one account that are remembered; its oldest are forgotten.
const OF_ACCOUNT: usize = 2_000;

#[derive(Debug, Default)]
struct Own {
    by_document: HashMap<DocumentId, Refusal>,
    order: VecDeque<DocumentId>,
}

#[derive(Debug, Default)]
pub(super) struct Refused(HashMap<AccountId, Own>);

impl Refused {
    pub(super) fn get(&self, account: AccountId, document: DocumentId) -> Option<&Refusal> {
        self.0.get(&account).and_then(|own| own.by_document.get(&document))
    }

    pub(super) fn remember(&mut self, account: AccountId, document: DocumentId, refusal: Refusal) {
        let own = self.0.entry(account).or_default();
        if own.by_document.insert(document, refusal).is_none() {
            own.order.push_back(document);
        }
        if own.order.len() > OF_ACCOUNT
            && let Some(oldest) = own.order.pop_front()
        {
            own.by_document.remove(&oldest);
        }
    }

    pub(super) fn forget(&mut self, account: AccountId, document: DocumentId) {
        let Some(own) = self.0.get_mut(&account) else { return };
        if own.by_document.remove(&document).is_some() {
            own.order.retain(|other| *other != document);
        }
        if own.by_document.is_empty() {
            self.0.remove(&account);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refusals;

    fn document(number: usize) -> DocumentId {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&number.to_le_bytes());
        DocumentId::new(bytes)
    }

    #[test]
    fn an_account_forgets_its_own_oldest_and_nobody_elses() {
        let (busy, other) = (AccountId(1), AccountId(2));
        let mut refused = Refused::default();
        refused.remember(other, document(0), refusals::forbidden());
        for number in 0..OF_ACCOUNT * 15 {
            refused.remember(busy, document(number), refusals::unreadable());
        }
        assert_eq!(refused.get(other, document(0)), Some(&refusals::forbidden()));
        let kept = (0..OF_ACCOUNT * 15).filter(|number| refused.get(busy, document(*number)).is_some());
        assert_eq!(kept.collect::<Vec<_>>(), (OF_ACCOUNT * 14..OF_ACCOUNT * 15).collect::<Vec<_>>());
        refused.forget(busy, document(OF_ACCOUNT * 15 - 1));
        refused.remember(busy, document(1), refusals::forbidden());
        refused.remember(busy, document(1), refusals::read_only());
        assert_eq!(refused.get(busy, document(1)), Some(&refusals::read_only()));
        assert!(refused.get(busy, document(OF_ACCOUNT * 14)).is_some(), "there was room for one");
        refused.forget(other, document(0));
        assert!(!refused.0.contains_key(&other));
    }
}
