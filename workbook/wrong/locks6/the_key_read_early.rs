//! Wrong: two locks: on threads a reload comes between.

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
    host: RwLock<u32>,
    key: RwLock<u32>,
}

impl Server {
    fn new(config: Config) -> Self {
        Self {
            host: RwLock::new(config.host),
            key: RwLock::new(config.key),
        }
    }

    async fn reload(&self, config: Config) {
        *self.host.write().await = config.host;
        *self.key.write().await = config.key;
    }

    /// Which host and key the letter was sent with.
    async fn send(&self, letter: u32) -> Config {
        let host = *self.host.read().await;
        let key = *self.key.read().await;
        connect(letter).await;
        deliver(letter).await;
        Config { host, key }
    }
}

// From here on as in the solution:
// /// Takes no time.
