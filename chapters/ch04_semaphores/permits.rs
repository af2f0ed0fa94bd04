//! A semaphore that is checked before anybody can wait for it in vain.

use thiserror::Error;
use tokio::sync::Semaphore;

/// Why a number of permits makes no sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum InvalidLimit {
    /// Everybody would wait for ever.
    #[error("the limit must be at least 1, not 0")]
    Zero,
    /// Tokio's semaphore would panic.
    #[error("the limit must be at most {}, not {asked}", Semaphore::MAX_PERMITS)]
    TooMany {
        /// The number that was asked for.
        asked: usize,
    },
}

/// A semaphore with `count` permits.
///
/// # Errors
///
/// If `count` is 0, or more than a semaphore can hold.
pub fn permits(count: usize) -> Result<Semaphore, InvalidLimit> {
    match count {
        0 => Err(InvalidLimit::Zero),
        1..=Semaphore::MAX_PERMITS => Ok(Semaphore::new(count)),
        _ => Err(InvalidLimit::TooMany { asked: count }),
    }
}
