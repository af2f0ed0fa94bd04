//! A mail server reads its configuration for every letter: the host to send to, and the key for
//! that host. Both are replaced while letters are on their way. One in a thousand letters arrives
//! at the new host with the old key: a torn read.
//!
//! Goal: host and key of one letter always belong together, on however many threads, and sending (a
//! second) neither delays a reload nor is delayed by one. A reload that has ended is in force.
//!
//! Lesson: `chapters/ch05_locks/README.md`, "A configuration for many"

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
        let config = Arc::clone(&*self.config.read().await);
        connect(letter).await;
        deliver(letter).await;
        *config
    }
}

/// Takes no time.
const EXPRESS: u32 = u32::MAX;

async fn connect(letter: u32) {
    if letter == EXPRESS {
        return;
    }
    let connecting = sleep(Duration::from_millis(500));
    connecting.instrument(info_span!("connect", letter)).await;
}

async fn deliver(letter: u32) {
    if letter == EXPRESS {
        return;
    }
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
    use std::{
        sync::atomic::{AtomicBool, Ordering},
        thread,
    };

    use futures::executor::block_on;

    use super::*;

    #[test]
    fn host_and_key_belong_together() {
        for reloads in [&[50][..], &[250, 430, 660], &[510, 520, 530, 1_040]] {
            let played = stage::record(day(10, reloads));
            let story = played.what_happened();
            let (sent, slowest_reload) = &played.value;
            for (letter, &Config { host, key }) in sent.iter().enumerate() {
                let left = 100 * letter as u64;
                let version = reloads.iter().filter(|&&at| at < left).count() as u32;
                assert!(
                    host == version && key == version,
                    "letter {letter} left at {left} ms, when configuration {version} was in force, \
                     and was sent to host {host} with key {key} (reloads at {reloads:?} ms):\n\
                     {story}"
                );
            }
            assert!(
                slowest_reload.is_zero(),
                "a reload had to wait {slowest_reload:?} for letters:\n{story}"
            );
            let (took, expected) = (played.elapsed, Duration::from_millis(9 * 100 + 1_000));
            assert!(
                took == expected,
                "ten letters should be sent by {expected:?}, and it took {took:?}; did they wait \
                 for a reload?\n{story}"
            );
        }
    }

    /// All letters are express, for a while of real time: what goes wrong between threads does so now
    /// and then.
    #[test]
    fn on_two_threads_too() {
        let server = Server::new(Config { host: 0, key: 0 });
        let done = AtomicBool::new(false);
        let reloads = || {
            for version in 1.. {
                let (host, key) = (version, version);
                block_on(server.reload(Config { host, key }));
                if version % 16 == 0 {
                    let Config { host, key } = block_on(server.send(EXPRESS));
                    assert!(
                        host == version && key == version,
                        "configuration {version} was put in force, and the next letter was sent \
                         to host {host} with key {key}"
                    );
                }
                if done.load(Ordering::Relaxed) {
                    break;
                }
            }
        };
        let letters = || {
            let begun = std::time::Instant::now();
            while begun.elapsed() < Duration::from_millis(300) {
                let Config { host, key } = block_on(server.send(EXPRESS));
                assert!(
                    host == key,
                    "a letter was sent to host {host} with key {key}, while another thread \
                     reloaded: are both read under one lock?"
                );
            }
        };
        thread::scope(|scope| {
            scope.spawn(reloads);
            let sent = scope.spawn(letters).join();
            done.store(true, Ordering::Relaxed);
            sent.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        });
    }
}
