//! A value, a panic, a cancellation: what awaiting a task can give.

use ch02_tasks::results;

fn main() {
    stage::acts(|stage| {
        stage.play("Nobody asks", results::unwatched_wrong());
        stage.play("Everybody is asked", results::watched());
    });
}
