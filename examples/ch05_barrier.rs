//! Three hikers wait for each other at every hut.

use async_workbook::{ch05_locks::barrier, stage};

fn main() {
    stage::play("A hike", barrier::hike());
}
