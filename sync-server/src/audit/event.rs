//! What can happen. The words are stable: programs and people search for them.

/// What an entry of the audit log is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Event {
    /// Somebody logged in.
    Login,
    /// A password or a code did not fit.
    LoginFailed,
    /// Too many attempts: further ones are refused for a while, and not noted one by one.
    LoginBlocked,
    /// Somebody logged out.
    Logout,
    /// A code for the first administrator was made.
    BootstrapCode,
    /// An account was added.
    AccountAdded,
    /// An account's name, body or right to manage accounts was changed.
    AccountChanged,
    /// An account was disabled, and its sessions ended.
    AccountDisabled,
    /// An account was enabled again.
    AccountEnabled,
    /// An account's password was taken away, its sessions ended, and a code made for a new one.
    PasswordReset,
    /// A password was set with a code, or changed.
    PasswordSet,
    /// A device token was made.
    TokenMade,
    /// A session or device token was ended by somebody.
    TokenRevoked,
    /// A change was not accepted.
    ChangeRefused,
    /// What accounts may do with a document was changed.
    AccessChanged,
    /// A connection was closed because it went over a limit.
    LimitExceeded,
    /// A backup was written.
    Backup,
    /// The store was put in place from a backup.
    Restore,
    /// Clients may bring again what others wrote after the backup, or no more.
    ReplayChanged,
    /// Somebody asked for what the application makes of the documents to be made anew.
    RebuildAsked,
    /// The application made a release of the documents, and it is what everybody sees.
    ReleaseMade,
    /// Somebody made a kept release the one that everybody sees.
    ReleaseActivated,
    /// The server started.
    Started,
    /// The server stopped.
    Stopped,
}

impl Event {
    /// Every event with its word.
    pub const ALL: &[(Self, &'static str)] = &[
        (Self::Login, "login"),
        (Self::LoginFailed, "login-failed"),
        (Self::LoginBlocked, "login-blocked"),
        (Self::Logout, "logout"),
        (Self::BootstrapCode, "bootstrap-code"),
        (Self::AccountAdded, "account-added"),
        (Self::AccountChanged, "account-changed"),
        (Self::AccountDisabled, "account-disabled"),
        (Self::AccountEnabled, "account-enabled"),
        (Self::PasswordReset, "password-reset"),
        (Self::PasswordSet, "password-set"),
        (Self::TokenMade, "token-made"),
        (Self::TokenRevoked, "token-revoked"),
        (Self::ChangeRefused, "change-refused"),
        (Self::AccessChanged, "access-changed"),
        (Self::LimitExceeded, "limit-exceeded"),
        (Self::Backup, "backup"),
        (Self::Restore, "restore"),
        (Self::ReplayChanged, "replay-changed"),
        (Self::RebuildAsked, "rebuild-asked"),
        (Self::ReleaseMade, "release-made"),
        (Self::ReleaseActivated, "release-activated"),
        (Self::Started, "started"),
        (Self::Stopped, "stopped"),
    ];

    /// Its word.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(event, _)| *event == self).map_or("unknown", |(_, word)| word)
    }

    /// The event of a word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == word).map(|(event, _)| *event)
    }
}
