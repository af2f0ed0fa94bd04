//! Coffee takes three seconds, toast two. How long does breakfast take?

use std::time::Duration;

use stage::Instrument;
use tokio::{task::JoinError, time::sleep};
use tracing::{info, info_span};

/// Takes 3 s.
pub async fn coffee() -> &'static str {
    async {
        info!("brewing");
        sleep(Duration::from_secs(3)).await;
        info!("hot");
        "coffee"
    }
    .instrument(info_span!("coffee"))
    .await
}

/// Takes 2 s.
pub async fn toast() -> &'static str {
    async {
        info!("toasting");
        sleep(Duration::from_secs(2)).await;
        info!("golden");
        "toast"
    }
    .instrument(info_span!("toast"))
    .await
}

/// Nobody puts the bread in before the coffee is hot: 5 s.
pub async fn in_turn() -> [&'static str; 2] {
    [coffee().await, toast().await]
}

/// Two tasks, started before either is waited for: 3 s.
///
/// # Errors
///
/// If one of the tasks panicked or was cancelled.
pub async fn spawned() -> Result<[&'static str; 2], JoinError> {
    let coffee = tokio::spawn(coffee());
    let toast = tokio::spawn(toast());
    Ok([coffee.await?, toast.await?])
}
