//! A camera that delivers faster than the encoder encodes: where do the frames go?

use std::time::Duration;

use stage::Instrument;
use tokio::{
    sync::mpsc::{self, error::TrySendError},
    task::JoinSet,
    time::sleep,
};
use tracing::{Span, info, info_span};

/// Bytes of one frame.
pub const FRAME: usize = 1 << 20;
/// Frames that a short queue has room for.
pub const ROOM: usize = 4;
const FRAMES: usize = 40;
const TO_TAKE: Duration = Duration::from_millis(50);
const TO_ENCODE: Duration = Duration::from_millis(200);
/// The encoder tells the length of the queue once in so many frames: once a second.
const TOLD_EVERY: usize = 5;

/// How a run went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Footage {
    /// Frames that were encoded.
    pub encoded: usize,
    /// Frames that were thrown away.
    pub dropped: usize,
    /// The most that the encoder found waiting, with the frame it took.
    pub longest: usize,
}

/// An unbounded queue takes everything at once, and keeps it.
pub async fn unbounded_wrong() -> Footage {
    let queue = info_span!("queue");
    let (sender, mut frames) = mpsc::unbounded_channel();
    let camera = async move {
        for _ in 0..FRAMES {
            let frame = take().await;
            if sender.send(frame).is_err() {
                return;
            }
        }
    };
    let encoder = encode(queue, async move || {
        let frame = frames.recv().await?;
        Some((frame, frames.len()))
    });
    both(camera, encoder).await.1
}

/// A bounded queue makes the camera wait: the pressure goes back to where it comes from.
pub async fn bounded() -> Footage {
    let queue = info_span!("queue");
    let (sender, mut frames) = mpsc::channel(ROOM);
    let camera = async move {
        for _ in 0..FRAMES {
            let frame = take().await;
            if sender.send(frame).await.is_err() {
                return;
            }
        }
    };
    let encoder = encode(queue, async move || {
        let frame = frames.recv().await?;
        Some((frame, frames.len()))
    });
    both(camera, encoder).await.1
}

/// A real camera cannot wait. So what finds no room is thrown away, and counted.
pub async fn shedding() -> Footage {
    let queue = info_span!("queue");
    let (sender, mut frames) = mpsc::channel(ROOM);
    let camera = async move {
        let mut dropped = 0;
        for _ in 0..FRAMES {
            let frame = take().await;
            match sender.try_send(frame) {
                Ok(()) => {}
                Err(TrySendError::Full(_)) => dropped += 1,
                Err(TrySendError::Closed(_)) => break,
            }
        }
        dropped
    };
    let encoder = encode(queue, async move || {
        let frame = frames.recv().await?;
        Some((frame, frames.len()))
    });
    let (dropped, run) = both(camera, encoder).await;
    Footage { dropped, ..run }
}

/// The camera as a task of its own, the encoder here.
async fn both<T: Default + Send + 'static>(
    camera: impl Future<Output = T> + Send + 'static,
    encoder: impl Future<Output = Footage>,
) -> (T, Footage) {
    let mut task = JoinSet::new();
    task.spawn(camera.instrument(info_span!("camera")));
    let run = encoder.instrument(info_span!("encoder")).await;
    let told = task.join_all().await.pop().unwrap_or_default();
    (told, run)
}

async fn take() -> Vec<u8> {
    sleep(TO_TAKE).await;
    vec![0; FRAME]
}

/// Encodes until there is nothing left, and tells on the lane of the `queue` how long it is.
async fn encode(queue: Span, mut next: impl AsyncFnMut() -> Option<(Vec<u8>, usize)>) -> Footage {
    let mut run = Footage::default();
    while let Some((frame, waiting)) = next().await {
        let length = waiting + 1; // with this one
        run.longest = run.longest.max(length);
        if run.encoded % TOLD_EVERY == 0 {
            let mib = length * FRAME / (1 << 20);
            queue.in_scope(|| info!("{mib} MiB"));
        }
        sleep(TO_ENCODE).await;
        drop(frame);
        run.encoded += 1;
    }
    run
}
