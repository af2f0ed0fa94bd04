//! A coast guard calls a ship by radio. There is noise now and then, which passes; a ship that does not exist
//! will not exist in a minute either. The radio calls six times, up to a second apart, whatever goes wrong.
//!
//! Goal: at most six tries. Between two tries there is a pause. It may be 1 s long at most after the first failure,
//! then 2, 4, 8 and 8 s: give that most to `dice`, and pause for as long as it says. No pause behind the last try,
//! and no further try after `NoSuchShip`. Who gives up tells the last trouble, and how many tries there were.
//!
//! Lesson: `chapters/ch10_failure/README.md`, "A busy warehouse: once more, but how?"

use std::{cell::RefCell, time::Duration};

use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Trouble {
    /// So strong; passes.
    Noise(u32),
    NoSuchShip,
}

#[derive(Debug, PartialEq)]
struct GaveUp {
    tries: u32,
    last: Trouble,
}

/// `dice(most)` is some duration between nothing and `most`.
async fn reach(
    ship: &Ship,
    mut dice: impl FnMut(Duration) -> Duration,
) -> Result<&'static str, GaveUp> {
    // TODO: pauses, and only where there is hope.
    let mut tries = 0;
    loop {
        tries += 1;
        match ship.call().await {
            Ok(answer) => return Ok(answer),
            Err(last) if tries == 6 => return Err(GaveUp { tries, last }),
            Err(_) => sleep(dice(Duration::from_secs(1))).await,
        }
    }
}

/// A ship that answers each call with the next of these; after them, there is noise.
struct Ship(RefCell<Vec<Result<&'static str, Trouble>>>);

impl Ship {
    fn new(answers: &[Result<&'static str, Trouble>]) -> Self {
        Self(RefCell::new(answers.iter().rev().copied().collect()))
    }

    async fn call(&self) -> Result<&'static str, Trouble> {
        async {
            sleep(Duration::from_secs(1)).await;
            let next = self.0.borrow_mut().pop();
            let answer = next.unwrap_or(Err(Trouble::Noise(99)));
            info!("{answer:?}");
            answer
        }
        .instrument(info_span!("call"))
        .await
    }
}

fn main() {
    stage::play("A ship is called", async {
        let ship = Ship::new(&[Err(Trouble::Noise(1)), Err(Trouble::Noise(2)), Ok("ahoy")]);
        let heard = reach(&ship, |most| most / 2).await;
        info!("{heard:?}");
    });
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    const HINT: &str = "Six tries and their pauses take less than a minute.";

    fn calling(
        answers: &[Result<&'static str, Trouble>],
        dice: impl FnMut(Duration) -> Duration,
    ) -> stage::Recording<Result<&'static str, GaveUp>> {
        let ship = Ship::new(answers);
        stage::record_within(Duration::from_mins(10), HINT, async {
            reach(&ship, dice).await
        })
    }

    /// When the calls begin, in milliseconds, and when all is over.
    fn check<T>(played: &stage::Recording<T>, dice: &str, begin: &[u128], over: u128) {
        let calls = played.lanes.iter().filter(|lane| lane.label == "call");
        let begun: Vec<_> = calls.map(|lane| lane.created.as_millis()).collect();
        assert!(
            begun == begin,
            "with dice that say {dice}, calls should begin at {begin:?} ms, and began at {begun:?}{}",
            played.what_happened()
        );
        let ended = played.elapsed.as_millis();
        assert!(
            ended == over,
            "it should be over at {over} ms, and was at {ended}{}",
            played.what_happened()
        );
    }

    fn noises(count: u32) -> Vec<Result<&'static str, Trouble>> {
        (1..=count).map(|n| Err(Trouble::Noise(n))).collect()
    }

    #[test]
    fn pauses_double_up_to_eight_seconds() {
        let played = calling(&noises(6), |most| most);
        let begin = [0, 2_000, 5_000, 10_000, 19_000, 28_000];
        check(&played, "the most", &begin, 29_000);
    }

    #[test]
    fn pauses_are_what_the_dice_say() {
        let played = calling(&noises(6), |most| most / 10);
        let begin = [0, 1_100, 2_300, 3_700, 5_500, 7_300];
        check(&played, "a tenth of the most", &begin, 8_300);
        let played = calling(&noises(6), |_| Duration::ZERO);
        let begin = [0, 1_000, 2_000, 3_000, 4_000, 5_000];
        check(&played, "nothing", &begin, 6_000);
        let asked = RefCell::new(Vec::new());
        calling(&noises(9), |most| {
            asked.borrow_mut().push(most.as_millis());
            most
        });
        let asked = asked.into_inner();
        assert!(
            asked == [1_000, 2_000, 4_000, 8_000, 8_000],
            "the dice were given {asked:?}"
        );
    }

    #[test]
    fn who_gives_up_tells_the_last_trouble_and_the_count() {
        let gave_up = calling(&noises(9), |most| most).value;
        let last = Trouble::Noise(6);
        assert_eq!(gave_up, Err(GaveUp { tries: 6, last }), "after six noises");
    }

    #[test]
    fn an_answer_ends_it() {
        for silent in 0..6 {
            let mut answers = noises(silent);
            answers.push(Ok("ahoy"));
            let diced = Cell::new(0);
            let played = calling(&answers, |_| {
                diced.set(diced.get() + 1);
                Duration::ZERO
            });
            let tries = silent + 1;
            assert_eq!(played.value, Ok("ahoy"), "the answer comes at try {tries}");
            assert_eq!(
                diced.get(),
                silent,
                "pauses before an answer at try {tries}"
            );
            check(
                &played,
                "nothing",
                &[0, 1_000, 2_000, 3_000, 4_000, 5_000][..tries as usize],
                u128::from(tries) * 1_000,
            );
        }
    }

    #[test]
    fn a_ship_that_does_not_exist_is_not_called_again() {
        let played = calling(&[Err(Trouble::NoSuchShip), Ok("ahoy")], |most| most);
        let last = Trouble::NoSuchShip;
        assert_eq!(
            played.value,
            Err(GaveUp { tries: 1, last }),
            "at the first try"
        );
        check(&played, "the most", &[0], 1_000);
        let played = calling(
            &[Err(Trouble::Noise(1)), Err(Trouble::NoSuchShip), Ok("ahoy")],
            |most| most,
        );
        assert_eq!(
            played.value,
            Err(GaveUp { tries: 2, last }),
            "at the second try"
        );
        check(&played, "the most", &[0, 2_000], 3_000);
    }
}
