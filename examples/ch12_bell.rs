//! The second bell, rung a hundred thousand times on one thread and on two workers.

use ch12_observing::{bell::not_called, bell_2::Bell};
use tracing::info;

fn main() {
    stage::acts(|stage| {
        // On one thread the result is the same however often.
        let runs = if stage.is_virtual() { 10_000 } else { RUNS };
        stage.play("One thread", tell(runs));
        stage.play_on_workers("Two workers", 2, tell(RUNS));
    });
}

const RUNS: u32 = 100_000;

async fn tell(runs: u32) {
    let lost = not_called::<Bell>(runs).await;
    info!("{lost} of {runs} were not called");
}
