//! A museum translates the labels of its paintings, and keeps a glossary so that no word is bought
//! twice from the slow translation service. Visitors come at the same time. The compiler refuses:
//! a lock is kept while the program waits for the service. (It also refuses a `drop(words)` before
//! the await: it goes by where the variable's block ends.)
//!
//! Goal: no lock is held across an await, so that several words can be translated at once. A word
//! that is in the glossary costs no time, and none that was bought is lost.
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
        let known = self.words.lock().unwrap().get(word).cloned();
        if let Some(known) = known {
            return known;
        }
        let translated = service(word).await;
        let mut words = self.words.lock().unwrap();
        words.insert(word.to_owned(), translated.clone());
        translated
    }
}

/// Understands every language, as long as it is written backwards. Single letters need no time.
async fn service(word: &str) -> String {
    async {
        if word.chars().count() > 1 {
            sleep(Duration::from_secs(1)).await;
        }
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
    use std::{sync::Barrier, thread};

    use futures::executor::block_on;

    use super::*;

    #[test]
    fn words_are_translated_at_the_same_time() {
        for words in [
            &["lio", "dlog", "ria"][..],
            &["knip", "eulb", "der", "yerg", "kcalb"],
        ] {
            let played = stage::record(async { visitors(&Glossary::default(), words).await });
            let story = played.what_happened();
            let mut expected: Vec<String> = words
                .iter()
                .map(|word| word.chars().rev().collect())
                .collect();
            expected.sort();
            assert!(
                played.value == expected,
                "the labels should read {expected:?}, not {:?}:\n{story}",
                played.value
            );
            assert!(
                played.elapsed == Duration::from_secs(1),
                "{} words took {:?}; one visitor's word should not wait for another's:\n{story}",
                words.len(),
                played.elapsed
            );
            assert!(
                played.lanes.iter().all(|lane| lane.running().is_zero()),
                "somebody blocks the thread, and with it all others:\n{story}"
            );
        }
    }

    #[test]
    fn a_known_word_costs_no_time() {
        let played = stage::record(async {
            let glossary = Glossary::default();
            visitors(&glossary, &["dlog", "lio"]).await;
            visitors(&glossary, &["lio", "dlog", "dlog"]).await
        });
        let story = played.what_happened();
        assert!(
            played.value == ["gold", "gold", "oil"],
            "known words should read gold, gold and oil, not {:?}",
            played.value
        );
        let (bought, took) = (played.lanes.len(), played.elapsed);
        assert!(
            bought == 2 && took == Duration::from_secs(1),
            "two words should be bought, in one second; {bought} were, in {took:?}:\n{story}"
        );
    }

    /// Ten times, since what goes wrong between threads does so now and then.
    #[test]
    fn on_two_threads_no_word_is_lost() {
        let letters: Vec<String> = ('\u{4e00}'..'\u{5da0}').map(String::from).collect();
        let letters: Vec<&str> = letters.iter().map(String::as_str).collect();
        for _ in 0..10 {
            let (glossary, start) = (Glossary::default(), Barrier::new(2));
            let buy = |letters: &[&str]| {
                start.wait();
                for letter in letters {
                    block_on(glossary.translate(letter));
                }
            };
            thread::scope(|scope| {
                for half in letters.chunks(letters.len() / 2) {
                    scope.spawn(|| buy(half));
                }
            });
            let bought_again = stage::record(visitors(&glossary, &letters)).lanes.len();
            assert!(
                bought_again == 0,
                "two threads bought {} letters, and {bought_again} of them are not in the \
                 glossary: what happens to a word if the lock is not free?",
                letters.len()
            );
        }
    }
}
