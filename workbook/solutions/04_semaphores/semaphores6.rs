//! A passport office has two desks. At closing time, those who are being served are served to the
//! end; everybody else in the queue is told to come back tomorrow. This office closes only when
//! the whole queue has been served, and does not even lock the door.
//!
//! Goal: `close` sends the queue home at once and returns when the last desk is free. Whoever comes
//! after closing is sent home at once, too. People may walk off at any time.
//!
//! Lesson: `chapters/ch04_semaphores/README.md`, "Closing time"

use std::time::Duration;

use stage::Instrument;
use tokio::{sync::Semaphore, time::sleep};
use tracing::{info, info_span};

struct Office {
    desks: Semaphore,
    /// As many permits as desks; never closed. One is held by whoever is served.
    served: Semaphore,
    count: u32,
}

#[derive(Debug, PartialEq)]
struct Closed;

impl Office {
    fn new(desks: u32) -> Self {
        let permits = usize::try_from(desks).expect("no office is that large");
        Self {
            desks: Semaphore::new(permits),
            served: Semaphore::new(permits),
            count: desks,
        }
    }

    async fn passport(&self, person: u32) -> Result<(), Closed> {
        let _desk = self.desks.acquire().await.map_err(|_| Closed)?;
        // Never waits: there are as many, and they are given back earlier. Only `close` takes all.
        let _served = self.served.try_acquire().map_err(|_| Closed)?;
        serve(person).await;
        Ok(())
    }

    async fn close(&self) {
        self.desks.close();
        let _all_free = self.served.acquire_many(self.count).await;
    }
}

async fn serve(person: u32) {
    async {
        sleep(Duration::from_secs(3)).await;
        info!("has a passport");
    }
    .instrument(info_span!("person", person))
    .await;
}

/// Five people at the door; the office closes after `seconds`. Who got a passport?
async fn day(desks: u32, seconds: u64) -> [Result<(), Closed>; 5] {
    let office = Office::new(desks);
    let closing = async {
        sleep(Duration::from_secs(seconds)).await;
        office.close().await;
        info!("the clerks go home");
    };
    let people = async {
        tokio::join!(
            office.passport(1),
            office.passport(2),
            office.passport(3),
            office.passport(4),
            office.passport(5),
        )
    };
    let ((), served) = tokio::join!(closing, people);
    served.into()
}

fn main() {
    stage::play("A passport office", async {
        // Whoever waits all night is not waited for.
        let served = tokio::time::timeout(Duration::from_secs(20), day(2, 4)).await;
        info!("{served:?}");
    });
}

#[cfg(test)]
mod tests {
    use stage::{Recording, ms};
    use tokio::{join, time::timeout};

    use super::*;

    const HINT: &str =
        "Who tells those who wait that the office is closed, and what does `close` wait for?";

    #[test]
    fn the_queue_goes_home_and_the_desks_finish() {
        for (desks, closes, served, clerks_go) in [
            (2, 4, 4, 6),
            (2, 2, 2, 3),
            (1, 1, 1, 3),
            (1, 7, 3, 9),
            (5, 3, 5, 3),
            (3, 10, 5, 10),
        ] {
            let (people, played) = play(day(desks, closes));
            let got = people.iter().filter(|result| result.is_ok()).count();
            let last = played.events.last();
            let (at, last) = last.map(|event| (event.at, event.text.as_str())).unzip();
            assert!(
                (got, last, at)
                    == (
                        served,
                        Some("the clerks go home"),
                        Some(ms(clerks_go * 1000))
                    ),
                "{desks} desks, closing at {closes} s\n  \
                 expected: {served} people have a passport, and then the clerks go home, at \
                 {clerks_go} s\n  \
                 it was:   {got} people have a passport; the last that happened, at {at:?}, was \
                 {last:?}{}",
                played.what_happened()
            );
        }
    }

    #[test]
    fn who_comes_after_closing_is_sent_home_at_once() {
        let (late, played) = play(async {
            let office = Office::new(2);
            office.close().await;
            office.passport(1).await
        });
        assert_eq!(late, Err(Closed), "the office is closed");
        assert_eq!(played.elapsed, Duration::ZERO, "and nobody has to wait");

        let (late, played) = play(async {
            let office = Office::new(1);
            let closes = async {
                sleep(ms(1000)).await;
                office.close().await;
            };
            let late = async {
                sleep(ms(2000)).await;
                office.passport(2).await
            };
            let late = late.instrument(info_span!("late"));
            join!(biased; office.passport(1), closes, late).2
        });
        let told = played.lane("late").ended;
        assert!(
            (late, told) == (Err(Closed), Some(ms(2000))),
            "closed at 1 s, the last desk is free at 3 s, and who comes at 2 s was told at {told:?}{}",
            played.what_happened()
        );
    }

    #[test]
    fn who_walks_off_does_not_keep_the_clerks() {
        let ((), played) = play(async {
            let office = Office::new(1);
            let served = timeout(ms(1000), office.passport(1));
            let waits = timeout(ms(500), office.passport(2));
            let (served, waits) = join!(biased; served, waits);
            assert!(served.is_err() && waits.is_err());
            office.close().await;
        });
        let closed = played.elapsed;
        assert!(
            closed == ms(1000),
            "the only person at a desk has walked off at 1 s; `close` returned after {closed:?}{}",
            played.what_happened()
        );
    }

    #[test]
    fn the_clerks_go_at_once_and_do_not_look_again_and_again() {
        let ((), played) = play(async {
            let office = Office::new(2);
            let person = async {
                sleep(ms(333)).await;
                let _served = office.passport(1).await;
            };
            let clerks = async {
                sleep(ms(400)).await;
                office.close().await;
            };
            join!(biased; person, clerks.instrument(info_span!("clerks")));
        });
        let gone = played.lane("clerks").ended;
        assert!(
            gone == Some(ms(3_333)),
            "the last desk is free at 3.333 s, and `close` returned at {gone:?}{}",
            played.what_happened()
        );
        let looks = played.lane("clerks").polls;
        assert!(
            looks <= 6,
            "it was looked {looks} times whether the desks are free: who awaits a permit, or a \
             message, is woken"
        );
    }

    fn play<F: Future>(story: F) -> (F::Output, Recording) {
        stage::record_within(Duration::from_mins(1), HINT, story).split()
    }
}
