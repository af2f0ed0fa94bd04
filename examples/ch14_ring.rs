//! A letter for a hundred houses: how often is somebody asked whether it has come?

use ch14_executor::ring;
use tracing::info;

fn main() {
    stage::acts(|stage| {
        stage.play_blocking("A hundred houses", || {
            info!("polls in one task: {}", ring::one_task_wrong(100));
            match ring::a_task_each(100) {
                Ok(polls) => info!("polls with a task each: {polls}"),
                Err(error) => info!("{error}"),
            }
        });
    });
}
