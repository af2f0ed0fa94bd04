//! Wrong: asks the stations in order, so that the first may drown the others.

use std::time::Duration;

use futures::{
    Stream, StreamExt,
    stream::{self, BoxStream},
};
use tokio::time::sleep;

/// What all stations say; each reading with the number of its station, from 0.
fn all(stations: Vec<BoxStream<'static, u32>>) -> impl Stream<Item = (usize, u32)> {
    let mut stations: Vec<_> = stations.into_iter().enumerate().collect();
    stream::poll_fn(move |context| {
        use std::task::Poll;
        let mut ended = Vec::new();
        for (number, station) in &mut stations {
            match station.poll_next_unpin(context) {
                Poll::Ready(Some(reading)) => return Poll::Ready(Some((*number, reading))),
                Poll::Ready(None) => ended.push(*number),
                Poll::Pending => {}
            }
        }
        stations.retain(|(number, _)| !ended.contains(number));
        if stations.is_empty() {
            Poll::Ready(None)
        } else {
            Poll::Pending
        }
    })
}

// From here on as in the solution:
// /// So many readings, one after each pause.
