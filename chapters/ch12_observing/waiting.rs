//! Who waits for a bell, in the order in which they came.

use std::{collections::VecDeque, task::Waker};

/// A line of people with numbers.
#[derive(Debug, Default)]
pub struct Waiting {
    next: u64,
    line: VecDeque<(u64, Waker)>,
}

impl Waiting {
    /// Stands at the end of the line; gives the number under which it stands there.
    pub fn enter(&mut self, waker: &Waker) -> u64 {
        let number = self.next;
        self.next += 1;
        self.line.push_back((number, waker.clone()));
        number
    }

    /// Whether it still stands there. If so, this is whom to wake from now on.
    pub fn stands(&mut self, number: u64, waker: &Waker) -> bool {
        let found = self.line.iter_mut().find(|(other, _)| *other == number);
        found.map(|(_, old)| old.clone_from(waker)).is_some()
    }

    /// Leaves the line; says whether it still stood there.
    pub fn leave(&mut self, number: u64) -> bool {
        let place = self.line.iter().position(|(other, _)| *other == number);
        place.and_then(|place| self.line.remove(place)).is_some()
    }

    /// Calls the first of the line out of it.
    pub fn call(&mut self) -> Option<Waker> {
        self.line.pop_front().map(|(_, waker)| waker)
    }
}
