//! Twelve pictures are fetched, made small and stored, beside the least time that it can take.

use std::{
    hint,
    time::{Duration, Instant},
};

use ch11_parallelism::{
    flight::Flight,
    mixed::{LIMITS, a_limit_for_each, batch, critical_path, in_turn, one_limit_wrong},
};
use tokio::time::sleep;
use tracing::info;

fn main() {
    stage::acts(|stage| {
        let is_virtual = stage.is_virtual();
        let shrink = |takes| async move {
            if is_virtual {
                // Other cores do not move this clock. Seen from here, they are something to wait for.
                sleep(takes).await;
            } else {
                Flight::begin(move || keep_a_core(takes)).await;
            }
        };
        let batch = batch();
        stage.play("In turn", in_turn(&batch, &shrink));
        stage.play(
            "Two places for all of the way",
            one_limit_wrong(&batch, &shrink, 2),
        );
        stage.play("A limit for each stage", async {
            info!("critical path: {:?}", critical_path(&batch, LIMITS.stages));
            a_limit_for_each(&batch, &shrink, LIMITS).await;
        });
    });
}

fn keep_a_core(takes: Duration) {
    let begun = Instant::now();
    while begun.elapsed() < takes {
        hint::spin_loop();
    }
}
