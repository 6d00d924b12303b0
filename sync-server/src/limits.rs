//! How much a peer may send, keep open and cost. Every limit has a refusal that says which one it was.

/// So many at once, and then so many a minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// At once, after a rest.
    pub burst: u32,
    /// A minute, for ever.
    pub per_minute: u32,
}

/// All limits of one server. The defaults suit one small machine and a committee of some hundred accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Longest frame, in bytes; the WebSocket must be told the same.
    pub frame_bytes: usize,
    /// Milliseconds from the opening of a connection to its `join`.
    pub join_within: i64,
    /// Frames of an account, over all its connections.
    pub frames: Rate,
    /// Documents that one connection may have asked for.
    pub open_documents: usize,
    /// Documents that one account may have created.
    pub documents_per_account: u64,
    /// Changes of an account. Its connections are read no further while it has brought more; what a document has already counts for
    /// less.
    pub changes: Rate,
    /// Changes in one message.
    pub changes_per_message: u64,
    /// Operations in one message.
    pub operations: u64,
    /// Bytes that one message may come to when it is inflated and its repetitions are written out.
    pub inflated_bytes: u64,
    /// Longest ephemeral message, in bytes.
    pub ephemeral_bytes: usize,
    /// Ephemeral messages of an account; more are dropped.
    pub ephemerals: Rate,
    /// Bytes that wait to be sent to a connection before it is closed as too slow.
    pub outgoing_bytes: usize,
    /// The same of all connections of one account; the one for which most waits is closed.
    pub account_outgoing_bytes: usize,
    /// Bytes that a connection has sent and the server has not dealt with, before its frames are no longer read.
    pub incoming_bytes: usize,
    /// The same of all connections of one account: none of them is read while more is not dealt with.
    pub account_incoming_bytes: usize,
    /// Bytes of changes that the server keeps for an account because those they depend on are missing.
    pub stashed_bytes: usize,
    /// Memory of loaded documents (estimated), before the longest idle leave it. While those in use alone are more, nobody new is let in.
    pub loaded_bytes: usize,
    /// Bytes that wait to be sent, over all accounts. The connection for which most waits is closed by more, and nobody new is let in.
    pub total_outgoing_bytes: usize,
    /// Bytes that were sent and are not dealt with, over all accounts. Nobody is read, or let in, while there are more.
    pub total_incoming_bytes: usize,
    /// Bytes of changes that lack what they depend on, over all accounts. More are refused.
    pub total_stashed_bytes: usize,
    /// Bytes of messages of which the rest has not arrived, or that wait to be read, over all accounts. By more the longest of the account
    /// that has most is closed.
    pub total_unfinished_bytes: usize,
    /// Milliseconds without use after which a document leaves memory.
    pub idle: i64,
    /// Changes after which a document that is never at rest gets a new snapshot. One that rests gets it when it leaves memory:
    /// a snapshot costs as much again as a third of the work for the changes that it holds.
    pub snapshot_after: usize,
}

/// Memory for all that grows with what peers do, in bytes, unless another is set.
pub const MEMORY: usize = 2 << 30;

impl Limits {
    /// The least memory with which the longest message finds room on its way, in and out.
    pub const fn least_memory(frame_bytes: usize) -> usize {
        frame_bytes.saturating_mul(32)
    }

    /// The same within so many bytes of memory in all, for what grows with what peers do: a half for documents, a quarter for what waits
    /// to be sent, the rest for what arrives. Of what waits to be
    /// sent, of what was sent and of loose changes one account may have a quarter.
    #[must_use]
    pub fn within(self, memory: usize) -> Self {
        let (outgoing, incoming, rest) = (memory / 4, memory / 8, memory / 16);
        Self {
            loaded_bytes: memory / 2,
            total_outgoing_bytes: outgoing,
            outgoing_bytes: self.outgoing_bytes.min(outgoing / 4),
            account_outgoing_bytes: self.account_outgoing_bytes.min(outgoing / 4),
            total_incoming_bytes: incoming,
            incoming_bytes: self.incoming_bytes.min(incoming / 4),
            account_incoming_bytes: self.account_incoming_bytes.min(incoming / 4),
            total_stashed_bytes: rest,
            stashed_bytes: self.stashed_bytes.min(rest / 4),
            total_unfinished_bytes: rest,
            ..self
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            frame_bytes: 16 << 20,
            join_within: 10_000,
            frames: Rate { burst: 100_000, per_minute: 60_000 },
            open_documents: 50_000,
            documents_per_account: 20_000,
            changes: Rate { burst: 100_000, per_minute: 12_000 },
            changes_per_message: 50_000,
            operations: 2_000_000,
            inflated_bytes: 64 << 20,
            ephemeral_bytes: 16 << 10,
            ephemerals: Rate { burst: 200, per_minute: 3_000 },
            outgoing_bytes: 64 << 20,
            account_outgoing_bytes: 128 << 20,
            incoming_bytes: 16 << 20,
            account_incoming_bytes: 64 << 20,
            stashed_bytes: 16 << 20,
            loaded_bytes: MEMORY / 2,
            total_outgoing_bytes: MEMORY / 4,
            total_incoming_bytes: MEMORY / 8,
            total_stashed_bytes: MEMORY / 16,
            total_unfinished_bytes: MEMORY / 16,
            idle: 300_000,
            snapshot_after: 400,
        }
    }
}

