//! Right: both halves in one number.

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
    config: std::sync::atomic::AtomicU64,
}

impl Server {
    fn new(config: Config) -> Self {
        Self {
            config: (u64::from(config.host) << 32 | u64::from(config.key)).into(),
        }
    }

    async fn reload(&self, config: Config) {
        let both = u64::from(config.host) << 32 | u64::from(config.key);
        self.config
            .store(both, std::sync::atomic::Ordering::Relaxed);
    }

    /// Which host and key the letter was sent with.
    async fn send(&self, letter: u32) -> Config {
        let both = self.config.load(std::sync::atomic::Ordering::Relaxed);
        connect(letter).await;
        deliver(letter).await;
        Config {
            host: (both >> 32) as u32,
            key: both as u32,
        }
    }
}

// From here on as in the solution:
// /// Takes no time.
