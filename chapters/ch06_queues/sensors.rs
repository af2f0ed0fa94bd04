//! Readings from several sensors, several processors, and counts that can be looked at any time.

use std::time::Duration;

use stage::Instrument;
use thiserror::Error;
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
    time::sleep,
};
use tracing::{info, info_span};

use super::queue::{BadCapacity, SharedReceiver, bounded};

const BETWEEN_READINGS: Duration = Duration::from_millis(100);
const TO_PROCESS: Duration = Duration::from_millis(200);

/// Where things stand. `queued + in_hand + done + failed` is what was let into the queue so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// In the queue: not yet taken by a processor.
    pub queued: u32,
    /// Being processed.
    pub in_hand: u32,
    /// Processed.
    pub done: u32,
    /// Processed in vain.
    pub failed: u32,
}

/// One value from one sensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Which sensor.
    pub sensor: char,
    /// In degrees.
    pub degrees: i32,
}

/// No such temperature.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("{degrees} degrees from sensor {sensor} are not plausible")]
pub struct Implausible {
    sensor: char,
    degrees: i32,
}

/// Runs until every sensor is done and every reading processed; a reading that fails is counted
/// and costs no other one anything. Returns the counts as the board showed them, the last being
/// the final ones.
///
/// # Errors
///
/// If `capacity` is not one that a queue can have.
pub async fn run(capacity: usize) -> Result<Vec<Counts>, BadCapacity> {
    let (queue, readings) = bounded(capacity)?;
    let (counts, board) = watch::channel(Counts::default());

    let mut tasks = JoinSet::new();
    for (name, values) in [
        ('A', vec![20, 21, 999, 22, 23]),
        ('B', vec![18, -999, 17]),
        ('C', vec![30, 31, 32, 33]),
    ] {
        let sensor = sense(name, values, queue.clone(), counts.clone());
        tasks.spawn(sensor.instrument(info_span!("sensor", name = %name)));
    }
    for id in 1..=2 {
        let processor = work(readings.clone(), counts.clone());
        tasks.spawn(processor.instrument(info_span!("processor", id)));
    }
    drop((queue, readings, counts));
    let shown = show(board).instrument(info_span!("board")).await;
    tasks.join_all().await;
    Ok(shown)
}

async fn sense(
    sensor: char,
    values: Vec<i32>,
    queue: mpsc::Sender<Reading>,
    counts: watch::Sender<Counts>,
) {
    for degrees in values {
        sleep(BETWEEN_READINGS).await;
        // First the place, then the count, then the reading: so no processor can have taken
        // what has not been counted yet.
        let Ok(place) = queue.reserve().await else {
            return;
        };
        counts.send_modify(|counts| counts.queued += 1);
        place.send(Reading { sensor, degrees });
    }
}

async fn work(readings: SharedReceiver<Reading>, counts: watch::Sender<Counts>) {
    while let Some(reading) = readings.recv().await {
        counts.send_modify(|counts| {
            counts.queued -= 1;
            counts.in_hand += 1;
        });
        let result = process(reading).await;
        if let Err(error) = result {
            info!("{error}");
        }
        counts.send_modify(|counts| {
            counts.in_hand -= 1;
            match result {
                Ok(_) => counts.done += 1,
                Err(_) => counts.failed += 1,
            }
        });
    }
}

async fn process(Reading { sensor, degrees }: Reading) -> Result<i32, Implausible> {
    sleep(TO_PROCESS).await;
    if (-90..=60).contains(&degrees) {
        Ok(degrees * 9 / 5 + 32)
    } else {
        Err(Implausible { sensor, degrees })
    }
}

/// Shows the latest counts, at most five times in two seconds, until nobody counts any more.
async fn show(mut board: watch::Receiver<Counts>) -> Vec<Counts> {
    let mut shown = Vec::new();
    while board.changed().await.is_ok() {
        let counts = *board.borrow_and_update();
        let Counts {
            queued,
            done,
            failed,
            ..
        } = counts;
        info!("done {done} failed {failed} queued {queued}");
        shown.push(counts);
        sleep(Duration::from_millis(400)).await;
    }
    shown
}
