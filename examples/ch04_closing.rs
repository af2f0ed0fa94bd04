//! A semaphore is closed: who holds a permit finishes, who waits is sent home.

use ch04_semaphores::closing;

fn main() {
    stage::play("Closing time", closing::closing_time());
}
