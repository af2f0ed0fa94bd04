//! Timers in wheels, as Tokio has them: one is found where it was put, and no deadline is compared with another.

use std::{collections::BTreeMap, mem::take, task::Waker};

use crate::timers::Timers;

/// Each turn of a wheel is one step of the next.
const SLOTS: usize = 64;
/// So many that every number has its place. (Tokio has six, and looks again after two years.)
const WHEELS: usize = 11;

type Slot = BTreeMap<u64, (u64, Waker)>;

/// Wheels of 64 slots. A slot of the first is a millisecond, one of the next 64 of them, and so on.
#[derive(Debug)]
pub struct Wheel {
    slots: Vec<Slot>,
    /// For each wheel, a bit for each slot that is not empty.
    used: [u64; WHEELS],
    /// Up to here everybody has been woken.
    elapsed: u64,
    len: usize,
}

impl Default for Wheel {
    fn default() -> Self {
        Self {
            slots: (0..WHEELS * SLOTS).map(|_| Slot::new()).collect(),
            used: [0; WHEELS],
            elapsed: 0,
            len: 0,
        }
    }
}

impl Wheel {
    /// The wheel and the slot where a deadline stands now: the wheel of the highest digit (to the base
    /// of 64) in which it differs from now.
    fn place(&self, at: u64) -> (usize, usize) {
        let differs = (self.elapsed ^ at).max(1);
        let wheel = differs.ilog2() as usize / 6;
        (wheel, digit(at, wheel))
    }

    /// The next slot in which somebody stands, and the moment when it begins.
    fn next_slot(&self) -> Option<(usize, usize, u64)> {
        let wheel = self.used.iter().position(|&used| used != 0)?;
        // Nobody stands in a slot that is over, so the first one that is used is the next.
        let slot = self.used[wheel].trailing_zeros() as usize;
        let shift = 6 * wheel;
        let begins = ((self.elapsed >> shift) & !63 | slot as u64) << shift;
        Some((wheel, slot, begins))
    }
}

impl Timers for Wheel {
    fn insert(&mut self, at: u64, id: u64, waker: Waker) {
        let (wheel, slot) = self.place(at);
        let before = self.slots[wheel * SLOTS + slot].insert(id, (at, waker));
        self.used[wheel] |= 1 << slot;
        self.len += usize::from(before.is_none());
    }

    fn remove(&mut self, at: u64, id: u64) {
        let (wheel, slot) = self.place(at);
        let waiters = &mut self.slots[wheel * SLOTS + slot];
        self.len -= usize::from(waiters.remove(&id).is_some());
        if waiters.is_empty() {
            self.used[wheel] &= !(1 << slot);
        }
    }

    fn next(&self) -> Option<u64> {
        self.next_slot().map(|(_, _, begins)| begins)
    }

    fn due(&mut self, now: u64) -> Vec<Waker> {
        let mut due = Vec::new();
        while let Some((wheel, slot, begins)) = self.next_slot().filter(|next| next.2 <= now) {
            self.elapsed = begins;
            self.used[wheel] &= !(1 << slot);
            let waiters = take(&mut self.slots[wheel * SLOTS + slot]);
            self.len -= waiters.len();
            for (id, (at, waker)) in waiters {
                if at <= begins {
                    due.push(waker);
                } else {
                    // Nearer now, so on a smaller wheel.
                    self.insert(at, id, waker);
                }
            }
        }
        self.elapsed = now;
        due
    }

    fn len(&self) -> usize {
        self.len
    }
}

/// The digit of a number to the base of 64 that a wheel is for.
#[expect(clippy::cast_possible_truncation)]
fn digit(number: u64, wheel: usize) -> usize {
    (number >> (6 * wheel)) as usize % SLOTS
}
