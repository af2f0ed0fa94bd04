//! Right: the lock is held to find the cell; who waits, waits for one word.

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
    words: Arc<Mutex<BTreeMap<String, Arc<tokio::sync::OnceCell<String>>>>>,
}

impl Glossary {
    async fn translate(&self, word: &str) -> String {
        let cell = {
            let mut words = self.words.lock().unwrap();
            Arc::clone(words.entry(word.to_owned()).or_default())
        };
        cell.get_or_init(|| service(word)).await.clone()
    }
}

// From here on as in the solution:
// /// Understands every language, as long as it is written backwards. Single letters need no time.
