//! Right: two locks, both held for the whole of a reading or a reload.

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
        let (mut host, mut key) = (self.host.write().await, self.key.write().await);
        (*host, *key) = (config.host, config.key);
    }

    /// Which host and key the letter was sent with.
    async fn send(&self, letter: u32) -> Config {
        let config = {
            let (host, key) = (self.host.read().await, self.key.read().await);
            Config {
                host: *host,
                key: *key,
            }
        };
        connect(letter).await;
        deliver(letter).await;
        config
    }
}

// From here on as in the solution:
// /// Takes no time.
