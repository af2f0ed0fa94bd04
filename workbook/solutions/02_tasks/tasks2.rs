//! A newsletter goes out to every subscriber at the same time, one task each. The compiler
//! refuses: it cannot know that the tasks end before the letter is thrown away.
//!
//! Goal: each task owns its subscriber, and all of them share the one letter, which is as long as
//! a book and cannot be copied. When the last task is done, the letter is freed.
//!
//! Lesson: `chapters/ch02_tasks/README.md`, "Why a spawned task may not borrow"

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use stage::Instrument;
use tokio::{
    task::{self, JoinSet},
    time::sleep,
};
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

/// It cannot be cloned.
struct Letter {
    text: String,
    fate: Arc<Mutex<Fate>>,
}

/// What became of a letter.
#[derive(Default)]
struct Fate {
    /// The tasks that sent it.
    sent_by: HashSet<Option<task::Id>>,
    /// How often a letter was thrown away.
    freed: usize,
}

impl Drop for Letter {
    fn drop(&mut self) {
        self.fate.lock().unwrap().freed += 1;
    }
}

async fn send(letter: &Letter, subscriber: &str) {
    async {
        letter.fate.lock().unwrap().sent_by.insert(task::try_id());
        sleep(Duration::from_secs(1)).await;
        info!("{}", letter.text);
    }
    .instrument(info_span!("to", subscriber))
    .await;
}

fn main() {
    let letter = Letter {
        text: "news from the harbour".to_owned(),
        fate: Arc::default(),
    };
    let subscribers = ["Ada", "Grace", "Edsger"].map(str::to_owned).into();
    stage::play("A newsletter", send_to_all(letter, subscribers));
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE_SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn everybody_gets_the_one_letter() {
        for names in [vec!["Ada", "Grace", "Edsger"], vec!["Barbara"], vec![]] {
            let fate = Arc::new(Mutex::new(Fate::default()));
            let text = format!("for {} readers", names.len());
            let letter = Letter {
                text: text.clone(),
                fate: Arc::clone(&fate),
            };
            let subscribers = names.iter().map(|&name| name.to_owned()).collect();
            let played = stage::record(send_to_all(letter, subscribers));
            let happened = played.what_happened();

            assert!(
                played.value == names.len(),
                "{} letters arrived, and the value is {}{happened}",
                names.len(),
                played.value
            );
            for name in &names {
                assert_eq!(
                    played.told(&format!("to {name}")),
                    [(ONE_SECOND, text.as_str())],
                    "{name} should have the letter after 1 s, like everybody{happened}"
                );
            }
            let takes = ONE_SECOND * u32::from(!names.is_empty());
            assert!(
                played.elapsed == takes,
                "the last letter arrives after {takes:?}: that is when all is done, not after \
                 {:?}{happened}",
                played.elapsed
            );
            let fate = fate.lock().unwrap();
            let tasks = fate.sent_by.iter().flatten().count();
            assert!(
                tasks == names.len(),
                "every subscriber should have a task of their own: {} subscribers, {tasks} \
                 tasks{happened}",
                names.len()
            );
            assert!(
                fate.freed > 0,
                "all tasks have ended, and the letter still takes up memory"
            );
            assert!(
                fate.freed == 1,
                "there should be one letter and no copies; {} letters were thrown away",
                fate.freed
            );
        }
    }
}
