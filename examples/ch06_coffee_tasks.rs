//! The coffee shop with tasks: open for ten seconds, or until Ctrl-C or SIGTERM.

use std::{error::Error, time::Duration};

use ch06_queues::{coffee_tasks, signals::Signals};
use tokio::time::sleep;

fn main() -> Result<(), Box<dyn Error>> {
    stage::acts(|stage| {
        if !stage.is_virtual() {
            return stage.play("The coffee shop: Ctrl-C closes it", async {
                let signals = Signals::listen()?;
                let close = signals.next_within(Duration::from_secs(10));
                coffee_tasks::open(5, close).await?;
                Ok(())
            });
        }
        // No signal comes on the virtual clock: the hour decides.
        let at_720_ms = async || {
            sleep(Duration::from_millis(720)).await;
            "time is up".to_owned()
        };
        stage.play(
            "Wrong: a flag closes the shop",
            coffee_tasks::stop_flag_wrong(5, at_720_ms()),
        )?;
        stage.play(
            "Closed queues close the shop",
            coffee_tasks::open(5, at_720_ms()),
        )?;
        Ok(())
    })
}
