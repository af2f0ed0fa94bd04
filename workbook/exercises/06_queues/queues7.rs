//! A coffee shop at closing time. An order that was accepted must be served, or handed back with the
//! money: no customer may stand there with nothing. This barista turns off the light and goes,
//! whatever stands on the machine.
//!
//! Goal: the coffee in the making is finished; what waits in the queue is handed back at once after
//! it; who comes later is refused, or gets the order back. Orders in = served + handed back, whenever it closes.
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
    // TODO: lose no order.
    loop {
        tokio::select! {
            biased;
            _ = &mut closing => return,
            more = serve_next(&mut orders) => if !more { return },
        }
    }
}

async fn serve_next(orders: &mut mpsc::Receiver<Order>) -> bool {
    let Some(order) = orders.recv().await else {
        return false;
    };
    make(order.number).await;
    // A customer who has left does not want to know.
    let _ = order.answer.send(Answer::Served);
    true
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

    /// A coffee takes 3 s; the first is begun at 1 s, and one after the other follows.
    #[test]
    fn served_or_handed_back_or_refused() {
        for (closes, served, ordered) in [
            (500, 0, 0),
            (1_500, 1, 1),
            (4_500, 2, 4),
            (6_500, 2, 4),
            (7_500, 3, 5),
            (10_500, 4, 6),
        ] {
            let played = closing_at(closes, 7);
            for (number, answer) in (1..).zip(&played.value) {
                let expected: &[_] = match number {
                    _ if number <= served => &[Some(Served)],
                    _ if number <= ordered => &[Some(HandedBack)],
                    // They come too late, or stand at the door: the shop may refuse them, or take
                    // the order and hand it back.
                    _ => &[Some(HandedBack), None],
                };
                assert!(
                    expected.contains(answer),
                    "closing after {closes} ms: customer {number} got {answer:?} instead of \
                     {expected:?}"
                );
            }
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
                .map(|event| event.at.as_millis());
            assert_eq!(
                home,
                Some(goes),
                "when (ms) the barista goes home if the shop closes after {closes} ms"
            );
        }
    }

    /// Ten people at the door when there is room for two.
    #[test]
    fn a_crowd_at_the_door_is_told_too() {
        let played = stage::record(async {
            let (counter, orders) = mpsc::channel(2);
            let (close, closing) = oneshot::channel();
            let crowd: Vec<_> = (0..10).map(|_| customer(1, counter.clone())).collect();
            drop(counter);
            let evening = async {
                sleep(Duration::from_millis(1_500)).await;
                let _ = close.send(());
            };
            let told = tokio::join!(
                futures::future::join_all(crowd),
                evening,
                barista(orders, closing)
            );
            told.0
        });
        let count = |answer| played.value.iter().filter(|&&told| told == answer).count();
        let (served, back) = (count(Some(Served)), count(Some(HandedBack)));
        assert!(
            served == 1 && back >= 2,
            "one coffee is begun and two orders are in the queue when the shop closes; \
             {served} were served and {back} handed back"
        );
    }

    /// Who has a place in the queue may use it, though the shop closes meanwhile.
    #[test]
    fn a_reserved_place_is_honoured() {
        let played = stage::record(async {
            let (counter, orders) = mpsc::channel(2);
            let (close, closing) = oneshot::channel();
            let slow_reader_of_the_menu = async {
                let place = counter.reserve_owned().await.expect("the shop is open");
                sleep(Duration::from_secs(5)).await;
                let (answer, told) = oneshot::channel();
                drop(place.send(Order { number: 1, answer }));
                told.await
            };
            let evening = async {
                sleep(Duration::from_millis(1_500)).await;
                let _ = close.send(());
            };
            tokio::join!(slow_reader_of_the_menu, evening, barista(orders, closing)).0
        });
        assert_eq!(
            played.value,
            Ok(HandedBack),
            "a place was reserved before closing time, and used after it"
        );
    }

    #[test]
    fn if_it_does_not_close_everybody_is_served() {
        let played = closing_at(60_000, 5);
        assert_eq!(played.value, [Some(Served); 5]);
        let last = played.told("customer 5").last().copied();
        let expected = Some((Duration::from_secs(16), "Served"));
        assert!(
            last == expected,
            "the fifth coffee is served at {expected:?}, not {last:?}"
        );
    }
}
