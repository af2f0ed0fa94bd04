//! Right: `StreamMap` gives the number along.

use std::time::Duration;

use futures::{
    Stream, StreamExt,
    stream::{self, BoxStream},
};
use tokio::time::sleep;

/// What all stations say; each reading with the number of its station, from 0.
fn all(stations: Vec<BoxStream<'static, u32>>) -> impl Stream<Item = (usize, u32)> {
    stations
        .into_iter()
        .enumerate()
        .collect::<tokio_stream::StreamMap<_, _>>()
}

// From here on as in the solution:
// /// So many readings, one after each pause.
