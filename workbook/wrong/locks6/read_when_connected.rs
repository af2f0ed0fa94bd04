//! Wrong: not what was in force when the letter left.

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
    config: RwLock<Arc<Config>>,
}

impl Server {
    fn new(config: Config) -> Self {
        Self {
            config: RwLock::new(Arc::new(config)),
        }
    }

    async fn reload(&self, config: Config) {
        *self.config.write().await = Arc::new(config);
    }

    /// Which host and key the letter was sent with.
    async fn send(&self, letter: u32) -> Config {
        connect(letter).await;
        let config = Arc::clone(&*self.config.read().await);
        deliver(letter).await;
        *config
    }
}

// From here on as in the solution:
// /// Takes no time.
