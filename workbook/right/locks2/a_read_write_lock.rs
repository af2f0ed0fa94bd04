//! Right: for a moment to look, for a moment to write.

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
    words: Arc<std::sync::RwLock<BTreeMap<String, String>>>,
}

impl Glossary {
    async fn translate(&self, word: &str) -> String {
        let known = self.words.read().unwrap().get(word).cloned();
        if let Some(known) = known {
            return known;
        }
        let translated = service(word).await;
        self.words
            .write()
            .unwrap()
            .insert(word.to_owned(), translated.clone());
        translated
    }
}

// From here on as in the solution:
// /// Understands every language, as long as it is written backwards. Single letters need no time.
