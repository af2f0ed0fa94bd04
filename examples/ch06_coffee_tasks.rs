//! The coffee shop with tasks: open for ten seconds, or until Ctrl-C or SIGTERM.

use std::{error::Error, time::Duration};

use async_workbook::{
    ch06_queues::{coffee, coffee_tasks, signals::Signals},
    stage,
};
use tokio::time::sleep;

fn main() -> Result<(), Box<dyn Error>> {
    stage::acts(|stage| {
        if !stage.is_virtual() {
            return stage.play("The coffee shop: Ctrl-C closes it", async {
                let signals = Signals::listen()?;
                let close = coffee::last_call(signals, Duration::from_secs(10));
                coffee_tasks::open(5, close).await?;
                Ok(())
            });
        }
        // No signal comes on the virtual clock: the hour decides.
        let closing_time = async || {
            sleep(Duration::from_millis(720)).await;
            "closing time".to_owned()
        };
        stage.play(
            "Wrong: a flag closes the shop",
            coffee_tasks::stop_flag_wrong(5, closing_time()),
        )?;
        stage.play(
            "Closed queues close the shop",
            coffee_tasks::open(5, closing_time()),
        )?;
        Ok(())
    })
}
