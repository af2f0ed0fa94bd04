//! Wrong: what is pending belongs to the program, so one window stops the save of another.

use std::time::Duration;

use stage::Instrument;
use tokio::{
    task::{AbortHandle, JoinHandle, JoinSet},
    time::{advance, sleep},
};
use tracing::{info, info_span};

const QUIET: Duration = Duration::from_millis(500);

thread_local! {
    static PENDING: std::cell::RefCell<Option<AbortHandle>> = const { std::cell::RefCell::new(None) };
}

#[derive(Default)]
struct Autosave;

impl Autosave {
    fn text_changed(&mut self, text: &str) {
        let next = tokio::spawn(save(text.to_owned())).abort_handle();
        if let Some(pending) = PENDING.replace(Some(next)) {
            pending.abort();
        }
    }
}

impl Drop for Autosave {
    fn drop(&mut self) {
        if let Some(pending) = PENDING.take() {
            pending.abort();
        }
    }
}

// From here on as in the solution:
// async fn save(text: String) {
