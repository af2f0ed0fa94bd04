//! A hotline has one clerk, who needs three minutes for a caller. Callers hang up after ten minutes. At noon so many
//! call that most wait for nine minutes, are spoken to for one, and hang up: the clerk works all the time, and hardly
//! anybody is helped.
//!
//! Goal: a caller who is let in is helped in time. So there are at most three inside, one with the clerk and
//! two who wait; who calls when three are inside is told at once. Whoever hangs up, for whatever reason, makes
//! room for another.
//!
//! Lesson: `chapters/ch10_failure/README.md`, "Too many questions: turning away"

use std::time::Duration;

use stage::Instrument;
use tokio::{
    sync::Mutex,
    time::{sleep, timeout},
};
use tracing::{info, info_span};

/// There are three inside.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Busy;

struct Hotline {
    clerk: Mutex<()>,
    places: tokio::sync::Semaphore,
}

impl Hotline {
    fn new() -> Self {
        Self {
            clerk: Mutex::default(),
            places: tokio::sync::Semaphore::new(3),
        }
    }

    async fn call(&self, caller: u32) -> Result<(), Busy> {
        let _place = self.places.try_acquire().map_err(|_| Busy)?;
        let _clerk = self.clerk.lock().await;
        help(caller).await;
        Ok(())
    }
}

/// Takes three minutes. Nobody can be helped who is called 13.
async fn help(caller: u32) {
    async {
        sleep(Duration::from_mins(3)).await;
        assert!(caller != 13, "nobody is called 13");
        info!("helped");
    }
    .instrument(info_span!("help", caller))
    .await;
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    Helped,
    Busy,
    HungUp,
}

/// Calls at that second, and hangs up after so many.
async fn caller(hotline: &Hotline, number: u32, at: u64, patience: u64) -> End {
    async {
        sleep(Duration::from_secs(at)).await;
        let call = hotline.call(number);
        let end = match timeout(Duration::from_secs(patience), call).await {
            Ok(Ok(())) => End::Helped,
            Ok(Err(Busy)) => End::Busy,
            Err(_) => End::HungUp,
        };
        info!("{end:?}");
        end
    }
    .instrument(info_span!("caller", number))
    .await
}

async fn noon(gap: u64) -> Vec<End> {
    let hotline = Hotline::new();
    let callers = (0..20).map(|number| caller(&hotline, 20 + number, gap * u64::from(number), 600));
    futures::future::join_all(callers).await
}

fn main() {
    stage::play("A hotline at noon", async {
        let ends = noon(60).await;
        let helped = ends.iter().filter(|&&end| end == End::Helped).count();
        info!("{helped} of {} were helped", ends.len());
    });
}

#[cfg(test)]
mod tests {
    use std::panic::AssertUnwindSafe;

    use futures::{
        FutureExt,
        future::{join, join_all},
    };

    use super::End::{Busy as Refused, Helped, HungUp};
    use super::*;

    const HINT: &str = "Twenty callers are gone within three hours.";

    fn record<T>(story: impl Future<Output = T>) -> stage::Recording<T> {
        stage::record_within(Duration::from_hours(3), HINT, story)
    }

    fn one_at_a_time<T>(played: &stage::Recording<T>) {
        let most = played.most_at_once("help");
        assert!(
            most <= 1,
            "the clerk helps {most} at a time{}",
            played.what_happened()
        );
    }

    #[test]
    fn who_is_let_in_is_helped() {
        for gap in [1, 30, 60, 120] {
            let played = record(noon(gap));
            let hung_up = played.value.iter().filter(|&&end| end == HungUp).count();
            assert!(
                hung_up == 0,
                "with a call every {gap} s, {hung_up} were let in and could not be helped in ten minutes{}",
                played.what_happened()
            );
            one_at_a_time(&played);
        }
    }

    #[test]
    fn three_are_let_in_and_the_others_told_at_once() {
        let played = record(async {
            let hotline = Hotline::new();
            join_all((0..6).map(|number| caller(&hotline, number, 0, 600))).await
        });
        let helped = played.value.iter().filter(|&&end| end == Helped).count();
        let refused = played.value.iter().filter(|&&end| end == Refused).count();
        assert!(
            (helped, refused) == (3, 3),
            "six call at once: three should be helped and three refused{}",
            played.what_happened()
        );
        let times = played.when("Busy");
        assert!(
            times == [Duration::ZERO; 3],
            "they should be told at once, and were told at {times:?}"
        );
        assert_eq!(
            played.elapsed,
            Duration::from_mins(9),
            "three times three minutes"
        );
        one_at_a_time(&played);
    }

    #[test]
    fn at_noon_the_clerk_helps_all_the_time() {
        let played = record(noon(60));
        let helped = played.value.iter().filter(|&&end| end == Helped).count();
        assert!(
            helped >= 8,
            "in twenty minutes and what is left to do then, eight or nine can be helped, and {helped} were{}",
            played.what_happened()
        );
    }

    /// Three are inside; one who waits, or the one who is helped, hangs up after a minute. Then there is room for one.
    #[test]
    fn who_hangs_up_makes_room() {
        for leaves in 0..3 {
            let played = record(async {
                let hotline = Hotline::new();
                let first = join_all((0..3).map(|number| {
                    let patience = if number == leaves { 60 } else { 600 };
                    caller(&hotline, number, 0, patience)
                }));
                let later = join_all([61, 62].map(|at| caller(&hotline, at, u64::from(at), 900)));
                join(first, later).await
            });
            let (first, later) = &played.value;
            let mut expected = [Helped; 3];
            expected[leaves as usize] = HungUp;
            assert!(
                *first == expected && *later == [Helped, Refused],
                "caller {leaves} of three hangs up after a minute; then there is room for one, not for two: \
                 {first:?}, then {later:?}{}",
                played.what_happened()
            );
            one_at_a_time(&played);
        }
    }

    #[test]
    fn a_panic_makes_room_too() {
        let played = record(async {
            let hotline = Hotline::new();
            for _ in 0..4 {
                let panic = AssertUnwindSafe(hotline.call(13)).catch_unwind().await;
                assert!(
                    panic.is_err(),
                    "13 should be let in, and is refused: its place was not given back"
                );
            }
            join_all((0..3).map(|number| caller(&hotline, number, 0, 600))).await
        });
        assert!(
            played.value == [Helped; 3],
            "after four panics there is room for three, but: {:?}{}",
            played.value,
            played.what_happened()
        );
    }
}
