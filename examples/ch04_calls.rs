//! Twenty calls: one after the other, all at once, and five at a time.

use ch04_semaphores::{calls, permits::InvalidLimit};

fn main() -> Result<(), InvalidLimit> {
    stage::acts(|stage| {
        stage.play("One after the other", calls::one_after_the_other(5))?;
        stage.play("All at once (wrong)", calls::all_at_once_wrong(5))?;
        stage.play("Five at a time", calls::limited(5, 5))?;
        Ok(())
    })
}
