//! Five in any second: two limiters that do not keep that promise, and two that do.

use std::error::Error;

use ch04_semaphores::any_second;

fn main() -> Result<(), Box<dyn Error>> {
    stage::acts(|stage| {
        stage.play(
            "Five in each counted second (wrong)",
            any_second::by_fixed_window_wrong(),
        )?;
        stage.play(
            "A bucket of five tokens (wrong)",
            any_second::by_bucket_wrong(),
        )?;
        stage.play("A sliding window", any_second::by_sliding_window())?;
        stage.play("An even pace", any_second::by_pace())?;
        Ok(())
    })
}
