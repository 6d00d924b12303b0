//! Passwords: which are accepted, and how they are kept (argon2id, PHC string). At most a few are hashed at a time, because
//! each takes 19 MiB.

use std::sync::Condvar;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use argon2::Algorithm;
use argon2::Argon2;
use argon2::Params;
use argon2::PasswordHash;
use argon2::PasswordHasher;
use argon2::PasswordVerifier;
use argon2::Version;
use unicode_normalization::UnicodeNormalization;

use super::AccountError;
use crate::chance::Chance;
use crate::chance::draw;

/// OWASP Password Storage Cheat Sheet, "Argon2id": 19 MiB of memory, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// NIST SP 800-63B asks that at least 64 characters be accepted; the bound keeps a request from being work.
const LONGEST: usize = 256;

/// Passwords of 12 characters and more that lists of leaked ones hold, here and abroad, or that a keyboard suggests.
const COMMON: &[&str] = &[
    "123456789012",
    "1234567890123",
    "12345678901234",
    "0123456789012",
    "012345678910",
    "123456789101112",
    "0987654321098",
    "987654321098",
    "abcdefghijkl",
    "abcdefghijklm",
    "qwertyuiop12",
    "qwertyuiop123",
    "qwertyuiop[]",
    "qwertyuiopasdf",
    "1q2w3e4r5t6y",
    "1qaz2wsx3edc",
    "1qaz2wsx3edc4rfv",
    "asdfghjkl123",
    "zxcvbnm12345",
    "password1234",
    "password12345",
    "password123456",
    "passwordpassword",
    "administrator",
    "administrator1",
    "changeme1234",
    "changemenow1",
    "letmein12345",
    "iloveyou1234",
    "welcome12345",
    "matkhau12345",
    "matkhau123456",
    "matkhau1234567",
    "matkhaumatkhau",
    "anhyeuem1234",
    "anhyeuem12345",
    "vietnam12345",
    "vietnam123456",
    "hochiminh123",
    "hanoivietnam",
    "baucu2021baucu",
    "baucu2026baucu",
];

/// The text that is hashed: the same however a keyboard composes its accents (NIST SP 800-63B asks for NFKC or NFKD).
fn normal(password: &str) -> String {
    password.nfkc().collect()
}

/// Whether a new password may be used, and if not, why.
pub(super) fn expect_good(password: &str, login: &str, shortest: usize) -> Result<(), AccountError> {
    let password = normal(password).to_lowercase();
    let length = password.chars().count();
    if length < shortest {
        return Err(AccountError::PasswordTooShort { shortest });
    }
    if length > LONGEST {
        return Err(AccountError::PasswordTooLong { longest: LONGEST });
    }
    let mut distinct: Vec<char> = password.chars().collect();
    distinct.sort_unstable();
    distinct.dedup();
    let rest = password.replace(login, "").chars().count();
    if distinct.len() < 5 || rest < 8 || COMMON.contains(&password.as_str()) {
        return Err(AccountError::PasswordCommon);
    }
    Ok(())
}

/// Hashes passwords, a bounded number at a time.
#[derive(Debug)]
pub(super) struct Hasher {
    at_once: usize,
    waiting: usize,
    gate: Mutex<Gate>,
    free: Condvar,
    /// Stands in for the hash of an account that does not exist, so that the work is the same.
    nobody: String,
}

#[derive(Debug, Default)]
struct Gate {
    busy: usize,
    waiting: usize,
}

fn argon2() -> Result<Argon2<'static>, AccountError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|_| AccountError::Hashing)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &str, salt: &[u8; 16]) -> Result<String, AccountError> {
    let hash = argon2()?.hash_password_with_salt(normal(password).as_bytes(), salt);
    hash.map(|hash| hash.to_string()).map_err(|_| AccountError::Hashing)
}

impl Hasher {
    pub(super) fn new(chance: &dyn Chance, at_once: usize, waiting: usize) -> Result<Self, AccountError> {
        let secret = bs58::encode(draw::<32>(chance)?).into_string();
        let nobody = hash(&secret, &draw(chance)?)?;
        let gate = Mutex::default();
        Ok(Self { at_once: at_once.max(1), waiting, gate, free: Condvar::new(), nobody })
    }

    fn gate(&self) -> MutexGuard<'_, Gate> {
        self.gate.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a place; refused if too many wait already.
    fn enter(&self) -> Result<Place<'_>, AccountError> {
        let mut gate = self.gate();
        if gate.busy >= self.at_once && gate.waiting >= self.waiting {
            return Err(AccountError::Busy);
        }
        gate.waiting += 1;
        while gate.busy >= self.at_once {
            gate = self.free.wait(gate).unwrap_or_else(PoisonError::into_inner);
        }
        gate.waiting -= 1;
        gate.busy += 1;
        Ok(Place(self))
    }

    /// What is kept of a password.
    pub(super) fn hash(&self, password: &str, chance: &dyn Chance) -> Result<String, AccountError> {
        let salt = draw(chance)?;
        let _place = self.enter()?;
        hash(password, &salt)
    }

    /// Whether a password fits; the same work if there is none to fit.
    pub(super) fn fits(&self, password: &str, kept: Option<&str>) -> Result<bool, AccountError> {
        if password.len() > LONGEST * 4 {
            return Ok(false);
        }
        let _place = self.enter()?;
        let parsed = PasswordHash::new(kept.unwrap_or(&self.nobody)).map_err(|_| AccountError::Hashing)?;
        let fits = argon2()?.verify_password(normal(password).as_bytes(), &parsed).is_ok();
        Ok(fits && kept.is_some())
    }
}

/// A place among those that hash.
struct Place<'a>(&'a Hasher);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.gate().busy -= 1;
        self.0.free.notify_one();
    }
}
