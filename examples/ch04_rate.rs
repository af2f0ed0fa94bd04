//! Four at a time or four a second, with a fast server and with a slow one.

use std::{error::Error, time::Duration};

use ch04_semaphores::{
    rate::{by_both, by_concurrency, by_rate},
    token_bucket::{InvalidBucket, TokenBucket},
};

const FAST: Duration = Duration::from_millis(100);
const SLOW: Duration = Duration::from_secs(2);

fn main() -> Result<(), Box<dyn Error>> {
    stage::acts(|stage| {
        stage.play("Four at a time, fast server", by_concurrency(4, FAST))?;
        stage.play("Four a second, fast server", async {
            by_rate(&four_a_second()?, FAST).await;
            Ok::<_, InvalidBucket>(())
        })?;
        stage.play("Four at a time, slow server", by_concurrency(4, SLOW))?;
        stage.play("Four a second, slow server", async {
            by_rate(&four_a_second()?, SLOW).await;
            Ok::<_, InvalidBucket>(())
        })?;
        stage.play("Both, slow server", async {
            by_both(4, &four_a_second()?, SLOW).await?;
            Ok(())
        })
    })
}

fn four_a_second() -> Result<TokenBucket, InvalidBucket> {
    TokenBucket::new(4, Duration::from_secs(1), 1)
}
