//! Wrong: closing the editor writes what was not saved.

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
    pending: Option<(String, AbortHandle)>,
}

impl Autosave {
    fn text_changed(&mut self, text: &str) {
        if let Some((_, pending)) = self.pending.take() {
            pending.abort();
        }
        let task = tokio::spawn(save(text.to_owned())).abort_handle();
        self.pending = Some((text.to_owned(), task));
    }
}

impl Drop for Autosave {
    fn drop(&mut self) {
        if let Some((text, pending)) = self.pending.take()
            && !pending.is_finished()
        {
            pending.abort();
            info!("written: {text}");
        }
    }
}

// From here on as in the solution:
// async fn save(text: String) {
