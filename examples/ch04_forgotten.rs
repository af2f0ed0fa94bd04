//! Permits that a failing job never gives back, and the guard that always does.

use ch04_semaphores::forgotten;

fn main() {
    stage::acts(|stage| {
        let stuck = stage.play("Given back by hand (wrong)", forgotten::six_jobs_wrong());
        assert!(stuck.is_err(), "two of two permits are gone");
        let done = stage.play("Given back by a guard", forgotten::six_jobs());
        assert!(done.is_ok(), "nobody waits for long");
    });
}
