//! Bank accounts, in cents, never below zero.

use ch05_locks::bank::{self, Refused};

fn main() -> Result<(), Refused> {
    stage::play("A day at the bank", bank::a_day())
}
