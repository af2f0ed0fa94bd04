//! Somebody types into a search box. Which of the words are worth a search?

use std::{pin::pin, time::Duration};

use async_stream::stream;
use futures::{Stream, StreamExt, stream};
use stage::{Instrument, ms};
use tokio::{
    sync::mpsc,
    task::JoinSet,
    time::{sleep, timeout},
};
use tokio_stream::wrappers::ReceiverStream;
use tracing::{info, info_span};

/// How long before each keystroke, and what is in the box then.
const TYPED: [(Duration, &str); 7] = [
    (ms(100), "a"),
    (ms(100), "as"),
    (ms(100), "asy"),
    (ms(100), "asyn"),
    (ms(100), "async"),
    (ms(900), "async r"),
    (ms(100), "async rust"),
];
const GAP: Duration = ms(300);

/// Searches at every keystroke.
pub async fn each_wrong() -> Vec<&'static str> {
    searched(|typed| typed).await
}

/// At most one search every 300 ms; the rest is not dropped, it comes later.
pub async fn throttled() -> Vec<&'static str> {
    searched(|typed| tokio_stream::StreamExt::throttle(typed, GAP)).await
}

/// A search when nothing has been typed for 300 ms.
pub async fn debounced() -> Vec<&'static str> {
    searched(|typed| debounce(typed, GAP)).await
}

/// Passes an item on when none has followed it for `quiet`; the last one when the stream ends. The
/// others are dropped. It looks only while it is asked: what comes when nobody asks counts as in time.
///
/// Dropped itself, it loses the item that it holds back.
pub fn debounce<T>(stream: impl Stream<Item = T>, quiet: Duration) -> impl Stream<Item = T> {
    stream! {
        // The outer loop asks again after the inner one has met the end.
        let mut stream = pin!(stream.fuse());
        while let Some(mut latest) = stream.next().await {
            // Cancel safe: `next` keeps nothing that is lost with it.
            while let Ok(Some(newer)) = timeout(quiet, stream.next()).await {
                latest = newer;
            }
            yield latest;
        }
    }
}

async fn searched<S>(choose: impl FnOnce(ReceiverStream<&'static str>) -> S) -> Vec<&'static str>
where
    S: Stream<Item = &'static str>,
{
    let (sender, typed) = mpsc::channel(16);
    let mut user = JoinSet::new();
    user.spawn(type_in(sender).instrument(info_span!("user")));
    let words = choose(ReceiverStream::new(typed)).inspect(|word| info!("{word}"));
    let words = words.collect().instrument(info_span!("search")).await;
    user.join_all().await;
    words
}

async fn type_in(keys: mpsc::Sender<&'static str>) {
    let typed = stream::iter(TYPED).then(async |(pause, word)| {
        sleep(pause).await;
        info!("{word}");
        word
    });
    let mut typed = pin!(typed);
    while let Some(word) = typed.next().await {
        if keys.send(word).await.is_err() {
            return;
        }
    }
}
