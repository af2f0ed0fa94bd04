//! A semaphore is closed: who holds a permit finishes, who waits is sent home.

use async_workbook::{ch04_semaphores::closing, stage};

fn main() {
    stage::play("Closing time", closing::closing_time());
}
