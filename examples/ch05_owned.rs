//! A locked till is handed to a task.

use ch05_locks::owned;

fn main() {
    stage::play("A locked till, handed over", owned::handed_over());
}
