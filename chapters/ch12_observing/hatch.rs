//! A hatch between kitchen and dining room: cooks put plates in, guests take them out, and two bells call
//! those who wait.

use std::{collections::VecDeque, pin::pin};

use futures::poll;

use crate::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A bell: each ring is for one. If nobody waits, it is kept for the next; one is kept, not more.
pub trait Rings: Default + Send + Sync {
    /// Calls the first of those who wait.
    fn ring(&self);

    /// Waits to be called.
    ///
    /// # Cancel safety
    ///
    /// If it is dropped after it was called, the next should be called in its place.
    fn wait(&self) -> impl Future<Output = ()> + Send;
}

/// There is room for so many plates.
#[derive(Debug)]
pub struct Hatch<B> {
    plates: Mutex<VecDeque<u32>>,
    room: usize,
    /// Rings when a plate was taken.
    free: Arc<B>,
    /// Rings when a plate was put.
    served: Arc<B>,
}

impl<B: Rings> Hatch<B> {
    /// Two bells, one for the cooks and one for the guests.
    #[must_use]
    pub fn new(room: usize) -> Self {
        Self {
            plates: Mutex::default(),
            room,
            free: Arc::default(),
            served: Arc::default(),
        }
    }

    /// One bell that means either.
    #[must_use]
    pub fn with_one_bell_wrong(room: usize) -> Self {
        let hatch = Self::new(room);
        let served = Arc::clone(&hatch.free);
        Self { served, ..hatch }
    }

    /// Puts a plate, as soon as there is room.
    ///
    /// # Cancel safety
    ///
    /// Dropped before it is done, it has not put the plate.
    pub async fn put(&self, plate: u32) {
        loop {
            let mut free = pin!(self.free.wait());
            // Stands in line first, and looks then: a ring in between is heard.
            let called = poll!(free.as_mut());
            if self.puts(plate) {
                return self.served.ring();
            }
            if called.is_pending() {
                free.await;
            }
        }
    }

    /// Takes the oldest plate, as soon as there is one.
    ///
    /// # Cancel safety
    ///
    /// Dropped before it is done, it has taken nothing.
    pub async fn take(&self) -> u32 {
        loop {
            let mut served = pin!(self.served.wait());
            let called = poll!(served.as_mut());
            if let Some(plate) = self.plates().pop_front() {
                self.free.ring();
                return plate;
            }
            if called.is_pending() {
                served.await;
            }
        }
    }

    /// Looks first, and waits then. Between the two, others may put two plates with one ring kept.
    ///
    /// # Cancel safety
    ///
    /// As [`take`](Self::take).
    pub async fn take_wrong(&self) -> u32 {
        loop {
            let plate = self.plates().pop_front();
            if let Some(plate) = plate {
                self.free.ring();
                return plate;
            }
            self.served.wait().await;
        }
    }

    /// How many plates are in it.
    pub fn len(&self) -> usize {
        self.plates().len()
    }

    /// Whether it is empty.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn puts(&self, plate: u32) -> bool {
        let mut plates = self.plates();
        let is_room = plates.len() < self.room;
        if is_room {
            plates.push_back(plate);
        }
        is_room
    }

    fn plates(&self) -> MutexGuard<'_, VecDeque<u32>> {
        self.plates.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
