//! A waterworks reads all its meters at the same time. Several may fail, for different reasons,
//! and each reason wants its own answer. This program knows one answer only: asking everybody
//! again, one by one.
//!
//! Goal, by kind of failure: `Busy` meters are asked once more, together, after all have answered
//! or failed. `Broken` ones are reported. If any answer was `Forged`, that alone is the result:
//! all forged meters, and nobody is asked again. Meters that are busy twice are reported as well.
//!
//! Lesson: `chapters/ch03_gather/README.md`, "Parcels: errors kind by kind"

use std::collections::BTreeMap;
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
    let mut litres = 0;
    let mut unread = Vec::new();
    let mut to_ask: Vec<usize> = (0..works.meters.len()).collect();
    for last_round in [false, true] {
        let answers = join_all(to_ask.iter().map(|&meter| works.read(meter))).await;
        let mut failed: BTreeMap<Kind, Vec<usize>> = BTreeMap::new();
        for (meter, answer) in to_ask.into_iter().zip(answers) {
            match answer {
                Ok(read) => litres += read,
                Err(kind) => failed.entry(kind).or_default().push(meter),
            }
        }

        if let Some(forged) = failed.remove(&Kind::Forged) {
            return Err(forged);
        }
        unread.extend(failed.remove(&Kind::Broken).unwrap_or_default());
        to_ask = failed.remove(&Kind::Busy).unwrap_or_default();
        if last_round {
            unread.append(&mut to_ask);
        }
    }
    unread.sort_unstable();
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

    #[test]
    fn busy_meters_are_asked_once_more_and_broken_ones_reported() {
        let works = Waterworks::new([
            &[(1, Err(Busy)), (2, Err(Busy))],
            &[(1, Ok(30))],
            &[(3, Err(Broken))],
            &[(2, Err(Busy)), (2, Ok(12))],
            &[(2, Err(Busy)), (1, Err(Broken))],
            &[(1, Err(Busy)), (2, Ok(8))],
        ]);
        let played = stage::record(read_all(&works));

        assert_eq!(
            played.value,
            Ok(Report {
                litres: 50,
                unread: vec![0, 2, 4],
            })
        );
        let second_round: Vec<_> = played.lanes[6..]
            .iter()
            .map(|lane| (lane.label.as_str(), lane.created.as_secs()))
            .collect();
        assert_eq!(
            second_round,
            [
                ("meter 0", 3),
                ("meter 3", 3),
                ("meter 4", 3),
                ("meter 5", 3)
            ],
            "the busy ones are asked again, together, when all have answered"
        );
        assert_eq!(played.elapsed, Duration::from_secs(5));
    }

    #[test]
    fn forged_answers_end_it() {
        let works = Waterworks::new([
            &[(1, Err(Busy))],
            &[(3, Err(Forged))],
            &[(1, Err(Broken))],
            &[(2, Err(Forged))],
        ]);
        let played = stage::record(read_all(&works));

        assert_eq!(played.value, Err(vec![1, 3]), "all that were forged");
        assert_eq!(played.elapsed, Duration::from_secs(3));
    }

    #[test]
    fn a_second_answer_may_be_forged_too() {
        let works = Waterworks::new([&[(1, Err(Busy)), (1, Err(Forged))], &[(2, Ok(5))]]);
        assert_eq!(stage::virtual_time(read_all(&works)), Err(vec![0]));
    }
}
