//! A semaphore is closed: who holds a permit finishes, who waits is sent home, if somebody looks.

use ch04_semaphores::closing;

fn main() {
    stage::acts(|stage| {
        stage.play(
            "An error for a permit (wrong)",
            closing::closing_time_wrong(),
        );
        stage.play("Closing time", closing::closing_time());
    });
}
