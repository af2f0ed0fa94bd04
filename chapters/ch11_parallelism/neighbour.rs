//! A long computation beside a neighbour who wants a turn every ten milliseconds: how late are they?

use std::time::Duration;

use stage::{Instrument, block_for};
use tokio::{
    task::{coop::consume_budget, yield_now},
    time::{Instant, interval},
};
use tracing::{info, info_span};

/// When a computation gives way between two of its steps.
#[derive(Clone, Copy, Debug)]
pub enum Manners {
    /// Never.
    None,
    /// After so many steps.
    Every(usize),
    /// By Tokio's budget.
    Budget,
    /// When it has kept the thread for this long.
    After(Duration),
}

/// Computes for each step's time; gives way as `manners` say.
///
/// # Cancel safety
///
/// Dropped between two steps, it leaves the others undone.
pub async fn compute(steps: &[Duration], manners: Manners) {
    let mut since = Instant::now();
    for (done, &step) in (1..).zip(steps) {
        block_for(step);
        match manners {
            Manners::None => {}
            Manners::Every(steps) if done % steps != 0 => {}
            Manners::Every(_) => yield_now().await,
            Manners::Budget => consume_budget().await,
            Manners::After(limit) if since.elapsed() < limit => {}
            Manners::After(_) => {
                yield_now().await;
                since = Instant::now();
            }
        }
    }
}

/// A book of nine hundred pages, a millisecond each to index, and at its end twenty maps of fifty.
pub fn book() -> Vec<Duration> {
    let mut steps = vec![Duration::from_millis(1); 900];
    steps.extend([Duration::from_millis(50); 20]);
    steps
}

/// The same book, its maps in pieces of a millisecond.
pub fn in_pieces(book: &[Duration]) -> Vec<Duration> {
    let pieces = |page: &Duration| page.as_millis() as usize;
    let pieces = book.iter().map(pieces).sum();
    vec![Duration::from_millis(1); pieces]
}

/// Indexes a book beside a neighbour who asks for 190 turns, one every ten milliseconds, and tells
/// how late each of them came.
///
/// # Panics
///
/// Only if the task that indexes did.
pub async fn beside_a_neighbour(steps: Vec<Duration>, manners: Manners) -> Vec<Duration> {
    let index = async move { compute(&steps, manners).await };
    let index = tokio::spawn(index.instrument(info_span!("index")));
    let late = turns().instrument(info_span!("neighbour")).await;
    index.await.expect("the index is made");
    late
}

async fn turns() -> Vec<Duration> {
    let mut every = interval(Duration::from_millis(10));
    let mut late = Vec::new();
    for _ in 0..190 {
        // The moment when it was due, however late it is by now.
        let due = every.tick().await;
        late.push(due.elapsed());
    }
    late
}

/// Draws how late they were: a line for each range, one `█` for five turns.
pub fn draw(late: &[Duration]) {
    let mut from = 0;
    for to in [10, 60, 350, 2_000] {
        let range = from..to;
        let count = late.iter().filter(|it| range.contains(&it.as_millis()));
        let count = count.count();
        let bar = "█".repeat(count.div_ceil(5));
        let line = format!("late by {from:>3} to {to:>4} ms: {count:>3} {bar}");
        info!("{}", line.trim_end());
        from = to;
    }
}
