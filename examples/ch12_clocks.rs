//! Three answers that take 20 ms, asked for with a time-out of a second.

use std::fmt::Debug;

use ch12_observing::clocks::{blocking_task, plain_thread, socket};
use tracing::info;

fn main() {
    stage::acts(|stage| {
        stage.play("A blocking task", told(blocking_task()));
        stage.play("A plain thread", told(plain_thread()));
        stage.play("A socket", told(socket()));
    });
}

async fn told<T, E: Debug>(answer: impl Future<Output = Result<T, E>>) {
    match answer.await {
        Ok(_) => info!("in time"),
        Err(error) => info!("{error:?}"),
    }
}
