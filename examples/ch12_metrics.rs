//! The slow page once more: how long its tasks were idle, and how long they waited for the thread.

use ch12_observing::page::monitored;
use tokio_metrics::TaskMonitor;
use tracing::info;

fn main() {
    stage::play("Six pages under a monitor", async {
        let pages = TaskMonitor::new();
        monitored(&pages).await;
        let seen = pages.cumulative();
        info!(
            "{} tasks, {} polls",
            seen.instrumented_count, seen.total_poll_count
        );
        info!("polled        {:>6.1?}", seen.total_poll_duration);
        info!("idle          {:>6.1?}", seen.total_idle_duration);
        info!("scheduled     {:>6.1?}", seen.total_scheduled_duration);
    });
}
