//! Wrong: the word may be written down after the next one asks; and the visitor does not wait.

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
        let (glossary, bought) = (self.clone(), word.to_owned());
        tokio::spawn(async move {
            let translated = service(&bought).await;
            glossary.words.lock().unwrap().insert(bought, translated);
        });
        word.chars().rev().collect()
    }
}

// From here on as in the solution:
// /// Understands every language, as long as it is written backwards. Single letters need no time.
