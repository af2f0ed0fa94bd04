//! A bank's server may ask the credit bureau three times at once; it counts with a semaphore.
//! In the morning all is well. Some questions fail, some customers hang up, and every time the
//! bank gets a little slower. By noon nobody gets an answer any more, and the bureau is idle.
//!
//! Goal: whatever happens to a question, its permit comes back.
//!
//! Lesson: `chapters/ch04_semaphores/README.md`, "A forgotten permit"

use std::time::Duration;

use stage::Instrument;
use tokio::{
    sync::Semaphore,
    time::{sleep, timeout},
};
use tracing::{info, info_span};

#[derive(Debug, PartialEq)]
struct NoSuchCustomer(u32);

async fn credit(customer: u32, lines: &Semaphore) -> Result<u32, NoSuchCustomer> {
    // TODO: where does this function end, and does the permit come back each time?
    let permit = lines.acquire().await.expect("the bank is open");
    permit.forget();
    let credit = bureau(customer).await?;
    lines.add_permits(1);
    Ok(credit)
}

async fn bureau(customer: u32) -> Result<u32, NoSuchCustomer> {
    async {
        sleep(Duration::from_secs(2)).await;
        if customer == 13 {
            info!("no such customer");
            return Err(NoSuchCustomer(customer));
        }
        Ok(customer * 100)
    }
    .instrument(info_span!("ask", customer))
    .await
}

fn main() {
    stage::play("A day at the bank", async {
        let lines = Semaphore::new(3);
        let patience = Duration::from_secs(1);
        let morning = tokio::join!(
            credit(1, &lines),
            credit(13, &lines),
            timeout(patience, credit(2, &lines)),
        );
        info!("{morning:?}");
        info!("{} of 3 lines are free", lines.available_permits());
    });
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;
    use stage::{Recording, ms};
    use tokio::join;

    use super::*;

    const HINT: &str = "Who holds a line, and who has gone without giving it back?";

    #[test]
    fn a_failed_question_gives_its_line_back() {
        let (free, played) = play(async {
            let lines = Semaphore::new(3);
            assert_eq!(credit(13, &lines).await, Err(NoSuchCustomer(13)));
            assert_eq!(credit(7, &lines).await, Ok(700));
            lines.available_permits()
        });
        all_lines("one question failed, one was answered", free, &played);
    }

    #[test]
    fn a_customer_who_hangs_up_gives_the_line_back() {
        for patience in [0, 500, 1_500] {
            let (free, played) = play(async {
                let lines = Semaphore::new(3);
                let call = timeout(ms(patience), credit(7, &lines)).await;
                assert!(call.is_err(), "an answer takes 2 s");
                lines.available_permits()
            });
            let what = format!("a customer hung up after {patience} ms");
            all_lines(&what, free, &played);
        }
    }

    #[test]
    fn a_customer_who_hangs_up_before_there_is_a_line_leaves_none() {
        let (free, played) = play(async {
            let lines = Semaphore::new(3);
            let all_lines = lines.acquire_many(3).await;
            let call = timeout(ms(500), credit(7, &lines)).await;
            assert!(call.is_err(), "no line was free");
            drop(all_lines);
            lines.available_permits()
        });
        all_lines(
            "a customer hung up while all lines were taken",
            free,
            &played,
        );
    }

    #[test]
    fn a_panic_gives_the_line_back() {
        let (free, played) = play(async {
            let lines = std::sync::Arc::new(Semaphore::new(3));
            let its_lines = std::sync::Arc::clone(&lines);
            // This customer's credit is more than a `u32` can hold.
            let task = tokio::spawn(async move { credit(u32::MAX, &its_lines).await });
            assert!(task.await.unwrap_err().is_panic());
            lines.available_permits()
        });
        all_lines("a question panicked", free, &played);
    }

    #[test]
    fn three_lines_stay_three() {
        let ((answers, free), played) = play(async {
            let lines = Semaphore::new(3);
            let calls = [1, 13, 2, 3, 13, 4, 5].map(|customer| credit(customer, &lines));
            (join_all(calls).await, lines.available_permits())
        });
        let answered: Vec<_> = answers.into_iter().flatten().collect();
        assert_eq!(answered, [100, 200, 300, 400, 500], "the credits");
        all_lines("seven questions, two of which failed", free, &played);
        let begun: Vec<_> = played.lanes.iter().map(|lane| lane.created).collect();
        let expected = [0, 0, 0, 2000, 2000, 2000, 4000].map(ms);
        assert!(
            begun == expected,
            "three questions at a time and no line idle: when the questions were asked\n  \
             expected: {expected:?}\n  it was:   {begun:?}{}",
            played.what_happened()
        );
    }

    #[test]
    fn a_question_waits_for_its_line_and_is_asked_at_once() {
        let free = ms(10_333);
        let ((), played) = play(async {
            let lines = Semaphore::new(1);
            let somebody = async {
                let _line = lines.acquire().await;
                sleep(free).await;
            };
            let customer = credit(1, &lines).instrument(info_span!("customer"));
            let ((), answer) = join!(biased; somebody, customer);
            assert_eq!(answer, Ok(100));
        });
        let begun = played.lane("ask 1").created;
        assert!(
            begun == free,
            "the only line is free after {free:?}, but the question was asked after {begun:?}{}",
            played.what_happened()
        );
        let looks = played.lane("customer").polls;
        assert!(
            looks <= 5,
            "it was looked {looks} times whether a line is free: who awaits `acquire` is woken"
        );
    }

    fn all_lines(after: &str, free: usize, played: &Recording) {
        assert!(
            free == 3,
            "{after}: {free} lines are free, and there are 3{}",
            played.what_happened()
        );
    }

    fn play<F: Future>(story: F) -> (F::Output, Recording) {
        stage::record_within(Duration::from_mins(1), HINT, story).split()
    }
}
