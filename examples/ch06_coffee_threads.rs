//! The coffee shop with threads: open for ten seconds, or until Ctrl-C or SIGTERM.

use std::{error::Error, sync::mpsc, time::Duration};

use ch06_queues::{coffee_threads, signals::Signals};
use tokio::task::spawn_blocking;

fn main() -> Result<(), Box<dyn Error>> {
    stage::acts(|stage| {
        // The shop itself knows no runtime. This one only listens for the signal: what may be
        // done inside a signal handler is so little that one leaves it to a library, and Tokio's
        // is here already.
        let shop = stage.play_on_workers("The coffee shop: Ctrl-C closes it", 1, async {
            let signals = Signals::listen()?;
            let (close, closed) = mpsc::channel();
            let shop = spawn_blocking(move || coffee_threads::open(5, closed));
            // Fails if the shop is closed already.
            let _ = close.send(signals.next_within(Duration::from_secs(10)).await);
            shop.await??;
            Ok(())
        });
        shop.unwrap_or(Ok(()))
    })
}
