//! Computing in place: on one thread it may not be done, on a worker it may.

use std::time::Duration;

use ch11_parallelism::in_place::siblings;

fn main() {
    const PATIENCE: Duration = Duration::from_millis(200);
    stage::acts(|stage| {
        let refused = stage.play("On one thread", siblings(PATIENCE));
        assert!(refused.is_err());
        stage.play_on_workers("On one worker", 1, siblings(PATIENCE));
    });
}
