//! Right: one task for all texts of a window; it ends with the window.

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
    texts: Option<tokio::sync::mpsc::UnboundedSender<String>>,
}

impl Autosave {
    fn text_changed(&mut self, text: &str) {
        let texts = self.texts.get_or_insert_with(|| {
            let (sender, mut texts) = tokio::sync::mpsc::unbounded_channel::<String>();
            tokio::spawn(async move {
                let mut text = texts.recv().await;
                while let Some(latest) = text {
                    text = tokio::select! {
                        biased;
                        // Cancel safe: the channel keeps the text.
                        next = texts.recv() => next,
                        // Dropped halfway, it has written nothing.
                        () = save(latest) => texts.recv().await,
                    };
                }
            });
            sender
        });
        let _ = texts.send(text.to_owned());
    }
}

// From here on as in the solution:
// async fn save(text: String) {
