//! A waterworks reads all its meters at the same time. Several may fail, for different reasons,
//! and each reason wants its own answer. This program knows one answer only: asking
//! again whoever failed, one by one.
//!
//! Goal, by kind of failure: `Busy` meters are asked once more, together, after all have answered
//! or failed. `Broken` ones are reported. If any answer was `Forged`, that alone is the result:
//! all forged meters, and nobody is asked again. Meters that are busy twice are reported as well.
//!
//! Lesson: `chapters/ch03_gather/README.md`, "Parcels: errors kind by kind"

use std::{cell::RefCell, time::Duration};

use futures::future::join_all;
use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Busy,
    Broken,
    Forged,
}

#[derive(Debug, PartialEq)]
struct Report {
    /// What all meters that could be read add up to.
    litres: u32,
    /// The meters that could not be read, in the order of their numbers.
    unread: Vec<usize>,
}

/// The sum of all meters; `Err` with all forged meters, in the order of their numbers.
async fn read_all(works: &Waterworks) -> Result<Report, Vec<usize>> {
    // TODO: one answer for each kind of failure.
    let all: Vec<usize> = (0..works.meters.len()).collect();
    let mut litres = 0;
    let mut unread = Vec::new();
    let answers = join_all(all.iter().map(|&meter| works.read(meter))).await;
    for (meter, answer) in all.into_iter().zip(answers) {
        match answer {
            Ok(read) => litres += read,
            Err(_) => match works.read(meter).await {
                Ok(read) => litres += read,
                Err(_) => unread.push(meter),
            },
        }
    }
    Ok(Report { litres, unread })
}

/// After so many seconds: litres, or a failure.
type Answer = (u64, Result<u32, Kind>);

struct Waterworks {
    /// What each meter is going to answer, its next answer last.
    meters: Vec<RefCell<Vec<Answer>>>,
}

impl Waterworks {
    fn new<const N: usize>(answers: [&[Answer]; N]) -> Self {
        let meters = answers.map(|of_one| RefCell::new(of_one.iter().rev().copied().collect()));
        Self {
            meters: meters.into(),
        }
    }

    async fn read(&self, meter: usize) -> Result<u32, Kind> {
        async {
            let answer = self.meters[meter].borrow_mut().pop();
            let (seconds, answer) = answer.expect("this meter should not be asked again");
            sleep(Duration::from_secs(seconds)).await;
            match answer {
                Ok(litres) => info!("{litres} litres"),
                Err(kind) => info!("{kind:?}"),
            }
            answer
        }
        .instrument(info_span!("meter", meter))
        .await
    }
}

fn main() {
    let works = Waterworks::new([
        &[(1, Ok(30))],
        &[(1, Err(Kind::Busy)), (1, Ok(12))],
        &[(2, Err(Kind::Broken))],
    ]);
    stage::play("Reading the meters", async {
        info!("{:?}", read_all(&works).await);
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use Kind::{Broken, Busy, Forged};

    /// Reads all meters. The second round, if there is one, begins at a certain second, and asks
    /// these.
    fn check<const N: usize>(
        answers: [&[Answer]; N],
        expected: Result<Report, Vec<usize>>,
        seconds: u64,
        second_round: (u64, &[usize]),
    ) {
        let works = Waterworks::new(answers);
        let played = stage::record(read_all(&works));
        let timeline = stage::timeline_of(&played, 100);
        assert!(
            played.value == expected,
            "the result\n  expected: {expected:?}\n  it was:   {:?}\n{timeline}",
            played.value
        );
        let (at, meters) = second_round;
        let asked = |lane: &stage::Lane| (lane.created, lane.label.clone());
        let again: Vec<_> = played.lanes[N..].iter().map(asked).collect();
        let at = Duration::from_secs(at);
        let should: Vec<_> = meters
            .iter()
            .map(|meter| (at, format!("meter {meter}")))
            .collect();
        assert!(
            again == should,
            "when all have answered or failed, the busy ones are asked again, together\n  \
             expected: {should:?}\n  it was:   {again:?}\n{timeline}"
        );
        let (took, should) = (played.elapsed, Duration::from_secs(seconds));
        assert!(
            took == should,
            "it should take {should:?}, and took {took:?}:\n{timeline}"
        );
    }

    #[test]
    fn busy_meters_are_asked_once_more_and_broken_ones_reported() {
        let report = Report {
            litres: 50,
            unread: vec![0, 2, 4],
        };
        check(
            [
                &[(1, Err(Busy)), (2, Err(Busy))],
                &[(1, Ok(30))],
                &[(3, Err(Broken))],
                &[(2, Err(Busy)), (2, Ok(12))],
                &[(2, Err(Busy)), (1, Err(Broken))],
                &[(1, Err(Busy)), (2, Ok(8))],
            ],
            Ok(report),
            5,
            (3, &[0, 3, 4, 5]),
        );
    }

    #[test]
    fn forged_answers_end_it() {
        check(
            [
                &[(1, Err(Busy))],
                &[(3, Err(Forged))],
                &[(1, Err(Broken))],
                &[(2, Err(Forged))],
            ],
            Err(vec![1, 3]),
            3,
            (0, &[]),
        );
    }

    #[test]
    fn a_second_answer_may_be_forged_too() {
        check(
            [
                &[(1, Err(Busy)), (3, Err(Forged))],
                &[(2, Err(Broken))],
                &[(1, Err(Busy)), (1, Err(Forged))],
                &[(1, Err(Busy)), (1, Err(Busy))],
            ],
            Err(vec![0, 2]),
            5,
            (2, &[0, 2, 3]),
        );
    }

    #[test]
    fn if_nobody_is_busy_there_is_one_round() {
        let report = Report {
            litres: 30,
            unread: vec![1],
        };
        check(
            [&[(1, Ok(30))], &[(2, Err(Broken))]],
            Ok(report),
            2,
            (0, &[]),
        );
    }
}
