//! Wrong: the reload has ended, and is not in force.

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
    config: Arc<RwLock<Arc<Config>>>,
}

impl Server {
    fn new(config: Config) -> Self {
        Self {
            config: Arc::new(RwLock::new(Arc::new(config))),
        }
    }

    async fn reload(&self, config: Config) {
        let current = Arc::clone(&self.config);
        tokio::spawn(async move { *current.write().await = Arc::new(config) });
    }

    /// Which host and key the letter was sent with.
    async fn send(&self, letter: u32) -> Config {
        let config = Arc::clone(&*self.config.read().await);
        connect(letter).await;
        deliver(letter).await;
        *config
    }
}

// From here on as in the solution:
// /// Takes no time.
