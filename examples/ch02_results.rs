//! A value, a panic, a cancellation: what awaiting a task can give.

use async_workbook::{ch02_tasks::results, stage};

fn main() {
    stage::acts(|stage| {
        stage.play("Nobody asks", results::unwatched_wrong());
        stage.play("Everybody is asked", results::watched());
    });
}
