//! Right: replacing the handle drops the old one, which aborts its task.

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
    pending: Option<tokio_util::task::AbortOnDropHandle<()>>,
}

impl Autosave {
    fn text_changed(&mut self, text: &str) {
        let task = tokio::spawn(save(text.to_owned()));
        self.pending = Some(tokio_util::task::AbortOnDropHandle::new(task));
    }
}

// From here on as in the solution:
// async fn save(text: String) {
