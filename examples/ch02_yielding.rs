//! A clock beside a long computation that gives way not at all, by yielding, by napping.

use std::time::Duration;

use ch02_tasks::yielding::{Manners, beside_a_clock};
use tokio::task::JoinError;

fn main() -> Result<(), JoinError> {
    stage::acts(|stage| {
        stage.play("Without giving way", beside_a_clock(Manners::None))?;
        stage.play("yield_now after each step", beside_a_clock(Manners::Yield))?;
        let nap = Manners::Nap(Duration::from_millis(100));
        stage.play("A nap after each step", beside_a_clock(nap))
    })
}
