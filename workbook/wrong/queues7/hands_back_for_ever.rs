//! Wrong: never closes: takes orders back until the last customer has come.

use std::time::Duration;

use stage::Instrument;
use tokio::{
    sync::{mpsc, oneshot},
    time::sleep,
};
use tracing::{info, info_span};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Answer {
    Served,
    HandedBack,
}

struct Order {
    number: u32,
    answer: oneshot::Sender<Answer>,
}

async fn barista(mut orders: mpsc::Receiver<Order>, mut closing: oneshot::Receiver<()>) {
    loop {
        // Both branches may be dropped: `recv` takes an order only when it is ready.
        let order = tokio::select! {
            biased;
            _ = &mut closing => break,
            order = orders.recv() => order,
        };
        let Some(order) = order else { return };
        make(order.number).await;
        // A customer who has left does not want to know.
        let _ = order.answer.send(Answer::Served);
    }

    while let Some(order) = orders.recv().await {
        let _ = order.answer.send(Answer::HandedBack);
    }
}

// From here on as in the solution:
// async fn make(number: u32) {
