//! Rounds of commits: everything that waits goes to the store at once, so that many connections share one fsync.

use std::collections::HashMap;

use crate::DocumentId;
use crate::access::AccountId;
use crate::document::NotKept;
use crate::store::Append;
use crate::store::Clock;
use crate::store::Receipt;
use crate::store::Store;
use crate::store::StoreError;

/// Changes that are to be made durable.
#[derive(Clone, Debug)]
pub struct Job {
    /// The changes.
    pub append: Append,
    /// Whether they begin the document.
    pub creates: bool,
}

/// An answer for a document.
pub type Answer = (DocumentId, Result<Vec<Receipt>, NotKept>);

/// What came of a round.
#[derive(Debug, Default)]
pub struct Round {
    /// What is durable, or never will be.
    pub answers: Vec<Answer>,
    /// What the store could not keep now; it must be given to the next round.
    pub again: Vec<Job>,
    /// Why.
    pub error: Option<StoreError>,
    /// What is wrong with documents of which nothing more can be kept.
    pub damaged: Vec<StoreError>,
}

/// Counts what accounts have begun, and asks the store.
#[derive(Debug)]
pub struct Committer {
    documents_per_account: u64,
    begun: HashMap<AccountId, u64>,
}

impl Committer {
    /// One that has counted nothing yet.
    pub fn new(documents_per_account: u64) -> Self {
        Self { documents_per_account, begun: HashMap::new() }
    }

    /// Gives jobs to the store. No two may be of one document.
    pub fn round(&mut self, store: &dyn Store, now: Clock<'_>, jobs: Vec<Job>) -> Round {
        let mut round = Round::default();
        let jobs = self.within_limits(store, jobs, &mut round);
        if jobs.is_empty() {
            return round;
        }
        let (appends, creates): (Vec<Append>, Vec<bool>) =
            jobs.into_iter().map(|job| (job.append, job.creates)).unzip();
        match store.append(now, &appends) {
            Ok(results) => {
                for ((append, creates), result) in appends.into_iter().zip(creates).zip(results) {
                    self.answer(Job { append, creates }, result, &mut round);
                }
            }
            // Where damage is met only in writing, it is not known which document has it.
            Err(StoreError::Damaged { .. }) if appends.len() > 1 => {
                let jobs = appends.into_iter().zip(creates);
                self.one_by_one(
                    store,
                    now,
                    jobs.map(|(append, creates)| Job { append, creates }),
                    &mut round,
                );
            }
            Err(error) => {
                round.error = Some(error);
                let jobs = appends.into_iter().zip(creates);
                round.again.extend(jobs.map(|(append, creates)| Job { append, creates }));
            }
        }
        round
    }

    /// If some can be kept, the store is well and those that cannot are damaged themselves.
    fn one_by_one(
        &mut self,
        store: &dyn Store,
        now: Clock<'_>,
        jobs: impl Iterator<Item = Job>,
        round: &mut Round,
    ) {
        let (mut damaged, mut kept) = (Vec::new(), false);
        for job in jobs {
            match store.append(now, std::slice::from_ref(&job.append)) {
                Ok(results) => {
                    for result in results {
                        kept |= result.is_ok();
                        self.answer(job.clone(), result, round);
                    }
                }
                Err(error @ StoreError::Damaged { .. }) => damaged.push((job, error)),
                Err(error) => {
                    round.error = Some(error);
                    round.again.push(job);
                }
            }
        }
        let well = kept && round.error.is_none();
        for (job, error) in damaged {
            if well {
                self.answer(job, Err(error), round);
            } else {
                round.error = Some(error);
                round.again.push(job);
            }
        }
    }

