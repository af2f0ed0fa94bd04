//! One stream, written in three ways.

use std::pin::pin;

use ch08_streams::fibonacci::{by_hand, by_macro, by_unfold};
use futures::{Stream, StreamExt};
use tracing::info;

fn main() {
    stage::acts(|stage| {
        stage.play("By hand", async { first_eight(by_hand()).await });
        stage.play("By unfold", first_eight(by_unfold()));
        stage.play("By macro", first_eight(by_macro()));
    });
}

async fn first_eight(numbers: impl Stream<Item = u64>) {
    let mut numbers = pin!(numbers.take(8));
    while let Some(number) = numbers.next().await {
        info!("{number}");
    }
}
