//! A task that blocks the only thread makes every timer late.

use ch02_tasks::event_loop;

fn main() {
    stage::play(
        "An alarm beside a long computation",
        event_loop::blocked_wrong(),
    );
}
