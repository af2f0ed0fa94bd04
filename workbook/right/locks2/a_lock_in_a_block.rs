//! Right: the guard ends with its block, before the await.

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
        {
            let words = self.words.lock().unwrap();
            if let Some(known) = words.get(word) {
                return known.clone();
            }
        }
        let translated = service(word).await;
        let mut words = self.words.lock().unwrap();
        words.entry(word.to_owned()).or_insert(translated).clone()
    }
}

// From here on as in the solution:
// /// Understands every language, as long as it is written backwards. Single letters need no time.
