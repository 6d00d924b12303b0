//! Where random bytes come from: an argument, so that a test can say what they are.

/// A source of random bytes.
pub trait Chance: Send + Sync {
    /// Fills the buffer.
    ///
    /// # Errors
    /// If the source cannot give any; nothing secret may be made then.
    fn fill(&self, buffer: &mut [u8]) -> Result<(), NoChance>;
}

/// The source of random bytes failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "hệ thống không cấp được số ngẫu nhiên nên không tạo được mã; hãy xem nhật ký hệ thống. / The system gives no random bytes ({what}), so \
     no secret can be made; look at the system's log"
)]
pub struct NoChance {
    /// The system's own words.
    pub what: String,
}

/// The operating system's generator.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemChance;

impl Chance for SystemChance {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), NoChance> {
        getrandom::fill(buffer).map_err(|error| NoChance { what: error.to_string() })
    }
}

/// As many random bytes as the array has places.
///
/// # Errors
/// If the source fails.
pub fn draw<const N: usize>(chance: &dyn Chance) -> Result<[u8; N], NoChance> {
    let mut bytes = [0; N];
    chance.fill(&mut bytes)?;
    Ok(bytes)
}
