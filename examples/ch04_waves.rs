//! Ten jobs of one second, three at a time: 4 s.

use ch04_semaphores::{permits::InvalidLimit, waves};

fn main() -> Result<(), InvalidLimit> {
    stage::acts(|stage| {
        stage.play("A permit dropped at once (wrong)", waves::ten_jobs_wrong(3))?;
        stage.play("Three permits", waves::ten_jobs(3))
    })
}
