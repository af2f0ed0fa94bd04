//! Wrong: waits in each round for all that have not ended.

use std::time::Duration;

use futures::{
    FutureExt, Stream, StreamExt,
    stream::{self, BoxStream},
};
use tokio::time::sleep;

/// What all stations say; each reading with the number of its station, from 0.
fn all(stations: Vec<BoxStream<'static, u32>>) -> impl Stream<Item = (usize, u32)> {
    stream::unfold(
        (
            stations.into_iter().enumerate().collect::<Vec<_>>(),
            Vec::new(),
        ),
        async |(stations, mut ready)| {
            let mut stations: Vec<(usize, BoxStream<'static, u32>)> = stations;
            while ready.is_empty() && !stations.is_empty() {
                let round = stations.iter_mut().map(|(number, station)| {
                    let number = *number;
                    station.next().map(move |reading| (number, reading))
                });
                let round = futures::future::join_all(round).await;
                stations.retain(|(number, _)| round.contains(&(*number, None)) == false);
                for (number, reading) in round.into_iter().rev() {
                    ready.extend(reading.map(|reading| (number, reading)));
                }
            }
            Some((ready.pop()?, (stations, ready)))
        },
    )
}

// From here on as in the solution:
// /// So many readings, one after each pause.
