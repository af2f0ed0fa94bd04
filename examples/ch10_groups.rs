//! Three groups, one of which has a bug.

use std::panic::AssertUnwindSafe;

use ch10_failure::groups::{in_one_task_wrong, supervised};
use futures::FutureExt;

fn main() {
    stage::acts(|stage| {
        // The panic is what this act is about.
        let _ = stage.play(
            "In one task",
            AssertUnwindSafe(in_one_task_wrong()).catch_unwind(),
        );
        stage.play("Each a task, and a supervisor", supervised());
    });
}
