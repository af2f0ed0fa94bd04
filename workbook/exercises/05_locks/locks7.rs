//! Every clerk of a warehouse needs the price list, and it comes from head office, slowly. In the
//! morning all ask at once, and head office sends the same list twenty times.
//!
//! Goal: one fetch for all who ask while it is under way, and none for those who come later. Nobody
//! looks again and again. If the fetch fails, all who wait for it get to know, or one does and the
//! next one tries again. If the one who fetches goes away, the fetch goes on for the others, or the
//! next one begins anew. A failure is never kept.
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

/// Answers after 2.034 seconds; the first so many questions get no answer.
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
            sleep(ANSWERS).await;
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

const ANSWERS: Duration = Duration::from_millis(2_034);

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

    const MS: Duration = Duration::from_millis(1);

    /// What each clerk got, and how often head office was asked, in how much time.
    type Morning = (Vec<Option<u32>>, u32, Duration);

    /// Expects one of these mornings; clerks are (comes, patience) in seconds, and the first
    /// `silent` questions get no answer.
    fn check(silent: u32, clerks: &[(u64, u64)], expected: &[Morning]) {
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
        let what = format!(
            "clerks (come at, wait for at most) {clerks:?} s; the first {silent} questions get no \
             answer\n{}",
            played.what_happened()
        );
        let (lists, asked) = &played.value;
        let morning = (lists.clone(), *asked, played.elapsed);
        assert!(
            expected.contains(&morning),
            "expected (their lists, questions, time): {expected:?}\nhappened: {morning:?}\n{what}"
        );
        let clerks = played.lanes.iter().filter(|lane| lane.label == "clerk");
        let polls = clerks.map(|lane| lane.polls).max().unwrap();
        assert!(
            polls < 24,
            "a clerk was woken {polls} times: do they look again and again?\n{what}"
        );
    }

    #[test]
    fn one_fetch_serves_all() {
        let clerks = [(0, 60), (0, 60), (1, 60), (2, 60), (9, 60)];
        check(0, &clerks, &[(vec![Some(100); 5], 1, 9_000 * MS)]);
        check(0, &clerks[..3], &[(vec![Some(100); 3], 1, 2_034 * MS)]);
    }

    #[test]
    fn a_failure_is_not_kept() {
        let lists = vec![None, Some(200), Some(200)];
        let clerks = [(0, 60), (5, 60), (6, 60)];
        check(1, &clerks, &[(lists, 2, 7_034 * MS)]);
    }

    #[test]
    fn after_a_failure_the_next_one_tries_or_all_get_to_know() {
        let in_turn = vec![None, None, Some(300), Some(300)];
        check(
            2,
            &[(0, 60), (0, 60), (1, 60), (1, 60)],
            &[(in_turn, 3, 6_102 * MS), (vec![None; 4], 1, 2_034 * MS)],
        );
        let in_turn = vec![None, Some(200), Some(200)];
        let all_know = vec![None, None, Some(200)];
        check(
            1,
            &[(0, 60), (1, 60), (5, 60)],
            &[(in_turn, 2, 5_000 * MS), (all_know, 2, 7_034 * MS)],
        );
    }

    #[test]
    fn another_one_takes_over_from_a_clerk_who_leaves() {
        let anew = vec![None, Some(200), Some(200)];
        let goes_on = vec![None, Some(100), Some(100)];
        check(
            0,
            &[(0, 1), (0, 60), (0, 60)],
            &[(anew, 2, 3_034 * MS), (goes_on, 1, 2_034 * MS)],
        );
    }

    #[test]
    fn after_everybody_has_left_somebody_comes() {
        let anew = vec![None, Some(200)];
        let goes_on = vec![None, Some(100)];
        check(
            0,
            &[(0, 1), (5, 60)],
            &[(anew, 2, 7_034 * MS), (goes_on, 1, 5_000 * MS)],
        );
    }
}
