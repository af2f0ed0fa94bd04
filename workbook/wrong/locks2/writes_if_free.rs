//! Wrong: a word is lost when another thread is at the glossary.

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
        if let Ok(mut words) = self.words.try_lock() {
            words.insert(word.to_owned(), translated.clone());
        }
        translated
    }
}

// From here on as in the solution:
// /// Understands every language, as long as it is written backwards. Single letters need no time.
