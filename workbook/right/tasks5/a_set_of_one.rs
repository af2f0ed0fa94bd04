//! Right: a set stops what it holds when it is dropped.

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
    pending: JoinSet<()>,
}

impl Autosave {
    fn text_changed(&mut self, text: &str) {
        self.pending.abort_all();
        self.pending.spawn(save(text.to_owned()));
    }
}

// From here on as in the solution:
// async fn save(text: String) {
