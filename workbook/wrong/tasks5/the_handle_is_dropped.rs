//! Wrong: the old handle is dropped, which stops no task.

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
    pending: Option<JoinHandle<()>>,
}

impl Autosave {
    fn text_changed(&mut self, text: &str) {
        drop(self.pending.take());
        self.pending = Some(tokio::spawn(save(text.to_owned())));
    }
}

impl Drop for Autosave {
    fn drop(&mut self) {
        if let Some(pending) = &self.pending {
            pending.abort();
        }
    }
}

// From here on as in the solution:
// async fn save(text: String) {
