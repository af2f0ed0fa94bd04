//! Wrong: the lost update: what others wrote meanwhile is gone.

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
        let mut words = self.words.lock().unwrap().clone();
        if let Some(known) = words.get(word) {
            return known.clone();
        }
        let translated = service(word).await;
        words.insert(word.to_owned(), translated.clone());
        *self.words.lock().unwrap() = words;
        translated
    }
}

// From here on as in the solution:
// /// Understands every language, as long as it is written backwards. Single letters need no time.
