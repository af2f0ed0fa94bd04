//! Wrong: a task for each station fills a queue that nobody empties.

use std::time::Duration;

use futures::{
    Stream, StreamExt,
    stream::{self, BoxStream},
};
use tokio::time::sleep;

/// What all stations say; each reading with the number of its station, from 0.
fn all(stations: Vec<BoxStream<'static, u32>>) -> impl Stream<Item = (usize, u32)> {
    stream::once(async {
        let (sender, receiver) = tokio::sync::mpsc::unbounded_channel();
        for (number, mut station) in stations.into_iter().enumerate() {
            let sender = sender.clone();
            tokio::spawn(async move {
                while let Some(reading) = station.next().await {
                    if sender.send((number, reading)).is_err() {
                        return;
                    }
                }
            });
        }
        tokio_stream::wrappers::UnboundedReceiverStream::new(receiver)
    })
    .flatten()
}

// From here on as in the solution:
// /// So many readings, one after each pause.
