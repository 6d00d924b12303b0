//! What an error of SQLite means: the disk's trouble, which may pass, or damage, which does not.

use std::fmt::Display;

use rusqlite::Error;
use rusqlite::ErrorCode;

use crate::store::StoreError;

/// Turns an error of the engine into ours, with the place where it came up.
pub(crate) fn at(place: impl Display) -> impl FnOnce(Error) -> StoreError {
    move |error| classify(&place, &error)
}

/// A row that is not what was written.
pub(crate) fn damaged(place: impl Into<String>, what: impl Into<String>) -> StoreError {
    StoreError::Damaged { place: place.into(), what: what.into() }
}

/// Whether the file could not be read as what it is; everything else may pass.
fn is_damage(error: &Error) -> bool {
    match error {
        Error::SqliteFailure(failure, _) => matches!(
            failure.code,
            ErrorCode::DatabaseCorrupt
                | ErrorCode::NotADatabase
                | ErrorCode::ConstraintViolation
                | ErrorCode::TypeMismatch
                | ErrorCode::SchemaChanged
                | ErrorCode::InternalMalfunction
                | ErrorCode::Unknown
        ),
        Error::SqlInputError { .. }
        | Error::FromSqlConversionFailure(..)
        | Error::IntegralValueOutOfRange(..)
        | Error::Utf8Error(..)
        | Error::InvalidColumnType(..)
        | Error::QueryReturnedNoRows
        | Error::StatementChangedRows(_) => true,
        _ => false,
    }
}

fn classify(place: &dyn Display, error: &Error) -> StoreError {
    if is_damage(error) {
        damaged(place.to_string(), error.to_string())
    } else {
        StoreError::Unavailable { what: format!("{place}: {error}") }
    }
}
