//! A newsletter goes out to every subscriber at the same time, one task each. The compiler
//! refuses: it cannot know that the tasks end before the letter is thrown away.
//!
//! Goal: each task owns its subscriber, and all of them share the one letter, which is as long as
//! a book and cannot be copied. When the last task is done, the letter is freed.
//!
//! Lesson: `chapters/ch02_tasks/README.md`, "Why a spawned task may not borrow"

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use stage::Instrument;
use tokio::{task::JoinSet, time::sleep};
use tracing::{info, info_span};

/// Sends the letter to everybody; the value is how many letters arrived.
async fn send_to_all(letter: Letter, subscribers: Vec<String>) -> usize {
    let letter = Arc::new(letter);
    let mut tasks = JoinSet::new();
    for subscriber in subscribers {
        let letter = Arc::clone(&letter);
        tasks.spawn(async move {
            send(&letter, &subscriber).await;
        });
    }
    tasks.join_all().await.len()
}

/// It cannot be cloned, and tells when it is thrown away.
struct Letter {
    text: String,
    freed: Arc<AtomicBool>,
}

impl Drop for Letter {
    fn drop(&mut self) {
        self.freed.store(true, Ordering::Relaxed);
    }
}

async fn send(letter: &Letter, subscriber: &str) {
    async {
        sleep(Duration::from_secs(1)).await;
        info!("{}", letter.text);
    }
    .instrument(info_span!("to", subscriber))
    .await;
}

fn main() {
    let letter = Letter {
        text: "news from the harbour".to_owned(),
        freed: Arc::default(),
    };
    let subscribers = ["Ada", "Grace", "Edsger"].map(str::to_owned).into();
    stage::play("A newsletter", send_to_all(letter, subscribers));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_gets_the_one_letter() {
        for names in [vec!["Ada", "Grace", "Edsger"], vec!["Barbara"]] {
            let freed = Arc::new(AtomicBool::new(false));
            let letter = Letter {
                text: format!("{} readers", names.len()),
                freed: Arc::clone(&freed),
            };
            let subscribers = names.iter().map(|&name| name.to_owned()).collect();
            let played = stage::record(send_to_all(letter, subscribers));

            assert_eq!(played.value, names.len());
            for name in &names {
                assert_eq!(
                    played.told(&format!("to {name}")),
                    [(
                        Duration::from_secs(1),
                        format!("{} readers", names.len()).as_str()
                    )]
                );
            }
            assert_eq!(played.elapsed, Duration::from_secs(1), "all at once");
            assert!(
                freed.load(Ordering::Relaxed),
                "all tasks have ended, and the letter still takes up memory"
            );
        }
    }
}
