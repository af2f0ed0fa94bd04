//! A page, and a customer who waits for two seconds.

use std::time::Duration;

use ch10_failure::deadline::{
    Deadline, Shelf, handed_down, limits_of_their_own_wrong, served, task_local_wrong,
};
use tracing::info;

const PATIENCE: Duration = Duration::from_secs(2);

fn main() {
    let shelf = Shelf {
        takes: Duration::from_secs(3),
    };
    stage::acts(|stage| {
        stage.play(
            "Every layer has its own limits",
            served(limits_of_their_own_wrong(&shelf)),
        );
        let _ = stage.play("A deadline that is handed down", async {
            served(handed_down(&shelf, Deadline::after(PATIENCE))).await
        });
        stage.play("A deadline in a task-local", async {
            let (here, there) = task_local_wrong(Deadline::after(PATIENCE)).await;
            info!("known here: {}", here.is_some());
            info!("known in a task that is spawned here: {}", there.is_some());
        });
    });
}
