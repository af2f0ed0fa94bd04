//! An editor saves half a second after the *last* key was pressed. This one saves after every key:
//! each has started a task of its own, and nobody stops the older ones. Closing the window without
//! saving does not help either: the disk is written half a second later.
//!
//! Goal: a new text replaces the pending save; closing the editor stops it.
//!
//! Lesson: `chapters/ch02_tasks/README.md`, "The life of a task"

use std::time::Duration;

use stage::Instrument;
use tokio::{task::AbortHandle, time::sleep};
use tracing::{info, info_span};

const QUIET: Duration = Duration::from_millis(500);

#[derive(Default)]
struct Autosave {
    /// At most one, or one that is done.
    pending: Option<AbortHandle>,
}

impl Autosave {
    fn text_changed(&mut self, text: &str) {
        let text = text.to_owned();
        self.stop();
        self.pending = Some(tokio::spawn(save(text)).abort_handle());
    }

    fn stop(&mut self) {
        if let Some(pending) = self.pending.take() {
            pending.abort();
        }
    }
}

impl Drop for Autosave {
    fn drop(&mut self) {
        self.stop();
    }
}

async fn save(text: String) {
    async {
        sleep(QUIET).await;
        info!("written: {text}");
    }
    .instrument(info_span!("save"))
    .await;
}

fn main() {
    stage::play("Typing", async {
        let mut editor = Autosave::default();
        for text in ["s", "st", "sto", "stop"] {
            editor.text_changed(text);
            sleep(Duration::from_millis(200)).await;
        }
        sleep(QUIET).await;
    });
}

#[cfg(test)]
mod tests {
    use stage::{Recording, ms};
    use tokio::{runtime::Handle, task::yield_now, time::advance};

    use super::*;

    fn alive() -> usize {
        Handle::current().metrics().num_alive_tasks()
    }

    fn written<T>(played: &Recording<T>) -> Vec<(Duration, &str)> {
        let events = played.events.iter();
        events
            .map(|event| (event.at, event.text.as_str()))
            .collect()
    }

    #[test]
    fn only_the_last_text_is_written() {
        let played = stage::record(async {
            let mut editor = Autosave::default();
            let mut most = 0;
            for text in ["w", "wa", "wai", "wait"] {
                editor.text_changed(text);
                sleep(ms(200)).await;
                most = most.max(alive());
            }
            sleep(QUIET).await;
            editor.text_changed("waiting");
            sleep(QUIET + ms(1)).await;
            most
        });
        let happened = played.what_happened();

        assert_eq!(
            written(&played),
            [
                (ms(3 * 200 + 500), "written: wait"),
                (ms(4 * 200 + 500 + 500), "written: waiting"),
            ],
            "each of the two last texts, half a second after its key, and nothing else{happened}"
        );
        assert!(
            played.value == 1,
            "{} saves were pending at once: there should be one, never more{happened}",
            played.value
        );
    }

    #[test]
    fn closing_the_editor_stops_the_save() {
        let played = stage::record(async {
            let mut editor = Autosave::default();
            editor.text_changed("a secret");
            sleep(ms(300)).await;
            drop(editor);
            yield_now().await;
            let left = alive();
            advance(QUIET).await;
            left
        });
        let happened = played.what_happened();

        assert_eq!(
            written(&played),
            [],
            "the editor was closed, and the disk was written all the same{happened}"
        );
        assert!(
            played.value == 0,
            "the editor is closed, and {} tasks of it are left{happened}",
            played.value
        );
    }

    #[test]
    fn each_window_saves_for_itself() {
        let played = stage::record(async {
            let (mut one, mut two) = (Autosave::default(), Autosave::default());
            one.text_changed("left");
            two.text_changed("right");
            sleep(ms(100)).await;
            two.text_changed("right on");
            let mut three = Autosave::default();
            three.text_changed("closed");
            drop(three);
            sleep(2 * QUIET).await;
        });
        assert_eq!(
            written(&played),
            [(ms(500), "written: left"), (ms(600), "written: right on")],
            "each of the two windows that stay open writes its last text{}",
            played.what_happened()
        );
    }
}
