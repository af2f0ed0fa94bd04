//! Where workers sleep when they find nothing to do, and how one of them is woken.

use super::primitives::{AtomicBool, AtomicUsize, Condvar, Mutex, Relaxed, lock};

/// Nobody sleeps while there is something to find, if whoever puts something there calls `wake_one` afterwards.
#[derive(Default)]
pub struct Sleepers {
    door: Mutex<()>,
    called: Condvar,
    /// Who sleeps, or is about to. Where it is 0, to wake one is to look.
    number: AtomicUsize,
    closed: AtomicBool,
}

impl Sleepers {
    /// Looks until something is found, and sleeps in between. `None` once it is closed.
    ///
    /// `find` must look under the lock under which things are put there. Whoever puts one there after the
    /// second look sees by that lock that somebody is about to sleep.
    pub fn wait_for<T>(&self, find: impl Fn() -> Option<T>) -> Option<T> {
        while !self.closed.load(Relaxed) {
            if let found @ Some(_) = find() {
                return found;
            }
            let door = lock(&self.door);
            self.number.fetch_add(1, Relaxed);
            // Once more: what came between the first look and the line above woke nobody.
            let found = find();
            if found.is_none() && !self.closed.load(Relaxed) {
                drop(self.called.wait(door));
            }
            self.number.fetch_sub(1, Relaxed);
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// Wakes one who sleeps, if there is one.
    pub fn wake_one(&self) {
        if self.number.load(Relaxed) > 0 {
            // Who is about to sleep holds the door until it does.
            drop(lock(&self.door));
            self.called.notify_one();
        }
    }

    /// Lets nobody wait any more.
    pub fn close(&self) {
        let door = lock(&self.door);
        self.closed.store(true, Relaxed);
        drop(door);
        self.called.notify_all();
    }
}
