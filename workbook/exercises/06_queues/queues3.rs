//! Three machines in a post office take parcels from one conveyor belt. They were bought to be
//! three times as fast as one. They are exactly as fast as one.
//!
//! Goal: every parcel is sorted once, three at the same time, and all machines stop when the belt
//! has run empty.
//!
//! Lesson: `chapters/ch06_queues/README.md`, "Two producers, three consumers"

use std::{sync::Arc, time::Duration};

use stage::Instrument;
use tokio::{
    sync::{Mutex, mpsc},
    task::JoinSet,
    time::sleep,
};
use tracing::{info, info_span};

type Belt = Arc<Mutex<mpsc::Receiver<u32>>>;

/// Sorts until the belt has run empty; the answer is the parcels it has sorted.
async fn machine(number: u32, belt: Belt) -> Vec<u32> {
    async {
        let mut sorted = Vec::new();
        // TODO: let others at the belt while you are sorting.
        while let Some(parcel) = belt.lock().await.recv().await {
            sort(parcel).await;
            sorted.push(parcel);
        }
        sorted
    }
    .instrument(info_span!("machine", number))
    .await
}

async fn sort(parcel: u32) {
    info!("parcel {parcel}");
    sleep(Duration::from_millis(300)).await;
}

/// Sorts so many parcels, which come every `gap`, on so many machines.
async fn post_office(machines: u32, parcels: u32, gap: Duration) -> Vec<Vec<u32>> {
    let (conveyor, belt) = mpsc::channel(5);
    let belt = Arc::new(Mutex::new(belt));
    let mut working = JoinSet::new();
    for number in 1..=machines {
        working.spawn(machine(number, Arc::clone(&belt)));
    }
    drop(belt);
    for parcel in 1..=parcels {
        sleep(gap).await;
        let taken = conveyor.send(parcel).await;
        taken.expect("all machines have stopped, and there are parcels left");
    }
    drop(conveyor);
    working.join_all().await
}

fn main() {
    stage::play("In the post office", post_office(3, 9, Duration::ZERO));
}

#[cfg(test)]
mod tests {
    use stage::ms;

    use super::*;

    fn all_parcels(sorted: &[Vec<u32>]) -> Vec<u32> {
        let mut all = sorted.concat();
        all.sort_unstable();
        all
    }

    fn woken_when_there_is_something<T>(played: &stage::Recording<T>, parcels: u32) {
        for lane in &played.lanes {
            assert!(
                lane.polls <= u64::from(3 + 4 * parcels),
                "{} looked {} times for {parcels} parcels: let the lock and the belt wake it",
                lane.label,
                lane.polls
            );
        }
    }

    #[test]
    fn three_machines_are_three_times_as_fast() {
        for (machines, parcels, rounds) in [(3, 12, 4), (3, 10, 4), (1, 4, 4), (6, 12, 2)] {
            let played = stage::record(post_office(machines, parcels, Duration::ZERO));

            assert_eq!(
                all_parcels(&played.value),
                (1..=parcels).collect::<Vec<_>>(),
                "every parcel is sorted once"
            );
            let expected = ms(300) * rounds;
            assert!(
                played.elapsed == expected,
                "{machines} machines sort {parcels} parcels in {expected:?}, not in {:?}",
                played.elapsed
            );
            woken_when_there_is_something(&played, parcels);
            let most = played.value.iter().map(Vec::len).max().unwrap();
            assert!(
                most <= usize::try_from(rounds).unwrap(),
                "one machine did the work of the others: {:?}",
                played.value
            );
        }
    }

    #[test]
    fn an_empty_belt_is_not_the_end() {
        // Parcels that come every 100 ms keep three machines busy.
        for gap in [1_000, 100] {
            let played = stage::record(post_office(3, 6, ms(gap)));

            assert_eq!(all_parcels(&played.value), [1, 2, 3, 4, 5, 6]);
            woken_when_there_is_something(&played, 6);
            let expected = ms(6 * gap + 300);
            assert!(
                played.elapsed == expected,
                "a parcel every {gap} ms: all are sorted after {expected:?}, not {:?}",
                played.elapsed
            );
        }
    }
}
