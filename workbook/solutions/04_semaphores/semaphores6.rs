//! A passport office has two desks. At closing time, those who are being served are served to the
//! end; everybody else in the queue is told to come back tomorrow. This office closes only when
//! the whole queue has been served, and does not even lock the door.
//!
//! Goal: `close` sends the queue home at once and returns when the last desk is free. Whoever comes
//! after closing is sent home, too.
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
    use tokio::time::timeout;

    use super::*;

    const A_NIGHT: Duration = Duration::from_secs(12 * 3600);

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
            let played = stage::record(async { timeout(A_NIGHT, day(desks, closes)).await });

            let people = played.value.expect("somebody waits all night");
            let got = people.iter().filter(|result| result.is_ok()).count();
            assert_eq!(
                got, served,
                "{desks} desks, closing at {closes} s: passports"
            );
            let (at, last) = played
                .events
                .iter()
                .map(|event| (event.at, event.text.as_str()))
                .next_back()
                .unwrap();
            assert_eq!(
                last, "the clerks go home",
                "{desks} desks, closing at {closes} s: not before all are served"
            );
            assert_eq!(
                at,
                Duration::from_secs(clerks_go),
                "{desks} desks, closing at {closes} s: when the clerks go home"
            );
        }
    }

    #[test]
    fn who_comes_after_closing_is_sent_home() {
        let played = stage::record(async {
            let office = Office::new(2);
            office.close().await;
            timeout(A_NIGHT, office.passport(1)).await
        });
        assert_eq!(played.value, Ok(Err(Closed)));
        assert_eq!(played.elapsed, Duration::ZERO);
    }
}
