//! A configuration that is read by many and reloaded by one.

use std::{
    num::{NonZeroU16, NonZeroU32, ParseIntError},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use stage::Instrument;
use thiserror::Error;
use tokio::{join, sync::watch, time::sleep};
use tracing::{info, info_span};

/// What a reader needs to know, all of it from the same text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Whom to ask.
    pub host: String,
    /// On which port.
    pub port: NonZeroU16,
    /// How many at a time.
    pub workers: NonZeroU32,
}

/// Why a text is no configuration.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum InvalidConfig {
    /// A field is missing.
    #[error("expected `host port workers`, got `{0}`")]
    Fields(String),
    /// A field should be a number in range.
    #[error("{field} must be a number above 0, not `{value}`: {source}")]
    Number {
        /// Which field.
        field: &'static str,
        /// What it says.
        value: String,
        /// What is wrong with it.
        source: ParseIntError,
    },
}

impl std::str::FromStr for Config {
    type Err = InvalidConfig;

    fn from_str(text: &str) -> Result<Self, InvalidConfig> {
        let fields: Vec<_> = text.split_whitespace().collect();
        let [host, port, workers] = fields[..] else {
            return Err(InvalidConfig::Fields(text.to_owned()));
        };
        Ok(Self {
            host: host.to_owned(),
            port: number("port", port)?,
            workers: number("workers", workers)?,
        })
    }
}

fn number<N>(field: &'static str, value: &str) -> Result<N, InvalidConfig>
where
    N: std::str::FromStr<Err = ParseIntError>,
{
    value.parse().map_err(|source| InvalidConfig::Number {
        field,
        value: value.to_owned(),
        source,
    })
}

/// The configuration in force: one pointer, exchanged as a whole.
#[derive(Clone, Debug)]
pub struct Settings {
    current: watch::Sender<Arc<Config>>,
}

impl Settings {
    /// Starts with a configuration that is valid.
    ///
    /// # Errors
    ///
    /// If the text is none.
    pub fn load(text: &str) -> Result<Self, InvalidConfig> {
        let current = watch::Sender::new(Arc::new(text.parse()?));
        Ok(Self { current })
    }

    /// The configuration of this moment. It stays as it is for as long as the reader keeps it.
    #[must_use]
    pub fn current(&self) -> Arc<Config> {
        Arc::clone(&self.current.borrow())
    }

    /// Puts a new configuration in force, or leaves the old one if the text is none.
    ///
    /// # Errors
    ///
    /// If the text is no configuration.
    pub fn reload(&self, text: &str) -> Result<(), InvalidConfig> {
        self.current.send_replace(Arc::new(text.parse()?));
        Ok(())
    }

    /// Tells of configurations that come after this call.
    #[must_use]
    pub fn subscribe(&self) -> watch::Receiver<Arc<Config>> {
        self.current.subscribe()
    }
}

/// Host and port each behind a lock of their own: between the two a reader sees half of each.
pub async fn reload_wrong() {
    let host = Mutex::new("old");
    let port = Mutex::new(1000);
    let read = || info!("asking {}:{}", locked(&host), locked(&port));
    let reload = async || {
        *host.lock().unwrap_or_else(PoisonError::into_inner) = "new";
        sleep(Duration::from_secs(1)).await; // say, to write it to a log
        *port.lock().unwrap_or_else(PoisonError::into_inner) = 2000;
    };
    three_seconds(reload, read).await;
}

fn locked<T: Copy>(value: &Mutex<T>) -> T {
    *value.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One pointer for all of it. A text that is no configuration changes nothing.
///
/// # Errors
///
/// None here: the first text is valid, and the refusal of the third is part of the story.
pub async fn reload() -> Result<(), InvalidConfig> {
    let settings = Settings::load("old 1000 5")?;
    let read = || {
        let config = settings.current();
        info!("asking {}:{}", config.host, config.port);
    };
    let reload = async || {
        for text in ["new 2000 5", "broken 99999 5"] {
            match settings.reload(text) {
                Ok(()) => info!("reloaded"),
                Err(error) => info!("not reloaded: {error}"),
            }
            sleep(Duration::from_secs(1)).await;
        }
    };
    three_seconds(reload, read).await;
    Ok(())
}

/// One reads twice a second, the other begins to reload after 0.9 s.
async fn three_seconds(reload: impl AsyncFn(), read: impl Fn()) {
    let reloader = async {
        sleep(Duration::from_millis(900)).await;
        reload().await;
    };
    let reader = async {
        for _ in 0..6 {
            read();
            sleep(Duration::from_millis(500)).await;
        }
    };
    join!(
        biased;
        reloader.instrument(info_span!("reloader")),
        reader.instrument(info_span!("reader")),
    );
}
