//! Wrong: older saves run on, only to find that they are out of date.

use std::time::Duration;

use stage::Instrument;
use tokio::{
    task::{AbortHandle, JoinHandle, JoinSet},
    time::{advance, sleep},
};
use tracing::{info, info_span};

const QUIET: Duration = Duration::from_millis(500);

#[derive(Default)]
struct Autosave {
    latest: std::sync::Arc<std::sync::atomic::AtomicU32>,
}

impl Autosave {
    fn text_changed(&mut self, text: &str) {
        use std::sync::atomic::Ordering::Relaxed;
        let mine = self.latest.fetch_add(1, Relaxed) + 1;
        let (latest, text) = (std::sync::Arc::clone(&self.latest), text.to_owned());
        tokio::spawn(async move {
            sleep(QUIET).await;
            if latest.load(Relaxed) == mine {
                info!("written: {text}");
            }
        });
    }
}

impl Drop for Autosave {
    fn drop(&mut self) {
        self.latest
            .fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    }
}

// From here on as in the solution:
// async fn save(text: String) {
