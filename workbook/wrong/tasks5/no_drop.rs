//! Wrong: closing the editor stops nothing.

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
    pending: Option<AbortHandle>,
}

impl Autosave {
    fn text_changed(&mut self, text: &str) {
        if let Some(pending) = self.pending.take() {
            pending.abort();
        }
        self.pending = Some(tokio::spawn(save(text.to_owned())).abort_handle());
    }
}

// From here on as in the solution:
// async fn save(text: String) {
