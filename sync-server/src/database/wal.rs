//! A look at the write-ahead log before SQLite reads it.
//!
//! SQLite takes the log up to the first frame whose checksum fails and drops the rest without a word: right for a write
//! that a power cut tore, but a flipped bit in the middle would take every later commit with it, acknowledged ones too.
//! A torn write can only be the last: a commit is on the disk before the next one begins. So a bad frame that a whole
//! commit *and* a frame of a further one follow is damage. (Damage in the last commit cannot be told from a torn write.)
//!
//! Format: sqlite.org, "WAL-mode File Format".

use std::fs::File;
use std::io::BufReader;
use std::io::ErrorKind;
use std::io::Read;
use std::path::Path;
use std::path::PathBuf;

use super::fault;
use crate::store::StoreError;

const HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
/// The lowest bit says whether checksums read words with the greatest byte first.
const MAGIC: u32 = 0x377f_0682;

#[derive(Clone, Copy)]
struct Checksum(u32, u32);

impl Checksum {
    /// The running sum over pairs of words; `bytes` is a multiple of 8 long.
    fn add(mut self, bytes: &[u8], big: bool) -> Self {
        for pair in bytes.chunks_exact(8) {
            let word = |at: usize| {
                let bytes = [pair[at], pair[at + 1], pair[at + 2], pair[at + 3]];
                if big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
            };
            self.0 = self.0.wrapping_add(word(0)).wrapping_add(self.1);
            self.1 = self.1.wrapping_add(word(4)).wrapping_add(self.0);
        }
        self
    }

    fn stated(bytes: &[u8], at: usize) -> Self {
        Self(be(bytes, at), be(bytes, at + 4))
    }

    fn is(self, other: Self) -> bool {
        (self.0, self.1) == (other.0, other.1)
    }
}

fn be(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

/// What a frame says of itself, taken with what the frame before it says.
#[derive(Clone, Copy)]
struct Frame {
    sound: bool,
    commits: bool,
}

/// Refuses a log that lost more than its last, unfinished commit.
pub(super) fn examine(path: &Path) -> Result<(), StoreError> {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    let log = PathBuf::from(name);
    let unreadable =
        |error: std::io::Error| StoreError::Unavailable { what: format!("{}: {error}", log.display()) };
    let file = match File::open(&log) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(unreadable(error)),
    };
    let length = file.metadata().map_err(unreadable)?.len();
    if length <= HEADER as u64 {
        return Ok(());
    }
    let frames = frames(BufReader::with_capacity(1 << 20, file)).map_err(unreadable)?;
    let Some(frames) = frames else {
        return Err(fault::damaged("head of the write-ahead log", "the checksum does not fit"));
    };
    match first_loss(&frames) {
        Some(frame) => Err(fault::damaged(
            format!("frame {} of the write-ahead log", frame + 1),
            "the checksum does not fit, and whole commits follow it",
        )),
        None => Ok(()),
    }
}

fn read_whole(reader: &mut impl Read, buffer: &mut [u8]) -> std::io::Result<bool> {
    match reader.read_exact(buffer) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

/// The frames, or nothing if the header is bad. It is on the disk before the first frame is written.
fn frames(mut reader: impl Read) -> std::io::Result<Option<Vec<Frame>>> {
    let mut header = [0; HEADER];
    if !read_whole(&mut reader, &mut header)? {
        return Ok(None);
    }
    let (magic, page) = (be(&header, 0), be(&header, 8) as usize);
    let big = magic & 1 == 1;
    let mut before = Checksum::stated(&header, 24);
    let fits = Checksum(0, 0).add(&header[..24], big).is(before);
    if magic & !1 != MAGIC || !fits || !(512..=65_536).contains(&page) {
        return Ok(None);
    }
    let mut frames = Vec::new();
    let mut frame = vec![0; FRAME_HEADER + page];
    while read_whole(&mut reader, &mut frame)? {
        let stated = Checksum::stated(&frame, 16);
        let sum = before.add(&frame[..8], big).add(&frame[FRAME_HEADER..], big);
        let sound = frame[8..16] == header[16..24] && sum.is(stated);
        frames.push(Frame { sound, commits: be(&frame, 4) != 0 });
        before = stated;
    }
    Ok(Some(frames))
}

/// The first bad frame, if a commit that began after the one it belongs to stands behind it. The frame next to a bad one
/// is bad too if it was the bad one's checksum that changed.
fn first_loss(frames: &[Frame]) -> Option<usize> {
    let bad = frames.iter().position(|frame| !frame.sound)?;
    let from = (bad + 1..=bad + 2).find(|&at| frames.get(at).is_some_and(|frame| frame.sound))?;
    let end = frames[from..].iter().position(|frame| !frame.sound).map_or(frames.len(), |run| from + run);
    let commit = (bad..end).find(|&at| frames[at].commits)?;
    // The frames left over from an earlier round of the log are unsound: their salt is another.
    (commit + 1 < end && from < end).then_some(bad)
}
