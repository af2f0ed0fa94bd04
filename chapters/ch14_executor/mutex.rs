//! A lock that is awaited: a semaphore with one permit, and the value in a place of its own.

use std::ops::{Deref, DerefMut};

use super::{
    primitives::{self, lock},
    semaphore::Semaphore,
};

/// A value that one task at a time may have, first come, first served.
#[derive(Debug)]
pub struct Mutex<T> {
    turn: Semaphore,
    /// Empty while somebody has it: a guard takes the value along. So no lock of std is held across an await.
    value: primitives::Mutex<Option<T>>,
}

impl<T> Mutex<T> {
    /// With this value.
    pub fn new(value: T) -> Self {
        let (turn, value) = (Semaphore::new(1), primitives::Mutex::new(Some(value)));
        Self { turn, value }
    }

    /// Waits for one's turn.
    ///
    /// Cancel safe: only the place in the line is lost.
    ///
    /// # Panics
    ///
    /// Never: whose turn it is finds the value.
    pub async fn lock(&self) -> MutexGuard<'_, T> {
        let turn = self.turn.acquire().await;
        turn.expect("nobody closes it");
        let value = lock(&self.value).take();
        let mutex = self;
        MutexGuard { mutex, value }
    }
}

/// Has the value, and brings it back when it is dropped.
#[derive(Debug)]
pub struct MutexGuard<'a, T> {
    mutex: &'a Mutex<T>,
    value: Option<T>,
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.value.as_ref().expect("it has the value")
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.value.as_mut().expect("it has the value")
    }
}

impl<T> Drop for MutexGuard<'_, T> {
    fn drop(&mut self) {
        *lock(&self.mutex.value) = self.value.take();
        self.mutex.turn.release();
    }
}
