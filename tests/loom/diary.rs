//! Loom's types with a diary: which thread did what, in the order in which it happened.

use std::{
    fmt::Display,
    sync::{LockResult, Mutex as StdMutex},
};

pub use std::sync::PoisonError;

pub use loom::sync::{Arc, MutexGuard, atomic::Ordering};
use loom::thread;

static DIARY: StdMutex<Vec<String>> = StdMutex::new(Vec::new());

/// Opens an empty diary. There is one, so one model at a time may use it.
pub fn begin() {
    diary().clear();
}

/// What was written since.
pub fn read() -> Vec<String> {
    diary().clone()
}

/// Writes a line of its own.
pub fn note(what: impl Display) {
    let who = thread::current().id();
    diary().push(format!("{who:?} {what}"));
}

fn diary() -> std::sync::MutexGuard<'static, Vec<String>> {
    DIARY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A flag of loom's.
#[derive(Debug, Default)]
pub struct AtomicBool(loom::sync::atomic::AtomicBool);

impl AtomicBool {
    /// As that of the standard library.
    pub fn swap(&self, new: bool, order: Ordering) -> bool {
        let old = self.0.swap(new, order);
        note(format_args!("finds the flag {old} and leaves it {new}"));
        old
    }

    /// As that of the standard library.
    pub fn store(&self, new: bool, order: Ordering) {
        self.0.store(new, order);
        note(format_args!("sets the flag to {new}"));
    }
}

/// A lock of loom's.
#[derive(Debug, Default)]
pub struct Mutex<T>(loom::sync::Mutex<T>);

impl<T> Mutex<T> {
    /// As that of the standard library.
    ///
    /// # Errors
    ///
    /// If somebody panicked who held it.
    pub fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        let locked = self.0.lock();
        note("locks the line");
        locked
    }
}
