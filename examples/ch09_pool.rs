//! A pool of at most three connections, for a day.

use std::{io, time::Duration};

use ch09_resources::{
    pool::{Limits, Pool, day},
    wire::Bank,
};
use tracing::info;

fn main() -> io::Result<()> {
    let limits = Limits {
        most: 3,
        patience: Duration::from_secs(1),
        idle: Duration::from_secs(1),
        life: Duration::from_mins(1),
    };
    stage::play("A pool of at most three", async {
        let statistics = day(&Pool::new(Bank::default(), limits)).await?;
        info!("{statistics:?}");
        Ok(())
    })
}
