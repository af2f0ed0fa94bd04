//! A coffee shop at closing time. An order that was accepted must be served, or handed back with the
//! money: no customer may stand there with nothing. This barista turns off the light and goes,
//! whatever stands on the machine.
//!
//! Goal: the coffee in the making is finished; what waits in the queue is handed back at once after
//! it; who comes later is refused. Orders in = served + handed back, whenever it closes.
//!
//! Lesson: `chapters/ch06_queues/README.md`, "The coffee shop closes"

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

    orders.close();
    while let Some(order) = orders.recv().await {
        let _ = order.answer.send(Answer::HandedBack);
    }
}

async fn make(number: u32) {
    async {
        sleep(Duration::from_secs(3)).await;
        info!("ready");
    }
    .instrument(info_span!("coffee", number))
    .await;
}

/// Comes after `number` seconds and orders; `None` if the shop refuses, or has closed.
async fn customer(number: u32, counter: mpsc::Sender<Order>) -> Option<Answer> {
    async {
        sleep(Duration::from_secs(1) * number).await;
        let (answer, told) = oneshot::channel();
        let Ok(()) = counter.send(Order { number, answer }).await else {
            info!("refused");
            return None;
        };
        drop(counter);
        info!("ordered");
        let told = told.await.expect("an accepted order was forgotten");
        info!("{told:?}");
        Some(told)
    }
    .instrument(info_span!("customer", number))
    .await
}

/// Customers come every second, there is room for two orders, and the shop closes after `closes`.
async fn shop(customers: u32, closes: Duration) -> Vec<Option<Answer>> {
    let (counter, orders) = mpsc::channel(2);
    let (close, closing) = oneshot::channel();
    let customers: Vec<_> = (1..=customers)
        .map(|number| customer(number, counter.clone()))
        .collect();
    drop(counter);
    let evening = async {
        sleep(closes).await;
        info!("closing time");
        let _ = close.send(());
    };
    let barista = async {
        barista(orders, closing).await;
        info!("the barista goes home");
    };
    let (answers, (), ()) = tokio::join!(futures::future::join_all(customers), evening, barista);
    answers
}

fn main() {
    stage::play("A coffee shop", shop(5, Duration::from_millis(4_500)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use Answer::{HandedBack, Served};

    fn closing_at(millis: u64, customers: u32) -> stage::Recording<Vec<Option<Answer>>> {
        stage::record(shop(customers, Duration::from_millis(millis)))
    }

    #[test]
    fn served_or_handed_back_or_refused() {
        for (closes, answers) in [
            (500, &[None, None, None, None, None, None, None][..]),
            (
                1_500,
                &[
                    Some(Served),
                    Some(HandedBack),
                    Some(HandedBack),
                    None,
                    None,
                    None,
                    None,
                ],
            ),
            // The fourth one gets into the queue when the second coffee is begun.
            (
                4_500,
                &[
                    Some(Served),
                    Some(Served),
                    Some(HandedBack),
                    Some(HandedBack),
                    None,
                    None,
                    None,
                ],
            ),
            // Number 6 comes after closing time.
            (
                7_500,
                &[
                    Some(Served),
                    Some(Served),
                    Some(Served),
                    Some(HandedBack),
                    Some(HandedBack),
                    None,
                    None,
                ],
            ),
        ] {
            let played = closing_at(closes, 7);
            assert_eq!(played.value, answers, "closing after {closes} ms");
        }
    }

    #[test]
    fn the_coffee_in_the_making_is_finished_and_then_the_barista_goes() {
        for (closes, goes) in [(500, 500), (1_500, 4_000), (4_500, 7_000), (7_500, 10_000)] {
            let played = closing_at(closes, 7);
            let home = played
                .events
                .iter()
                .find(|event| event.text == "the barista goes home")
                .map(|event| event.at);
            assert_eq!(
                home,
                Some(Duration::from_millis(goes)),
                "closing after {closes} ms"
            );
        }
    }

    #[test]
    fn if_it_does_not_close_everybody_is_served() {
        let played = closing_at(60_000, 5);
        assert_eq!(played.value, [Some(Served); 5]);
        assert_eq!(
            played.told("customer 5").last(),
            Some(&(Duration::from_secs(16), "Served"))
        );
    }
}
