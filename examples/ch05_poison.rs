//! A clerk panics with a lock in its hands.

use ch05_locks::poison;

fn main() {
    stage::acts(|stage| {
        stage.play("std's mutex", poison::told());
        stage.play("Tokio's mutex", poison::not_told());
    });
}
