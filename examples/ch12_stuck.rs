//! A task that blocks its worker: felt by a heartbeat, and seen by a thread outside.

use ch12_observing::stuck::{felt_from_inside, seen_from_outside};
use tracing::info;

fn main() {
    stage::acts(|stage| {
        stage.play("A heart that beats late", felt_from_inside());
        stage.play_on_workers("Two workers, seen from outside", 2, async {
            for restless in seen_from_outside().await {
                info!("restless workers: {restless}");
            }
        });
    });
}
