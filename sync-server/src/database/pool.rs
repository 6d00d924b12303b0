//! Connections for reading, a bounded number of them, apart from the one that writes: a reader never waits for a commit.

use std::path::Path;
use std::path::PathBuf;
use std::sync::Condvar;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use rusqlite::Connection;

use super::open::connect;

struct Shelf {
    idle: Vec<Connection>,
    made: usize,
}

pub(super) struct Readers {
    path: PathBuf,
    most: usize,
    shelf: Mutex<Shelf>,
    returned: Condvar,
}

/// A connection that goes back to the shelf when it is dropped.
pub(super) struct Reader<'a> {
    readers: &'a Readers,
    connection: Option<Connection>,
}

impl Readers {
    pub(super) fn new(path: &Path, most: usize) -> Self {
        let shelf = Mutex::new(Shelf { idle: Vec::new(), made: 0 });
        Self { path: path.to_owned(), most: most.max(1), shelf, returned: Condvar::new() }
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A connection: an idle one, a new one, or the next that comes back.
    pub(super) fn take(&self) -> rusqlite::Result<Reader<'_>> {
        let mut shelf = self.shelf();
        loop {
            if let Some(connection) = shelf.idle.pop() {
                return Ok(Reader { readers: self, connection: Some(connection) });
            }
            if shelf.made < self.most {
                break;
            }
            shelf = self.returned.wait(shelf).unwrap_or_else(PoisonError::into_inner);
        }
        shelf.made += 1;
        drop(shelf);
        match connect(&self.path) {
            Ok(connection) => Ok(Reader { readers: self, connection: Some(connection) }),
            Err(error) => {
                self.shelf().made -= 1;
                self.returned.notify_one();
                Err(error)
            }
        }
    }
}

impl Reader<'_> {
    /// The connection; there is one until the drop.
    pub(super) fn connection(&self) -> Option<&Connection> {
        self.connection.as_ref()
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            self.readers.shelf().idle.push(connection);
            self.readers.returned.notify_one();
        }
    }
}
