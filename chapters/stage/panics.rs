//! The panic hook: what a panic says is part of the story.

use std::{panic, sync::Once};

use tracing::{dispatcher, info, subscriber::NoSubscriber};

use crate::clock;

/// How what a panic says begins.
pub(crate) const PANICKED: &str = "panicked: ";

/// Lets a panic inside a story be told on its lane instead of on standard error.
pub(crate) fn narrate_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            // Nobody listens, for one, while tracing asks a value for its words: they may panic.
            let is_heard = dispatcher::get_default(|listener| !listener.is::<NoSubscriber>());
            if !clock::is_playing() || !is_heard {
                return usual(panic);
            }
            let words = panic.payload_as_str().unwrap_or("(without words)");
            if let Some(place) = panic.location() {
                // Cargo reaches an example through its chapter: chapters/…/../../examples/….
                let file = place.file().rsplit("../").next().unwrap_or_default();
                info!("{PANICKED}{words} ({file}:{})", place.line());
            }
        }));
    });
}

#[cfg(test)]
mod tests {
    use std::{
        fmt,
        sync::atomic::{AtomicUsize, Ordering},
    };

    use super::*;
    use crate::record;

    struct Speechless;

    impl fmt::Debug for Speechless {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            panic!("no words")
        }
    }

    /// While tracing asks for words, nobody hears what is said: neither the story nor the reader
    /// would learn of the panic.
    #[test]
    fn a_panic_that_nobody_hears_is_told_as_usual() {
        static USUAL: AtomicUsize = AtomicUsize::new(0);
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if panic.payload_as_str() == Some("no words") {
                USUAL.fetch_add(1, Ordering::Relaxed);
            }
            before(panic);
        }));
        narrate_panics();
        let told = panic::catch_unwind(|| record(async { info!(what = ?Speechless, "look") }));
        assert!(told.is_err());
        assert_eq!(USUAL.load(Ordering::Relaxed), 1);
    }
}
