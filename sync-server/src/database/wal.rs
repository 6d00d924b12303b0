//! A look at the write-ahead log before SQLite reads it.
use crate::store::StoreError;
use std::path::Path;
pub(super) fn examine(_path: &Path) -> Result<(), StoreError> {
    Ok(())
}
