//! Bicycles pass a gate, and a radio tells of each. How many were it in five seconds?

use std::{collections::BTreeMap, future::ready, time::Duration};

use async_stream::stream;
use futures::{Stream, StreamExt, stream};
use stage::{Instrument, ms};
use tokio::time::sleep;
use tracing::{info, info_span};

/// Width of a window.
pub const WIDTH: Duration = ms(5000);
/// How long before each message, and when its bicycle passed: one message takes a detour.
const PASSED: [(Duration, Duration); 8] = [
    (ms(1000), ms(1000)),
    (ms(2000), ms(3000)),
    (ms(3000), ms(6000)),
    (ms(500), ms(4500)),
    (ms(1500), ms(8000)),
    (ms(3000), ms(11000)),
    (ms(2000), ms(13000)),
    (ms(500), ms(9000)),
];

/// What is known about a stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// So many passed in the window that begins here.
    Passed {
        /// Where the window begins.
        from: Duration,
        /// How many.
        count: u32,
    },
    /// This one's window was closed before it was heard of.
    TooLate(Duration),
}

/// Counts in windows that do not overlap, by the time when something happened. A window is closed
/// when something is heard of that happened `patience` or more after its end, or when the stream ends; an
/// empty one is left out.
///
/// # Panics
///
/// If `width` is zero.
pub fn tumbling(
    happened: impl Stream<Item = Duration>,
    width: Duration,
    patience: Duration,
) -> impl Stream<Item = Count> {
    let width = width.as_nanos();
    let start_of = move |at: Duration| Duration::from_nanos_u128(at.as_nanos() / width * width);
    stream! {
        let mut open = BTreeMap::new();
        let mut closed_before = Duration::ZERO;
        for await at in happened {
            let from = start_of(at);
            if from < closed_before {
                yield Count::TooLate(at);
                continue;
            }
            *open.entry(from).or_default() += 1;
            closed_before = closed_before.max(start_of(at.saturating_sub(patience)));
            while let Some(oldest) = open.first_entry()
                && *oldest.key() < closed_before
            {
                let (from, count) = oldest.remove_entry();
                yield Count::Passed { from, count };
            }
        }
        for (from, count) in open {
            yield Count::Passed { from, count };
        }
    }
}

/// After each message, how many passed in the last `width` up to the newest of them, and that one; none if
/// `width` is zero.
pub fn sliding(
    happened: impl Stream<Item = Duration>,
    width: Duration,
) -> impl Stream<Item = usize> {
    happened.scan(Vec::new(), move |recent, at| {
        recent.push(at);
        let newest = recent.iter().copied().max().unwrap_or(at);
        recent.retain(|&at| newest.saturating_sub(at) < width);
        ready(Some(recent.len()))
    })
}

/// Windows of five seconds, closed after some patience.
pub async fn count(patience: Duration) -> Vec<Count> {
    tumbling(heard(), WIDTH, patience)
        .inspect(|count| match count {
            Count::Passed { from, count } => info!("{count} from {} s", from.as_secs()),
            Count::TooLate(at) => info!("too late: {} s", at.as_secs_f64()),
        })
        .collect()
        .instrument(info_span!("windows"))
        .await
}

/// The last five seconds, at each message.
pub async fn last_five_seconds() -> Vec<usize> {
    sliding(heard(), WIDTH)
        .inspect(|count| info!("{count}"))
        .collect()
        .instrument(info_span!("windows"))
        .await
}

/// What the radio tells.
pub fn heard() -> impl Stream<Item = Duration> {
    stream::iter(PASSED).then(async |(pause, passed)| {
        sleep(pause).await;
        passed
    })
}
