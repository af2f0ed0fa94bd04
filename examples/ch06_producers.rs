//! Two producers, three consumers, a queue of five; and two ways to get it wrong.

use std::time::Duration;

use ch06_queues::{producers, queue::BadCapacity};

fn main() -> Result<(), BadCapacity> {
    stage::acts(|stage| {
        stage.play("A queue of five", producers::two_and_three(5))?;
        stage.play(
            "Wrong: the lock is held while working",
            producers::one_at_a_time_wrong(),
        );
        let patience = Duration::from_secs(2);
        stage.play(
            "Wrong: one sender is never dropped",
            producers::forgotten_sender_wrong(5, patience),
        )?;
        Ok(())
    })
}
