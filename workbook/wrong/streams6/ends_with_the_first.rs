//! Wrong: ends when one station does.

use std::time::Duration;

use futures::{
    Stream, StreamExt,
    stream::{self, BoxStream},
};
use tokio::time::sleep;

/// What all stations say; each reading with the number of its station, from 0.
fn all(stations: Vec<BoxStream<'static, u32>>) -> impl Stream<Item = (usize, u32)> {
    let mut all = stream::select_all(stations.into_iter().enumerate().map(|(number, station)| {
        station
            .map(move |reading| Some((number, reading)))
            .chain(stream::iter([None]))
    }));
    stream::poll_fn(move |context| all.poll_next_unpin(context).map(Option::flatten))
}

// From here on as in the solution:
// /// So many readings, one after each pause.
