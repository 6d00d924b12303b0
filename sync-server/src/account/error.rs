//! Why something was not done with an account.

use crate::access::AccountId;
use crate::chance::NoChance;
use crate::store::StoreError;

/// Why something was not done with an account. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// Login, password or code do not fit. Which of them is not told: it would say which accounts there are.
    #[error("the login or the secret does not fit; try again, or ask your administrator for a new code")]
    Refused,
    /// Too many attempts.
    #[error("too many attempts; wait {} seconds, then try again", (wait + 999) / 1000)]
    TooMany {
        /// Milliseconds until the next one counts.
        wait: i64,
    },
    /// Too many logins at once.
    #[error("too many people log in at this moment; try again in a minute")]
    Busy,
    /// No login can look like that.
    #[error(
        "a login has 3 to 32 of a–z, 0–9, `.`, `-` and `_`, begins with a letter and ends with a letter or digit"
    )]
    BadLogin,
    /// No name can look like that.
    #[error("the {what} must be one line of 1 to 100 characters")]
    BadName {
        /// Which name.
        what: &'static str,
    },
    /// The login is taken.
    #[error("there is an account `{login}` already; choose another login")]
    LoginTaken {
        /// The login.
        login: String,
    },
    /// A device of that name has a token already.
    #[error(
        "the device `{device}` has a token already, number {number}; revoke that one first (`niemyet account revoke {number}`), or \
         choose another name"
    )]
    DeviceTaken {
        /// The device's name.
        device: String,
        /// Number of its token.
        number: i64,
    },
    /// The password is too short.
    #[error("the password needs at least {shortest} characters; several words together are easy to remember")]
    PasswordTooShort {
        /// Characters at least.
        shortest: usize,
    },
    /// The password is too long.
    #[error("the password may have at most {longest} characters")]
    PasswordTooLong {
        /// Characters at most.
        longest: usize,
    },
    /// The password is one of those that are tried first.
    #[error("the password is easy to guess (common, a repetition, or made of the login); choose another one")]
    PasswordCommon,
    /// There is no such account.
    #[error("there is no account number {}; `niemyet account list` shows all", id.0)]
    Unknown {
        /// The number.
        id: AccountId,
    },
    /// There is no such session.
    #[error("there is no such session or token; `niemyet account devices LOGIN` shows them")]
    UnknownSession,
    /// Nobody could manage accounts any more.
    #[error("this is the last administrator; make another account an administrator first")]
    LastAdministrator,
    /// The first administrator is there already.
    #[error("there is an administrator already; ask them for an account")]
    HasAdministrator,
    /// The account may not log in.
    #[error("the account is disabled; enable it first")]
    Disabled,
    /// The hash function failed.
    #[error("the password could not be hashed; look at the machine's memory")]
    Hashing,
    /// No secret could be made.
    #[error(transparent)]
    Chance(#[from] NoChance),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
