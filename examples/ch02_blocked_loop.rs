//! A task that blocks the only thread makes every timer late.

use ch02_tasks::blocked_loop;

fn main() {
    stage::play(
        "An alarm beside a long computation",
        blocked_loop::alarm_wrong(),
    );
}
