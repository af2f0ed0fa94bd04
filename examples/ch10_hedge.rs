//! A slow replica, a second one, and a thousand questions.

use std::time::Duration;

use ch10_failure::hedge::{asks_another, thousand, waits};
use tracing::info;

fn main() {
    stage::acts(|stage| {
        stage.play("Waiting", waits());
        stage.play("Asking another after 200 ms", asks_another());

        let patience = [60_000, 200, 50].map(Duration::from_millis);
        // A hundred seconds that nobody has to wait for.
        let seen = patience.map(|patience| (patience, stage::virtual_time(thousand(patience))));
        stage.play("A thousand questions", async {
            for (patience, seen) in seen {
                let (p50, p99, calls) = (seen.p50, seen.p99, seen.calls);
                info!("again after {patience:<5?}  p50 {p50:?}, p99 {p99:?}, {calls} calls");
            }
        });
    });
}
