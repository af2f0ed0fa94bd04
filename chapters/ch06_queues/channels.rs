//! One answer, every announcement, the latest value: three channels that are no queues.

use std::time::Duration;

use stage::Instrument;
use tokio::{
    sync::{
        broadcast::{self, error::RecvError},
        oneshot, watch,
    },
    task::JoinSet,
    time::sleep,
};
use tracing::{info, info_span};

/// A `oneshot` carries one value once; who asked also learns that no answer will come.
pub async fn one_answer() -> [Result<u32, oneshot::error::RecvError>; 2] {
    let (reply, answer) = oneshot::channel();
    let (broken_promise, silence) = oneshot::channel();
    let replying = async {
        sleep(Duration::from_millis(300)).await;
        info!("replies");
        // Fails if nobody waits for the answer any more.
        let _ = reply.send(42);
        drop(broken_promise);
    };
    let asking = async {
        let answers = [answer.await, silence.await];
        info!("{answers:?}");
        answers
    };
    let ((), answers) = tokio::join!(
        replying.instrument(info_span!("callee")),
        asking.instrument(info_span!("caller")),
    );
    answers
}

/// What a listener heard, and how many announcements it missed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// The announcements it received.
    pub received: Vec<u32>,
    /// How many were overwritten before it came to them.
    pub missed: u64,
}

/// A `broadcast` gives everybody everything, from a ring of four places. Nobody holds the speaker
/// up: who is too slow loses the oldest, and is told how many.
pub async fn every_announcement() -> Vec<Heard> {
    let (speaker, _) = broadcast::channel(4);
    let listeners: JoinSet<_> = [("quick", 50), ("slow", 350)]
        .map(|(name, millis)| {
            listen(speaker.subscribe(), Duration::from_millis(millis))
                .instrument(info_span!("listener", name))
        })
        .into_iter()
        .collect();
    async move {
        for number in 1..=10 {
            sleep(Duration::from_millis(100)).await;
            info!("{number}");
            // Fails if there are no listeners; then nobody misses anything.
            let _ = speaker.send(number);
        }
    }
    .instrument(info_span!("speaker"))
    .await;
    listeners.join_all().await
}

async fn listen(mut announcements: broadcast::Receiver<u32>, to_digest: Duration) -> Heard {
    let mut heard = Heard::default();
    loop {
        match announcements.recv().await {
            Ok(number) => {
                info!("{number}");
                heard.received.push(number);
                sleep(to_digest).await;
            }
            Err(RecvError::Lagged(missed)) => {
                info!("missed {missed}");
                heard.missed += missed;
            }
            Err(RecvError::Closed) => return heard,
        }
    }
}

/// A `watch` holds the latest value only. The reader that comes late sees where things stand,
/// not how they got there.
pub async fn latest_value() -> Vec<i32> {
    let (thermometer, mut display) = watch::channel(20);
    let measuring = async move {
        for degrees in 21..=30 {
            sleep(Duration::from_millis(100)).await;
            info!("{degrees}");
            thermometer.send_replace(degrees);
        }
    };
    let showing = async {
        let mut shown = Vec::new();
        while display.changed().await.is_ok() {
            let degrees = *display.borrow_and_update();
            info!("{degrees}");
            shown.push(degrees);
            sleep(Duration::from_millis(250)).await;
        }
        shown
    };
    let ((), shown) = tokio::join!(
        measuring.instrument(info_span!("thermometer")),
        showing.instrument(info_span!("display")),
    );
    shown
}
