//! Twelve pictures are fetched, made small and stored: waiting, computing, waiting.

use std::time::Duration;

use futures::future::join_all;
use stage::Instrument;
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::sleep,
};
use tracing::info_span;

/// What a picture takes in each stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Its name.
    pub number: u32,
    /// To fetch it, which is waiting.
    pub fetch: Duration,
    /// To make it small, which needs a core.
    pub shrink: Duration,
    /// To store it, which is waiting.
    pub store: Duration,
}

/// How many may be in a stage at the same time, and how many on their way at all.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// From the first byte fetched to the last one stored.
    pub inside: usize,
    /// Fetch, shrink, store.
    pub stages: [usize; 3],
}

/// A server that stands six at a time, two cores, and a disk that stands two.
pub const LIMITS: Limits = Limits {
    inside: 10,
    stages: [6, 2, 2],
};

/// Twelve pictures that differ a little.
pub fn batch() -> Vec<Picture> {
    let picture = |number: u32| Picture {
        number,
        fetch: Duration::from_millis(400 + u64::from(number) * 170 % 400),
        shrink: Duration::from_millis(200 + u64::from(number) * 130 % 200),
        store: Duration::from_millis(150),
    };
    (1..=12).map(picture).collect()
}

/// One picture after the other.
pub async fn in_turn<F: Future>(batch: &[Picture], shrink: impl Fn(Duration) -> F) {
    one_limit_wrong(batch, shrink, 1).await;
}

/// A place for all of the way: whoever has one keeps it, also where it is of no use.
pub async fn one_limit_wrong<F: Future>(
    batch: &[Picture],
    shrink: impl Fn(Duration) -> F,
    places: usize,
) {
    let (places, shrink) = (&Semaphore::new(places), &shrink);
    let ways = batch.iter().map(|picture| async move {
        let _place = place(places).await;
        sleep(picture.fetch).await;
        on_a_core(picture, shrink).await;
        sleep(picture.store).await;
    });
    join_all(ways).await;
}

/// A place in each stage, given back before the next one is asked for. If there is none in one of them, it
/// never ends.
pub async fn a_limit_for_each<F: Future>(
    batch: &[Picture],
    shrink: impl Fn(Duration) -> F,
    limits: Limits,
) {
    let (inside, shrink) = (&Semaphore::new(limits.inside), &shrink);
    let [server, cores, disk] = &limits.stages.map(Semaphore::new);
    let ways = batch.iter().map(|picture| async move {
        let _inside = place(inside).await;
        within(server, sleep(picture.fetch)).await;
        within(cores, on_a_core(picture, shrink)).await;
        within(disk, sleep(picture.store)).await;
    });
    join_all(ways).await;
}

async fn within<F: Future>(places: &Semaphore, work: F) -> F::Output {
    let _place = place(places).await;
    work.await
}

async fn place(places: &Semaphore) -> SemaphorePermit<'_> {
    places.acquire().await.expect("never closed")
}

async fn on_a_core<F: Future>(picture: &Picture, shrink: impl Fn(Duration) -> F) {
    let lane = info_span!("shrink", picture.number);
    shrink(picture.shrink).instrument(lane).await;
}

/// The least time that a batch can take with so many places in its stages: its critical path.
///
/// Either one picture's own way is the longest, or one stage is: it cannot begin before a first
/// picture has come to it, cannot do more than all its places can, and a last picture goes on from it.
///
/// # Panics
///
/// If a stage has no place.
pub fn critical_path(batch: &[Picture], places: [usize; 3]) -> Duration {
    let stages = |picture: &Picture| [picture.fetch, picture.shrink, picture.store];
    let least = |from, to| {
        let parts = |picture| stages(picture)[from..to].iter().sum();
        batch.iter().map(parts).min().unwrap_or_default()
    };
    let through = |stage: usize| {
        let work: Duration = batch.iter().map(|picture| stages(picture)[stage]).sum();
        let first: Duration = least(0, stage);
        first + work.div_f64(places[stage] as f64) + least(stage + 1, 3)
    };
    let alone = |picture| stages(picture).iter().sum();
    let longest = batch.iter().map(alone).max().unwrap_or_default();
    (0..3).map(through).fold(longest, Duration::max)
}
