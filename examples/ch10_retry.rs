//! A warehouse that is busy for two seconds: asked again and again, then with patience.

use std::time::Duration;

use ch10_failure::retry::{Warehouse, at_once_wrong, patiently, with_backon};
use tracing::info;

const BUSY: Duration = Duration::from_secs(2);

fn main() {
    stage::acts(|stage| {
        stage.play("Five tries at once", async {
            match at_once_wrong(&Warehouse::busy_for(BUSY), "teapot").await {
                Ok(left) => info!("{left}"),
                Err(error) => info!("given up: {error}"),
            }
        });
        stage.play("With back-off", told(BUSY, "teapot"));
        stage.play(
            "With back-off: a question that has no answer",
            told(BUSY, "unicorn"),
        );
        stage.play("With backon", async {
            let _ = with_backon(&Warehouse::busy_for(BUSY), "teapot").await;
        });
    });
}

async fn told(busy: Duration, item: &'static str) {
    if let Err(error) = patiently(&Warehouse::busy_for(busy), item).await {
        info!("{error}");
    }
}
