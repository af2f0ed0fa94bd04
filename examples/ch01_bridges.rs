//! Calling asynchronous code from synchronous code: three bridges, one of which collapses.

use ch01_await::bridges;
use tracing::{error, info};

fn main() {
    stage::acts(|stage| {
        stage.play_blocking("A runtime of its own", || match bridges::greet_sync("Bo") {
            Ok(greeting) => info!("{greeting}"),
            Err(error) => error!("no runtime: {error}"),
        });
        stage.play("A runtime inside a runtime", async {
            match bridges::nested_wrong().await {
                Ok(greeting) => info!("{greeting:?}"),
                Err(error) => info!(panic = error.is_panic(), "no greeting"),
            }
            info!("awaited instead: {}", bridges::awaited().await);
        });
        stage.play("A thread with a handle", async {
            match bridges::from_a_thread().await {
                Ok(page) => info!("the thread brought {page}"),
                Err(error) => error!("no page: {error}"),
            }
        });
    });
}
