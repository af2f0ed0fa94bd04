//! What tasks share, under the names that it has in Tokio.

pub use crate::{mpsc, mutex::Mutex, oneshot, semaphore::Semaphore};
