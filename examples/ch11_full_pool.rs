//! The blocking pool is full of sums, and a file stands in line behind them.

use std::{io, time::Duration};

use ch11_parallelism::full_pool::{POOL, a_file_behind};

fn main() -> io::Result<()> {
    const LONG: Duration = Duration::from_secs(2);
    stage::acts(|stage| {
        stage.play("One thread is left", a_file_behind(POOL - 1, LONG))?;
        stage.play("None is left", a_file_behind(POOL, LONG / 50))?;
        Ok(())
    })
}
