//! The same two stories on our executor and on Tokio's, and one that only Tokio can tell.

use std::{thread, time::Duration};

use ch14_executor::{missing, on_stage::ours};
use stage::Instrument;
use tokio::task::spawn_blocking;
use tracing::{info, info_span};

/// The same file, where `tokio` is Tokio.
#[path = "../chapters/ch14_executor/missing.rs"]
mod on_tokio;

fn main() {
    stage::acts(|stage| {
        stage.play_on("A thousand letters, ours", ours, missing::greedy());
        stage.play("A thousand letters, Tokio's", on_tokio::greedy());
        stage.play_on("A mill, ours", ours, missing::blocked());
        stage.play("A mill, Tokio's", on_tokio::blocked());
        // A thread knows no virtual clock.
        let grinds = Duration::from_secs(u64::from(!stage.is_virtual()));
        stage.play("A mill on Tokio's blocking pool", async move {
            let mill = spawn_blocking(move || thread::sleep(grinds));
            let neighbour = async {
                for _ in 0..4 {
                    tokio::time::sleep(Duration::from_millis(250)).await;
                    info!("tick");
                }
            };
            neighbour.instrument(info_span!("neighbour")).await;
            mill.await.expect("the mill does not panic");
        });
    });
}
