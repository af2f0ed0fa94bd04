//! The locks and atomics that our channels and queues are made of, named in one place: loom brings its own.

pub use std::sync::{
    Arc, Condvar, Mutex,
    atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
};

use std::sync::{MutexGuard, PoisonError};

/// Locks, also after somebody panicked: what we lock is whole between two statements.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
