//! Right: the value is copied out of the channel.

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
    config: tokio::sync::watch::Sender<Config>,
}

impl Server {
    fn new(config: Config) -> Self {
        Self {
            config: tokio::sync::watch::Sender::new(config),
        }
    }

    async fn reload(&self, config: Config) {
        self.config.send_replace(config);
    }

    /// Which host and key the letter was sent with.
    async fn send(&self, letter: u32) -> Config {
        let config = *self.config.borrow();
        connect(letter).await;
        deliver(letter).await;
        config
    }
}

// From here on as in the solution:
// /// Takes no time.
