//! Every clerk of a warehouse needs the price list, and it comes from head office, slowly. In the
//! morning all ask at once, and head office sends the same list twenty times.
//!
//! Goal: one fetch for all who ask while it is under way, and none for those who come later. If it
//! fails, whoever asked gets to know, or the next one who waits tries again; if the one who fetches
//! goes away, another one takes over. A failure is never kept.
//!
//! Lesson: `chapters/ch05_locks/README.md`, "Once"

use std::{
    cell::{Cell, RefCell},
    time::Duration,
};

use stage::Instrument;
use tokio::time::{sleep, timeout};
use tracing::{info, info_span};

struct Prices {
    office: HeadOffice,
    list: RefCell<Option<u32>>,
}

#[derive(Clone, Debug, PartialEq)]
struct NoAnswer;

impl Prices {
    fn new(office: HeadOffice) -> Self {
        Self {
            office,
            list: RefCell::default(),
        }
    }

    async fn get(&self) -> Result<u32, NoAnswer> {
        // TODO: one fetch for all who ask meanwhile.
        if let Some(list) = *self.list.borrow() {
            return Ok(list);
        }
        let list = self.office.fetch().await?;
        *self.list.borrow_mut() = Some(list);
        Ok(list)
    }
}

/// Answers after two seconds; the first so many questions get no answer.
#[derive(Default)]
struct HeadOffice {
    silent: Cell<u32>,
    asked: Cell<u32>,
}

impl HeadOffice {
    async fn fetch(&self) -> Result<u32, NoAnswer> {
        let question = self.asked.get() + 1;
        self.asked.set(question);
        async {
            sleep(Duration::from_secs(2)).await;
            if question <= self.silent.get() {
                info!("no answer");
                return Err(NoAnswer);
            }
            info!("sent");
            Ok(question * 100)
        }
        .instrument(info_span!("fetch", question))
        .await
    }
}

async fn clerk(comes: u64, patience: u64, prices: &Prices) -> Option<u32> {
    async {
        sleep(Duration::from_secs(comes)).await;
        let list = timeout(Duration::from_secs(patience), prices.get()).await;
        info!("{list:?}");
        list.ok().and_then(Result::ok)
    }
    .instrument(info_span!("clerk"))
    .await
}

fn main() {
    stage::play("In the warehouse", async {
        let prices = Prices::new(HeadOffice::default());
        tokio::join!(
            clerk(0, 9, &prices),
            clerk(0, 9, &prices),
            clerk(1, 9, &prices),
            clerk(3, 9, &prices),
        );
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Clerks as (comes, patience); the answer is their lists, and how often the office was asked.
    fn morning(silent: u32, clerks: &[(u64, u64)]) -> (Vec<Option<u32>>, u32, Duration) {
        let played = stage::record(async {
            let prices = Prices::new(HeadOffice {
                silent: Cell::new(silent),
                asked: Cell::default(),
            });
            let clerks = clerks
                .iter()
                .map(|&(comes, patience)| clerk(comes, patience, &prices));
            let lists = futures::future::join_all(clerks).await;
            (lists, prices.office.asked.get())
        });
        let (lists, asked) = played.value;
        (lists, asked, played.elapsed)
    }

    #[test]
    fn one_fetch_serves_all() {
        let (lists, asked, elapsed) = morning(0, &[(0, 60), (0, 60), (1, 60), (2, 60), (9, 60)]);
        assert_eq!(asked, 1, "head office was asked more than once");
        assert_eq!(lists, [Some(100); 5]);
        assert_eq!(elapsed, Duration::from_secs(9));
    }

    #[test]
    fn a_failure_is_not_kept() {
        let (lists, asked, _) = morning(1, &[(0, 60), (5, 60), (6, 60)]);
        assert_eq!(lists, [None, Some(200), Some(200)]);
        assert_eq!(asked, 2);
    }

    #[test]
    fn after_a_failure_the_next_one_tries() {
        let (lists, asked, elapsed) = morning(2, &[(0, 60), (0, 60), (1, 60), (1, 60)]);
        assert_eq!(
            lists,
            [None, None, Some(300), Some(300)],
            "the third question is answered, for all who still wait"
        );
        assert_eq!(asked, 3);
        assert_eq!(elapsed, Duration::from_secs(6), "one question at a time");
    }

    #[test]
    fn another_one_takes_over_from_a_clerk_who_leaves() {
        let (lists, asked, elapsed) = morning(0, &[(0, 1), (0, 60), (0, 60)]);
        assert_eq!(lists, [None, Some(200), Some(200)]);
        assert_eq!(asked, 2);
        assert_eq!(
            elapsed,
            Duration::from_secs(3),
            "the next one should begin in the moment when the first one leaves"
        );
    }
}
