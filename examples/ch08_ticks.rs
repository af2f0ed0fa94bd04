//! Three ways to catch up with missed ticks.

use ch08_streams::ticks;
use tokio::time::MissedTickBehavior::{Burst, Delay, Skip};

fn main() {
    stage::acts(|stage| {
        for behavior in [Burst, Delay, Skip] {
            stage.play(&format!("{behavior:?}"), async {
                ticks::ticks(behavior).await
            });
        }
    });
}
