//! A driver that blocks: on a thread of its own, aborted, in place, and when the runtime ends.

use std::io;

use ch01_await::printer;
use tracing::{error, info};

fn main() -> io::Result<()> {
    stage::acts(|stage| {
        stage.play("On another thread", async {
            match printer::on_another_thread().await {
                Ok(label) => info!("{label:?}"),
                Err(error) => error!("no label: {error}"),
            }
        });
        stage.play("Aborted too late", async {
            match printer::aborted_wrong().await {
                Ok(label) => info!("{label:?} all the same"),
                Err(error) => error!("no label: {error}"),
            }
        });
        stage.play("In place, on one thread", async {
            if let Err(error) = printer::in_place_as_a_task().await {
                info!(panic = error.is_panic(), "no label");
            }
        });
        stage.play_blocking("The runtime ends", || {
            let printed = printer::is_printed_after_drop()?;
            info!(printed, "dropped");
            let printed = printer::is_printed_after_shutdown_background()?;
            info!(printed, "shut down in the background");
            Ok(())
        })
    })
}
