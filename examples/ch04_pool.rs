//! Eight requests over three connections.

use ch04_semaphores::{
    permits::InvalidLimit,
    pool::{Pool, eight_requests},
};

fn main() -> Result<(), InvalidLimit> {
    let pool = Pool::open(3)?;
    stage::play("Three connections", eight_requests(&pool));
    Ok(())
}
