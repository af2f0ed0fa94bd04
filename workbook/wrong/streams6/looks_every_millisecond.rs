//! Wrong: asks each station for a moment, again and again.

use std::time::Duration;

use futures::{
    Stream, StreamExt,
    stream::{self, BoxStream},
};
use tokio::time::{sleep, timeout};

/// What all stations say; each reading with the number of its station, from 0.
fn all(stations: Vec<BoxStream<'static, u32>>) -> impl Stream<Item = (usize, u32)> {
    let stations: Vec<_> = stations.into_iter().map(Some).collect();
    stream::unfold((0, stations), async |(mut at, mut stations)| {
        while stations.iter().any(Option::is_some) {
            let number = at % stations.len();
            at += 1;
            if let Some(station) = &mut stations[number] {
                match timeout(Duration::from_millis(1), station.next()).await {
                    Ok(Some(reading)) => return Some(((number, reading), (at, stations))),
                    Ok(None) => stations[number] = None,
                    Err(_) => {}
                }
            }
        }
        None
    })
}

// From here on as in the solution:
// /// So many readings, one after each pause.
