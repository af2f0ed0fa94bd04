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
    let _line = lines.acquire().await.expect("the bank is open");
    bureau(customer).await
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

    use super::*;

    #[test]
    fn a_failed_question_gives_its_line_back() {
        stage::virtual_time(async {
            let lines = Semaphore::new(3);
            assert_eq!(credit(13, &lines).await, Err(NoSuchCustomer(13)));
            assert_eq!(credit(7, &lines).await, Ok(700));
            assert_eq!(lines.available_permits(), 3, "a line was lost");
        });
    }

    #[test]
    fn a_customer_who_hangs_up_gives_the_line_back() {
        stage::virtual_time(async {
            let lines = Semaphore::new(3);
            for patience in [0, 500, 1_500] {
                let patience = Duration::from_millis(patience);
                timeout(patience, credit(7, &lines)).await.unwrap_err();
                assert_eq!(lines.available_permits(), 3, "a line was lost");
            }
        });
    }

    #[test]
    fn a_panic_gives_the_line_back() {
        stage::virtual_time(async {
            let lines = std::sync::Arc::new(Semaphore::new(3));
            let its_lines = std::sync::Arc::clone(&lines);
            // This customer's credit is more than a `u32` can hold.
            let task = tokio::spawn(async move { credit(u32::MAX, &its_lines).await });
            assert!(task.await.unwrap_err().is_panic());
            assert_eq!(lines.available_permits(), 3, "a line was lost");
        });
    }

    #[test]
    fn three_lines_stay_three() {
        let played = stage::record(async {
            let lines = Semaphore::new(3);
            let all = join_all([1, 13, 2, 3, 13, 4, 5].map(|customer| credit(customer, &lines)));
            let all = timeout(Duration::from_secs(100), all).await;
            (all.ok(), lines.available_permits())
        });

        let (all, free) = played.value;
        let answered: Vec<_> = all
            .expect("somebody waits for ever")
            .into_iter()
            .flatten()
            .collect();
        assert_eq!(answered, [100, 200, 300, 400, 500]);
        assert_eq!(free, 3);
        let begun: Vec<_> = played.lanes.iter().map(|l| l.created.as_secs()).collect();
        assert_eq!(begun, [0, 0, 0, 2, 2, 2, 4], "three at a time, no more");
    }
}
