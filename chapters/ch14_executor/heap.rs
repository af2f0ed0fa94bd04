//! Timers in a heap: the earliest on top, and who leaves early stays in it.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap},
    task::Waker,
};

use crate::timers::Timers;

/// The earliest deadline is on top.
#[derive(Debug, Default)]
pub struct Heap {
    deadlines: BinaryHeap<Reverse<(u64, u64)>>,
    wakers: HashMap<u64, Waker>,
}

impl Timers for Heap {
    fn insert(&mut self, at: u64, id: u64, waker: Waker) {
        if self.wakers.insert(id, waker).is_none() {
            self.deadlines.push(Reverse((at, id)));
        }
    }

    fn remove(&mut self, _at: u64, id: u64) {
        // A heap finds its top only: the deadline stays until it is due.
        self.wakers.remove(&id);
    }

    fn next(&self) -> Option<u64> {
        self.deadlines.peek().map(|Reverse((at, _))| *at)
    }

    fn due(&mut self, now: u64) -> Vec<Waker> {
        let mut due = Vec::new();
        while self.next().is_some_and(|at| at <= now) {
            let Reverse((_, id)) = self.deadlines.pop().expect("there is a next one");
            due.extend(self.wakers.remove(&id));
        }
        due
    }

    fn len(&self) -> usize {
        self.deadlines.len()
    }
}
