//! A post office closes: what becomes of the letters in the box, and of those on their way to it?

use std::{collections::BTreeSet, time::Duration};

use stage::Instrument;
use tokio::{
    sync::mpsc::{self, error::SendError},
    task::JoinSet,
    time::sleep,
};
use tracing::{info, info_span};

const BOX: usize = 4;
const TO_WRITE: Duration = Duration::from_millis(100);
const TO_SORT: Duration = Duration::from_millis(200);
/// The clerk sorts so many letters before the office closes.
const BEFORE_CLOSING: usize = 3;

/// Which letters went where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Day {
    /// `send` said `Ok`.
    pub accepted: BTreeSet<u32>,
    /// `send` gave them back.
    pub returned: BTreeSet<u32>,
    /// The clerk had them.
    pub sorted: BTreeSet<u32>,
}

impl Day {
    /// What was accepted, and seen by nobody afterwards.
    #[must_use]
    pub fn lost(&self) -> BTreeSet<u32> {
        &self.accepted - &self.sorted
    }
}

/// The clerk goes home: the receiver is dropped, and with it what is in the box.
pub async fn goes_home_wrong() -> Day {
    day(async |mut letters| sort_some(&mut letters).await).await
}

/// The clerk closes the slot first, and then takes what is in the box.
pub async fn closes_and_empties() -> Day {
    day(async |mut letters| {
        let mut sorted = sort_some(&mut letters).await;
        letters.close();
        while letters.recv_many(&mut sorted, BOX).await > 0 {}
        sorted
    })
    .await
}

/// Two writers and a clerk.
async fn day(clerk: impl AsyncFnOnce(mpsc::Receiver<u32>) -> Vec<u32>) -> Day {
    let (slot, letters) = mpsc::channel(BOX);
    let mut writers = JoinSet::new();
    for (name, letters) in [("A", 1..=6), ("B", 11..=16)] {
        let writer = write(letters, slot.clone());
        writers.spawn(writer.instrument(info_span!("writer", name)));
    }
    drop(slot);
    let clerk = async {
        let sorted = clerk(letters).await;
        info!("goes home with {sorted:?}");
        sorted
    };
    let sorted = clerk.instrument(info_span!("clerk")).await;
    let mut day = Day {
        sorted: sorted.into_iter().collect(),
        ..Day::default()
    };
    for (accepted, returned) in writers.join_all().await {
        day.accepted.extend(accepted);
        day.returned.extend(returned);
    }
    info!("accepted and lost: {:?}", day.lost());
    day
}

/// Writes until the slot is closed: what was accepted, and what came back.
async fn write(
    letters: impl Iterator<Item = u32>,
    slot: mpsc::Sender<u32>,
) -> (Vec<u32>, Option<u32>) {
    let mut accepted = Vec::new();
    for letter in letters {
        sleep(TO_WRITE).await;
        match slot.send(letter).await {
            Ok(()) => {
                info!("posted {letter}");
                accepted.push(letter);
            }
            Err(SendError(letter)) => {
                info!("keeps {letter}");
                return (accepted, Some(letter));
            }
        }
    }
    (accepted, None)
}

async fn sort_some(letters: &mut mpsc::Receiver<u32>) -> Vec<u32> {
    let mut sorted = Vec::new();
    for _ in 0..BEFORE_CLOSING {
        sorted.extend(letters.recv().await);
        sleep(TO_SORT).await;
    }
    sorted
}
