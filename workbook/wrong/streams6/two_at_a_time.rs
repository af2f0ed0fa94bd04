//! Wrong: hears two stations at a time; the third waits.

use std::time::Duration;

use futures::{
    Stream, StreamExt,
    stream::{self, BoxStream},
};
use tokio::time::sleep;

/// What all stations say; each reading with the number of its station, from 0.
fn all(stations: Vec<BoxStream<'static, u32>>) -> impl Stream<Item = (usize, u32)> {
    stream::iter(stations)
        .enumerate()
        .map(|(number, station)| station.map(move |reading| (number, reading)))
        .flatten_unordered(2)
}

// From here on as in the solution:
// /// So many readings, one after each pause.