    fn answer(&mut self, job: Job, result: Result<Vec<Receipt>, StoreError>, round: &mut Round) {
        match result {
            Ok(receipts) => {
                if let (true, Some(account)) = (job.creates, job.append.account) {
                    *self.begun.entry(account).or_default() += 1;
                }
                round.answers.push((job.append.document, Ok(receipts)));
            }
            Err(StoreError::ActorTaken { document, .. }) => {
                round.answers.push((document, Err(NotKept::ActorTaken)));
            }
            Err(StoreError::Overtaken { document }) => {
                round.answers.push((document, Err(NotKept::Overtaken)));
            }
            // The client has numbered two changes alike.
            Err(StoreError::OutOfOrder { document, .. }) => {
                round.answers.push((document, Err(NotKept::OutOfOrder)));
            }
            // Nothing more can be kept of it, however often it is tried. Other documents are whole.
            Err(error @ StoreError::Damaged { .. }) => {
                round.answers.push((job.append.document, Err(NotKept::Damaged)));
                round.damaged.push(error);
            }
            Err(error) => {
                round.error = Some(error);
                round.again.push(job);
            }
        }
    }

    fn within_limits(&mut self, store: &dyn Store, jobs: Vec<Job>, round: &mut Round) -> Vec<Job> {
        let mut within = Vec::with_capacity(jobs.len());
        let mut about_to: HashMap<AccountId, u64> = HashMap::new();
        for job in jobs {
            let Some(account) = job.append.account.filter(|_| job.creates) else {
                within.push(job);
                continue;
            };
            match self.begun(store, account) {
                Err(error) => {
                    round.error = Some(error);
                    round.again.push(job);
                }
                Ok(begun) => {
                    let more = about_to.entry(account).or_default();
                    if begun + *more >= self.documents_per_account {
                        round.answers.push((job.append.document, Err(NotKept::TooManyDocuments)));
                    } else {
                        *more += 1;
                        within.push(job);
                    }
                }
            }
        }
        within
    }

    fn begun(&mut self, store: &dyn Store, account: AccountId) -> Result<u64, StoreError> {
        if let Some(begun) = self.begun.get(&account) {
            return Ok(*begun);
        }
        let begun = store.created(account)?;
        self.begun.insert(account, begun);
        Ok(begun)
    }
}

#[cfg(test)]
mod tests {
    use automerge::ActorId;

    use super::*;
    use crate::DocumentId;
    use crate::store::Listed;
    use crate::store::Position;
    use crate::store::Stored;

    /// A store that is damaged for everybody; of some documents it knows alone that it is so.
    struct Broken;

    fn broken() -> StoreError {
        StoreError::Damaged { place: "a test".to_owned(), what: "it is broken".to_owned() }
    }

    impl Store for Broken {
        fn append(
            &self,
            _now: Clock<'_>,
            group: &[Append],
        ) -> Result<Vec<Result<Vec<Receipt>, StoreError>>, StoreError> {
            match group {
                [one] if one.key == "told" => Ok(vec![Err(broken())]),
                _ => Err(broken()),
            }
        }

        fn load(&self, _document: DocumentId) -> Result<Option<Stored>, StoreError> {
            Err(broken())
        }

        fn snapshot(&self, _document: DocumentId, _upto: Position, _bytes: &[u8]) -> Result<(), StoreError> {
            Err(broken())
        }

        fn owner(&self, _document: DocumentId, _actor: &ActorId) -> Result<Option<AccountId>, StoreError> {
            Err(broken())
        }

        fn created(&self, _account: AccountId) -> Result<u64, StoreError> {
            Err(broken())
        }

        fn receipts(&self, _document: DocumentId) -> Result<Vec<Receipt>, StoreError> {
            Err(broken())
        }

        fn list(&self) -> Result<Vec<Listed>, StoreError> {
            Err(broken())
        }

        fn since(&self, _after: Position) -> Result<Vec<Listed>, StoreError> {
            Err(broken())
        }
    }

    #[test]
    fn only_what_was_kept_shows_that_the_store_is_well() {
        let jobs = ["told", "met"].into_iter().zip(1..).map(|(key, number)| Job {
            append: Append {
                document: DocumentId::new([number; 16]),
                key: key.to_owned(),
                account: None,
                judged: None,
                changes: Vec::new(),
            },
            creates: false,
        });
        let round = Committer::new(1).round(&Broken, &|| 0, jobs.collect());
        let told: Vec<_> = round.answers.iter().map(|(document, _)| document.as_bytes()[0]).collect();
        let again: Vec<_> = round.again.iter().map(|job| job.append.key.as_str()).collect();
        assert_eq!((told, again), (vec![1], vec!["met"]), "a document was given up with the whole store");
        assert!(round.error.is_some());
    }
}
