//! Wrong: a task that looks at a clock every ten milliseconds, and never ends.

use std::time::Duration;

use stage::Instrument;
use tokio::{
    task::{AbortHandle, JoinHandle, JoinSet},
    time::{advance, sleep},
};
use tracing::{info, info_span};

const QUIET: Duration = Duration::from_millis(500);

type Typed = std::sync::Arc<std::sync::Mutex<Option<(tokio::time::Instant, String)>>>;

#[derive(Default)]
struct Autosave {
    typed: Typed,
    watching: JoinSet<()>,
}

impl Autosave {
    fn text_changed(&mut self, text: &str) {
        *self.typed.lock().unwrap() = Some((tokio::time::Instant::now(), text.to_owned()));
        if self.watching.is_empty() {
            let typed = Typed::clone(&self.typed);
            self.watching.spawn(async move {
                loop {
                    sleep(Duration::from_millis(30)).await;
                    let due = typed
                        .lock()
                        .unwrap()
                        .take_if(|(at, _)| at.elapsed() >= QUIET);
                    if let Some((_, text)) = due {
                        info!("written: {text}");
                    }
                }
            });
        }
    }
}

// From here on as in the solution:
// async fn save(text: String) {
