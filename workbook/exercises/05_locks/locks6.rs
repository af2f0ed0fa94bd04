//! A mail server reads its configuration for every letter: the host to send to, and the key for
//! that host. Both are replaced while letters are on their way. One in a thousand letters arrives
//! at the new host with the old key: a torn read.
//!
//! Goal: host and key of one letter always belong together, and sending (a second) neither delays
//! a reload nor is delayed by one.
//!
//! Lesson: `chapters/ch05_locks/README.md`, "A configuration for many"

use std::time::Duration;

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

// TODO: keep together what belongs together.
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
        connect(letter).await;
        let key = *self.key.read().await;
        deliver(letter).await;
        Config { host, key }
    }
}

async fn connect(letter: u32) {
    let connecting = sleep(Duration::from_millis(500));
    connecting.instrument(info_span!("connect", letter)).await;
}

async fn deliver(letter: u32) {
    let delivering = sleep(Duration::from_millis(500));
    delivering.instrument(info_span!("deliver", letter)).await;
}

/// Letters leave every 100 ms; the configuration is reloaded at these milliseconds.
async fn day(letters: u32, reloads: &[u64]) -> (Vec<Config>, Duration) {
    let server = Server::new(Config { host: 0, key: 0 });
    let sending = futures::future::join_all((0..letters).map(|letter| {
        let server = &server;
        async move {
            sleep(Duration::from_millis(100) * letter).await;
            server.send(letter).await
        }
    }));
    let reloading = async {
        let begun = Instant::now();
        let mut slowest = Duration::ZERO;
        for (version, &at) in (1..).zip(reloads) {
            tokio::time::sleep_until(begun + Duration::from_millis(at)).await;
            let before = Instant::now();
            let (host, key) = (version, version);
            server.reload(Config { host, key }).await;
            slowest = slowest.max(before.elapsed());
            info!("reloaded");
        }
        slowest
    };
    tokio::join!(sending, reloading)
}

fn main() {
    stage::play("Letters and a reload", async {
        let (sent, _) = day(4, &[250]).await;
        info!("{sent:?}");
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_and_key_belong_together() {
        for reloads in [&[50][..], &[250, 430, 660], &[510, 520, 530, 1_040]] {
            let played = stage::record(day(10, reloads));
            let (sent, slowest_reload) = &played.value;
            for (letter, config) in sent.iter().enumerate() {
                assert_eq!(config.host, config.key, "letter {letter} was torn");
                let left = u64::try_from(letter).unwrap() * 100;
                let version = reloads.iter().filter(|&&at| at < left).count();
                assert_eq!(
                    config.host,
                    u32::try_from(version).unwrap(),
                    "letter {letter} should use what was valid when it left"
                );
            }
            assert_eq!(
                *slowest_reload,
                Duration::ZERO,
                "the reload had to wait for letters"
            );
            assert_eq!(
                played.elapsed,
                Duration::from_millis(9 * 100 + 1_000),
                "letters had to wait for the reload"
            );
        }
    }
}
