//! A museum translates the labels of its paintings, and keeps a glossary so that no word is bought
//! twice from the slow translation service. Visitors come at the same time. The compiler refuses:
//! a lock is kept while the program waits for the service.
//!
//! Goal: no lock is held across an await, so that several words can be translated at once. A word
//! that is in the glossary costs no time.
//!
//! Lesson: `chapters/ch05_locks/README.md`, "A guard across an await"

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use stage::Instrument;
use tokio::{task::JoinSet, time::sleep};
use tracing::{info, info_span};

#[derive(Clone, Default)]
struct Glossary {
    words: Arc<Mutex<BTreeMap<String, String>>>,
}

impl Glossary {
    async fn translate(&self, word: &str) -> String {
        // TODO: where does the life of the guard end?
        let mut words = self.words.lock().unwrap();
        if let Some(known) = words.get(word) {
            return known.clone();
        }
        let translated = service(word).await;
        words.insert(word.to_owned(), translated.clone());
        translated
    }
}

/// Understands every language, as long as it is written backwards.
async fn service(word: &str) -> String {
    async {
        sleep(Duration::from_secs(1)).await;
        info!("translated");
        word.chars().rev().collect()
    }
    .instrument(info_span!("service", word))
    .await
}

async fn visitors(glossary: &Glossary, words: &[&str]) -> Vec<String> {
    let mut visitors = JoinSet::new();
    for &word in words {
        let (glossary, word) = (glossary.clone(), word.to_owned());
        visitors.spawn(async move { glossary.translate(&word).await });
    }
    let mut labels = visitors.join_all().await;
    labels.sort();
    labels
}

fn main() {
    stage::play("In the museum", async {
        let glossary = Glossary::default();
        info!("{:?}", visitors(&glossary, &["lio", "dlog", "ria"]).await);
        info!("{:?}", visitors(&glossary, &["dlog", "lio"]).await);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_translated_at_the_same_time() {
        for words in [
            &["lio", "dlog", "ria"][..],
            &["knip", "eulb", "der", "yerg", "kcalb"],
        ] {
            let played = stage::record(async { visitors(&Glossary::default(), words).await });
            let mut expected: Vec<String> = words
                .iter()
                .map(|word| word.chars().rev().collect())
                .collect();
            expected.sort();
            assert_eq!(played.value, expected);
            assert_eq!(
                played.elapsed,
                Duration::from_secs(1),
                "one visitor's word should not wait for another's"
            );
            assert!(played.lanes.iter().all(|lane| lane.running().is_zero()));
        }
    }

    #[test]
    fn a_known_word_costs_no_time() {
        let played = stage::record(async {
            let glossary = Glossary::default();
            visitors(&glossary, &["dlog", "lio"]).await;
            visitors(&glossary, &["lio", "dlog", "dlog"]).await
        });
        assert_eq!(played.value, ["gold", "gold", "oil"]);
        assert_eq!(played.lanes.len(), 2, "each word is bought once");
        assert_eq!(played.elapsed, Duration::from_secs(1));
    }
}
