//! Five a second, counted by full seconds (wrong) and by a token bucket.

use ch04_semaphores::{fixed_window, token_bucket::InvalidBucket};

fn main() -> Result<(), InvalidBucket> {
    stage::acts(|stage| {
        stage.play(
            "Five in each full second (wrong)",
            fixed_window::rush_wrong(),
        );
        stage.play("A token bucket", fixed_window::rush_by_bucket())
    })
}