/// What is left of a [`Rate`]: a bucket that time fills.
#[derive(Clone, Copy, Debug)]
pub struct Bucket {
    rate: Rate,
    /// In 1/60,000 of one, so that a millisecond adds `per_minute`. Less than nothing, if more was taken than there was.
    left: i64,
    at: i64,
}

/// What one costs, in the bucket's units: milliseconds of a minute.
const ONE: u64 = 60_000;

/// So many changes that a document has already cost as much as one that it has not: they are only read.
const KNOWN: u64 = 10;

fn to_units(count: u64) -> i64 {
    i64::try_from(count.saturating_mul(ONE)).unwrap_or(i64::MAX)
}

impl Bucket {
    /// A full bucket.
    pub fn new(rate: Rate, now: i64) -> Self {
        Self { rate, left: to_units(u64::from(rate.burst)), at: now }
    }

    fn fill(&mut self, now: i64) {
        let passed = now.saturating_sub(self.at).max(0);
        self.at = self.at.max(now);
        let more = passed.saturating_mul(i64::from(self.rate.per_minute));
        self.left = self.left.saturating_add(more).min(to_units(u64::from(self.rate.burst)));
    }

    /// Takes so many, or says that there are not so many.
    pub fn take(&mut self, count: u64, now: i64) -> bool {
        self.fill(now);
        let cost = to_units(count);
        let enough = cost <= self.left;
        if enough {
            self.left -= cost;
        }
        enough
    }

    /// Takes so many, also if there are not so many.
    pub fn owe(&mut self, count: u64, now: i64) {
        self.fill(now);
        self.left = self.left.saturating_sub(to_units(count));
    }

    /// Whether more was taken than there was.
    pub fn is_overdrawn(&mut self, now: i64) -> bool {
        self.fill(now);
        self.left < 0
    }

    /// Gives back what was taken for so many that were known already, but for what reading them cost.
    pub(crate) fn were_known(&mut self, count: u64) {
        let back =
            self.left.saturating_add(to_units(count) / KNOWN.cast_signed() * (KNOWN - 1).cast_signed());
        self.left = back.min(to_units(u64::from(self.rate.burst)));
    }
}

/// What is left to an account of what it may send. All its connections draw on it, so that who connects again has no more.
#[derive(Clone, Copy, Debug)]
pub struct Quota {
    pub(crate) frames: Bucket,
    pub(crate) changes: Bucket,
    pub(crate) ephemerals: Bucket,
}

impl Quota {
    /// All of it.
    pub fn new(limits: &Limits, now: i64) -> Self {
        Self {
            frames: Bucket::new(limits.frames, now),
            changes: Bucket::new(limits.changes, now),
            ephemerals: Bucket::new(limits.ephemerals, now),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_memory_come_to_no_more_than_it_has() {
        let limits = Limits::default();
        assert_eq!(
            limits.clone().within(MEMORY),
            limits,
            "the defaults are those of the memory that is meant"
        );
        for memory in [512 << 20, MEMORY, 64 << 30] {
            let limits = Limits::default().within(memory);
            assert!(memory >= Limits::least_memory(limits.frame_bytes));
            assert!(2 * limits.frame_bytes <= limits.outgoing_bytes.min(limits.total_unfinished_bytes));
            let parts = [
                limits.loaded_bytes,
                limits.total_outgoing_bytes,
                limits.total_incoming_bytes,
                limits.total_stashed_bytes,
                limits.total_unfinished_bytes,
            ];
            assert_eq!(parts.iter().sum::<usize>(), memory);
            assert!(limits.outgoing_bytes <= limits.account_outgoing_bytes);
            assert!(limits.account_outgoing_bytes <= limits.total_outgoing_bytes / 4);
            assert!(limits.incoming_bytes <= limits.account_incoming_bytes);
            assert!(limits.account_incoming_bytes <= limits.total_incoming_bytes / 4);
            assert!(limits.stashed_bytes <= limits.total_stashed_bytes / 4);
        }
    }

    #[test]
    fn a_bucket_holds_its_burst_and_fills_with_time() {
        let mut bucket = Bucket::new(Rate { burst: 3, per_minute: 60 }, 1_000);
        let table = [
            (1_000, 4, false),
            (1_000, 3, true),
            (1_999, 1, false),
            (2_000, 1, true),
            (500, 1, false),
            (2_500, 1, false),
            (3_000, 1, true),
            (1_000_000, 4, false),
            (1_000_000, 3, true),
            (i64::MAX, 3, true),
            (i64::MIN, 1, false),
        ];
        for (now, count, enough) in table {
            assert_eq!(bucket.take(count, now), enough, "{count} at {now}");
        }
    }

    #[test]
    fn what_is_owed_is_paid_with_time_and_what_was_known_is_given_back() {
        let mut bucket = Bucket::new(Rate { burst: 20, per_minute: 60 }, 0);
        bucket.owe(20, 0);
        assert!(!bucket.is_overdrawn(0), "it is just empty");
        bucket.owe(10, 0);
        assert_eq!([0, 9_999, 10_000].map(|now| bucket.is_overdrawn(now)), [true, true, false]);
        assert!(!bucket.take(1, 10_000));
        bucket.owe(30, 10_000);
        bucket.were_known(30);
        assert_eq!([12_999, 13_000].map(|now| bucket.is_overdrawn(now)), [true, false]);
        bucket.were_known(1_000);
        assert_eq!(
            [bucket.take(21, 13_000), bucket.take(20, 13_000)],
            [false, true],
            "no more than its burst"
        );
        bucket.owe(u64::MAX, 13_000);
        assert!(bucket.is_overdrawn(100_000_000));
    }
}
