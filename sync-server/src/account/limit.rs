//! How often a login may be tried, by account, by address, and by both together.
//!
//! Each key may be tried a few times at once, then once in a while (the generic cell rate algorithm, ITU-T I.371: one number
//! a key). Kept in memory: nobody who tries can restart the server, a restart forgives a few tries at most, and a
//! durable count would let anybody make the server write. Three kinds, so that neither one address can try many accounts
//! nor many addresses one account, while somebody who fails on purpose does not lock a colleague out elsewhere at once.
//! NIST SP 800-63B allows at most 100 failures in a row for an account.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::net::IpAddr;
use std::sync::Mutex;
use std::sync::PoisonError;

/// Keys to remember at most; 16 bytes each.
const MOST: usize = 100_000;

/// Refusals of one address are noted once in this time.
const NOTED_EVERY: i64 = 15 * 60_000;

/// How often: so many at once, then one per so many milliseconds.
#[derive(Clone, Copy, Debug)]
struct Rate {
    burst: i64,
    every: i64,
}

const PAIR: Rate = Rate { burst: 5, every: 60_000 };
const ACCOUNT: Rate = Rate { burst: 30, every: 60_000 };
/// A whole office may stand behind one address.
const ADDRESS: Rate = Rate { burst: 30, every: 10_000 };

#[derive(Debug, Default)]
pub(super) struct Limiter {
    random: RandomState,
    /// When each key will be as if it had never been tried.
    clear_at: Mutex<HashMap<u64, i64>>,
    /// Until when further refusals of an address are not noted.
    noted_until: Mutex<HashMap<u64, i64>>,
}

/// The keys of one attempt.
#[derive(Debug)]
pub(super) struct Attempt {
    pub(super) login: String,
    keys: [(u64, Rate); 3],
}

/// An address that one person can choose: of IPv6 the network of 64 bits, which is what a customer gets at least.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() >> 64 << 64).into()),
        v4 => v4,
    }
}

impl Limiter {
    pub(super) fn attempt(&self, login: &str, from: IpAddr) -> Attempt {
        let from = network(from);
        let keys = [
            (self.random.hash_one(("pair", login, from)), PAIR),
            (self.random.hash_one(("account", login)), ACCOUNT),
            (self.random.hash_one(("address", from)), ADDRESS),
        ];
        Attempt { login: login.to_owned(), keys }
    }

    /// Counts an attempt before it is made, so that many at once count too. Refused: milliseconds to wait.
    pub(super) fn charge(&self, now: i64, attempt: &Attempt) -> Result<(), i64> {
        let mut clear_at = self.clear_at.lock().unwrap_or_else(PoisonError::into_inner);
        if clear_at.len() + attempt.keys.len() > MOST {
            clear_at.retain(|_, at| *at > now);
        }
        if clear_at.len() + attempt.keys.len() > MOST {
            // Under an attack from so many addresses nobody is let in for the moment.
            return Err(PAIR.every);
        }
        let wait = |(key, rate): &(u64, Rate)| {
            let at = clear_at.get(key).copied().unwrap_or(now).max(now);
            at + rate.every - now - rate.burst * rate.every
        };
        let longest = attempt.keys.iter().map(wait).max().unwrap_or(0);
        if longest > 0 {
            return Err(longest);
        }
        for (key, rate) in attempt.keys {
            let at = clear_at.entry(key).or_insert(now);
            *at = (*at).max(now) + rate.every;
        }
        Ok(())
    }

    /// Whether no refusal was noted for this address lately: a log that grew with each would be work for the attacker.
    pub(super) fn first_refusal(&self, now: i64, attempt: &Attempt) -> bool {
        let mut noted = self.noted_until.lock().unwrap_or_else(PoisonError::into_inner);
        if noted.len() >= MOST / 10 {
            noted.retain(|_, until| *until > now);
        }
        let (address, _) = attempt.keys[2];
        let until = noted.entry(address).or_insert(now);
        let first = *until <= now;
        if first {
            *until = now + NOTED_EVERY;
        }
        first
    }

    /// Takes the count back. After a right attempt, what failed before is forgotten for this pair.
    pub(super) fn forgive(&self, now: i64, attempt: &Attempt, right: bool) {
        let mut clear_at = self.clear_at.lock().unwrap_or_else(PoisonError::into_inner);
        for (index, (key, rate)) in attempt.keys.iter().enumerate() {
            if index == 0 && right {
                clear_at.remove(key);
            } else if let Some(at) = clear_at.get_mut(key) {
                *at = (*at - rate.every).max(now);
            }
        }
    }
}
