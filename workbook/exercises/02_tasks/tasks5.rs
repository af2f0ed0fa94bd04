//! An editor saves half a second after the *last* key was pressed. This one saves after every key:
//! each has started a task of its own, and nobody stops the older ones. Closing the window without
//! saving does not help either: the disk is written half a second later.
//!
//! Goal: a new text replaces the pending save; closing the editor stops it.
//!
//! Lesson: `chapters/ch02_tasks/README.md`, "The life of a task"

use std::time::Duration;

use stage::Instrument;
use tokio::{
    task::AbortHandle,
    time::{advance, sleep},
};
use tracing::{info, info_span};

const QUIET: Duration = Duration::from_millis(500);

#[derive(Default)]
struct Autosave {
    // TODO: who stops the save that is pending?
    pending: Option<AbortHandle>,
}

impl Autosave {
    fn text_changed(&mut self, text: &str) {
        let text = text.to_owned();
        tokio::spawn(save(text));
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
    use tokio::{runtime::Handle, task::yield_now};

    use super::*;

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn alive() -> usize {
        Handle::current().metrics().num_alive_tasks()
    }

    #[test]
    fn only_the_last_text_is_written() {
        let played = stage::record(async {
            let mut editor = Autosave::default();
            for text in ["w", "wa", "wai", "wait"] {
                editor.text_changed(text);
                sleep(ms(200)).await;
                assert_eq!(alive(), 1, "one save is pending, never more");
            }
            sleep(QUIET).await;
            editor.text_changed("waiting");
            sleep(QUIET + ms(1)).await;
        });

        let written: Vec<_> = played
            .events
            .iter()
            .map(|event| (event.at, event.text.as_str()))
            .collect();
        assert_eq!(
            written,
            [
                (ms(3 * 200 + 500), "written: wait"),
                (ms(4 * 200 + 500 + 500), "written: waiting"),
            ]
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

        assert_eq!(played.value, 0, "a save is still pending");
        assert_eq!(played.events, [], "the disk was written all the same");
    }
}
