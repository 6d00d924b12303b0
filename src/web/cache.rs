//! Bodies, each read and compressed once and kept while there is room.

use std::collections::HashMap;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use super::encoding::Encoding;

/// Bytes kept in all; a province's whole site fits.
const ROOM: usize = 64 << 20;

type Key = ([u8; 32], Encoding);

/// Bodies by the hash of what they encode; the oldest leave first.
#[derive(Debug, Default)]
pub struct Cache {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    bodies: HashMap<Key, Arc<[u8]>>,
    order: VecDeque<Key>,
    bytes: usize,
}

impl Cache {
    /// The body, if it is kept.
    pub fn get(&self, key: &Key) -> Option<Arc<[u8]>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).bodies.get(key).cloned()
    }

    /// Keeps a body.
    pub fn put(&self, key: Key, body: Arc<[u8]>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let size = body.len();
        if size > ROOM / 4 || state.bodies.insert(key, body).is_some() {
            return;
        }
        state.order.push_back(key);
        state.bytes += size;
        while state.bytes > ROOM
            && let Some(oldest) = state.order.pop_front()
        {
            let freed = state.bodies.remove(&oldest).map_or(0, |body| body.len());
            state.bytes -= freed;
        }
    }
}
