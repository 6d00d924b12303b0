//! What devices last said of work that they have not sent, in a file of the working folder: a device that is offline cannot say it
//! again after the server has started anew.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::PoisonError;

use serde::Deserialize;
use serde::Serialize;

use crate::replica::disk;
use crate::replica::disk::RealDisk;

/// File in the working folder.
const FILE: &str = "unsent.json";
/// Devices whose word is kept; the one that was not heard for longest is forgotten first.
const DEVICES: usize = 4_096;

/// Work that a device has not sent, as it said when it was heard last. Times in Unix milliseconds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Waiting {
    pub body: String,
    pub count: u32,
    pub since: Option<i64>,
    pub heard: i64,
}

/// Who speaks: a session, or a device of an account if it names itself, which it does in every session.
#[derive(Clone, Copy, Debug)]
pub(super) struct Speaker<'a> {
    pub account: i64,
    pub session: i64,
    pub device: Option<&'a str>,
}

impl Speaker<'_> {
    fn name(self) -> String {
        self.device.map_or_else(|| self.session.to_string(), |device| format!("{}/{device}", self.account))
    }
}

/// The words of all devices, by who said them.
#[derive(Debug)]
pub(super) struct Unsent {
    path: PathBuf,
    words: Mutex<BTreeMap<String, Waiting>>,
}

impl Unsent {
    /// What is kept in this folder. A file that is missing or not to be read says that nobody was heard.
    pub fn open(dir: &Path) -> Self {
        let path = dir.join(FILE);
        let kept = fs::read(&path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        Self { path, words: Mutex::new(kept.unwrap_or_default()) }
    }

    /// Everybody's last word.
    pub fn all(&self) -> Vec<Waiting> {
        self.words.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// A device speaks. A disk that does not take it is named in the log; the word stands until the server ends.
    pub fn hear(&self, speaker: Speaker<'_>, word: Waiting) {
        let mut words = self.words.lock().unwrap_or_else(PoisonError::into_inner);
        words.insert(speaker.name(), word);
        if words.len() > DEVICES
            && let Some(oldest) =
                words.iter().min_by_key(|(_, word)| word.heard).map(|(name, _)| name.clone())
        {
            words.remove(&oldest);
        }
        let bytes = serde_json::to_vec(&*words).unwrap_or_default();
        if let Err(error) = disk::replace(&RealDisk, &self.path, &bytes) {
            tracing::warn!(%error, file = %self.path.display(), "what devices say of unsent work is not kept");
        }
    }
}
