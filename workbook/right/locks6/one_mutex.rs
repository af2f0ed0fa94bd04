//! Right: small enough to be copied under a lock of std.

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
    config: std::sync::Mutex<Config>,
}

impl Server {
    fn new(config: Config) -> Self {
        Self {
            config: std::sync::Mutex::new(config),
        }
    }

    async fn reload(&self, config: Config) {
        *self.config.lock().unwrap() = config;
    }

    /// Which host and key the letter was sent with.
    async fn send(&self, letter: u32) -> Config {
        let config = *self.config.lock().unwrap();
        connect(letter).await;
        deliver(letter).await;
        config
    }
}

// From here on as in the solution:
// /// Takes no time.
