//! A queue from which several threads take, and at which they sleep while it is empty.

use std::{collections::VecDeque, sync::PoisonError};

use super::primitives::{Condvar, Mutex, lock};

/// The queue of all workers.
pub struct SharedQueue<T> {
    queue: Mutex<Queue<T>>,
    /// Something was put there, or there will be no more.
    changed: Condvar,
}

struct Queue<T> {
    items: VecDeque<T>,
    closed: bool,
}

impl<T> SharedQueue<T> {
    /// Puts something at the end and wakes one who waits.
    pub fn push(&self, item: T) {
        lock(&self.queue).items.push_back(item);
        self.changed.notify_one();
    }

    /// Takes what is at the front, and sleeps until there is something. `None` once it is closed.
    pub fn pop(&self) -> Option<T> {
        let mut queue = lock(&self.queue);
        while queue.items.is_empty() && !queue.closed {
            queue = self
                .changed
                .wait(queue)
                .unwrap_or_else(PoisonError::into_inner);
        }
        if queue.closed {
            return None;
        }
        queue.items.pop_front()
    }

    /// Lets nobody wait any more, and returns what is left.
    pub fn close(&self) -> VecDeque<T> {
        let mut queue = lock(&self.queue);
        queue.closed = true;
        self.changed.notify_all();
        std::mem::take(&mut queue.items)
    }
}

impl<T> Default for SharedQueue<T> {
    fn default() -> Self {
        let queue = Queue {
            items: VecDeque::new(),
            closed: false,
        };
        Self {
            queue: Mutex::new(queue),
            changed: Condvar::new(),
        }
    }
}
