//! Wrong: each is whole, and the pair is torn.

use std::{sync::Arc, time::Duration};

use stage::Instrument;
use tokio::{
    sync::RwLock,
    time::{Instant, sleep},
};
use tracing::{info, info_span};

#[derive(Clone, Copy, Debug, PartialEq)]
struct Config {
    host: u32,
    key: u32,
}

struct Server {
    host: std::sync::atomic::AtomicU32,
    key: std::sync::atomic::AtomicU32,
}

impl Server {
    fn new(config: Config) -> Self {
        Self {
            host: config.host.into(),
            key: config.key.into(),
        }
    }

    async fn reload(&self, config: Config) {
        use std::sync::atomic::Ordering::SeqCst;
        self.host.store(config.host, SeqCst);
        self.key.store(config.key, SeqCst);
    }

    /// Which host and key the letter was sent with.
    async fn send(&self, letter: u32) -> Config {
        use std::sync::atomic::Ordering::SeqCst;
        let (host, key) = (self.host.load(SeqCst), self.key.load(SeqCst));
        connect(letter).await;
        deliver(letter).await;
        Config { host, key }
    }
}

// From here on as in the solution:
// /// Takes no time.
