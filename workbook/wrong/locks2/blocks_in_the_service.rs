//! Wrong: waits for the service on the thread that the service needs, for ever.

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
        let mut words = self.words.lock().unwrap();
        if let Some(known) = words.get(word) {
            return known.clone();
        }
        let translated = futures::executor::block_on(service(word));
        words.insert(word.to_owned(), translated.clone());
        translated
    }
}

// From here on as in the solution:
// /// Understands every language, as long as it is written backwards. Single letters need no time.
