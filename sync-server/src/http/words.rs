//! What is said to a program of an account's errors: status and code.

use axum::http::StatusCode;

use crate::account::AccountError;

/// Status and code.
pub(super) const fn of(error: &AccountError) -> (StatusCode, &'static str) {
    match error {
        AccountError::Refused => (StatusCode::FORBIDDEN, "refused"),
        AccountError::TooMany { .. } => (StatusCode::TOO_MANY_REQUESTS, "too-many-attempts"),
        AccountError::Busy => (StatusCode::SERVICE_UNAVAILABLE, "busy"),
        AccountError::BadLogin => (StatusCode::UNPROCESSABLE_ENTITY, "bad-login"),
        AccountError::BadName { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "bad-name"),
        AccountError::LoginTaken { .. } => (StatusCode::CONFLICT, "login-taken"),
        AccountError::DeviceTaken { .. } => (StatusCode::CONFLICT, "device-taken"),
        AccountError::PasswordTooShort { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "password-too-short"),
        AccountError::PasswordTooLong { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "password-too-long"),
        AccountError::PasswordCommon => (StatusCode::UNPROCESSABLE_ENTITY, "password-common"),
        AccountError::Unknown { .. } => (StatusCode::NOT_FOUND, "no-such-account"),
        AccountError::UnknownSession => (StatusCode::NOT_FOUND, "no-such-device"),
        AccountError::LastAdministrator => (StatusCode::CONFLICT, "last-administrator"),
        AccountError::HasAdministrator => (StatusCode::CONFLICT, "has-administrator"),
        AccountError::Disabled => (StatusCode::CONFLICT, "account-disabled"),
        AccountError::Hashing | AccountError::Chance(_) | AccountError::Store(_) => {
            (StatusCode::INTERNAL_SERVER_ERROR, "internal")
        }
    }
}
