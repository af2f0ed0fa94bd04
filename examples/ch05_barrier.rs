//! Three hikers wait for each other at every hut.

use ch05_locks::barrier;

fn main() {
    stage::play("A hike", barrier::hike());
}
