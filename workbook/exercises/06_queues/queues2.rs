//! A wildlife camera takes a picture every 10 ms; sending one over the mountain takes 30 ms. When a
//! deer stays for a while, the camera runs out of memory: all pictures wait in a queue.
//!
//! Goal: at most `room` pictures wait in the queue. None is thrown away, their order is kept, and
//! when the network is quick, the camera is not slowed down.
//!
//! Lesson: `chapters/ch06_queues/README.md`, "Back-pressure: where do the frames go?"

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use stage::Instrument;
use tokio::{sync::mpsc, time::sleep};
use tracing::info_span;

const TAKE: Duration = Duration::from_millis(10);

/// Takes so many pictures and sends them, `network` for each; the answer is what arrived.
async fn deer(pictures: u32, network: Duration, room: usize, memory: &Memory) -> Vec<u32> {
    // TODO: the queue should have `room` for so many pictures, and the camera wait for room.
    let _ = room;
    let (queue, mut waiting) = mpsc::unbounded_channel();
    let camera = async move {
        for number in 1..=pictures {
            sleep(TAKE).await;
            queue
                .send(memory.picture(number))
                .expect("the sender listens");
        }
    }
    .instrument(info_span!("camera"));
    let sender = async {
        let mut arrived = Vec::new();
        while let Some(picture) = waiting.recv().await {
            sleep(network).await;
            arrived.push(picture.number);
        }
        arrived
    }
    .instrument(info_span!("sender"));
    let ((), arrived) = tokio::join!(camera, sender);
    arrived
}

/// Counts the pictures that are in memory.
#[derive(Default)]
struct Memory {
    now: Arc<AtomicUsize>,
    most: AtomicUsize,
}

struct Picture {
    number: u32,
    now: Arc<AtomicUsize>,
}

impl Memory {
    fn picture(&self, number: u32) -> Picture {
        let now = 1 + self.now.fetch_add(1, Ordering::Relaxed);
        self.most.fetch_max(now, Ordering::Relaxed);
        Picture {
            number,
            now: Arc::clone(&self.now),
        }
    }
}

impl Drop for Picture {
    fn drop(&mut self) {
        self.now.fetch_sub(1, Ordering::Relaxed);
    }
}

fn main() {
    stage::play("A deer", async {
        let memory = Memory::default();
        deer(40, Duration::from_millis(30), 5, &memory).await;
        let most = memory.most.load(Ordering::Relaxed);
        tracing::info!("{most} pictures were in memory");
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_network_slows_the_camera_down() {
        for (pictures, room) in [(1_000, 5), (50, 1), (200, 20)] {
            let memory = Memory::default();
            let network = Duration::from_millis(30);
            let deer = deer(pictures, network, room, &memory);
            let played = stage::record(deer.instrument(info_span!("deer")));

            assert_eq!(
                played.value,
                (1..=pictures).collect::<Vec<_>>(),
                "every picture arrives, in order"
            );
            let most = memory.most.load(Ordering::Relaxed);
            assert!(
                (room + 1..=room + 2).contains(&most),
                "{room} may wait, one is being sent, one may be in the hands of the camera; \
                 {most} were in memory"
            );
            let expected = TAKE + network * pictures;
            assert!(
                played.elapsed == expected,
                "the network is busy all the time, so it should take {expected:?}, not {:?}",
                played.elapsed
            );
            let woken: u64 = played.lanes.iter().map(|lane| lane.polls).sum();
            let most = 8 * pictures + 8;
            assert!(
                woken <= u64::from(most),
                "{pictures} pictures, and somebody looked {woken} times whether there is room: \
                 let the queue wake them"
            );
        }
    }

    #[test]
    fn a_quick_network_does_not() {
        let memory = Memory::default();
        let network = Duration::from_millis(4);
        let played = stage::record(deer(100, network, 5, &memory));

        assert_eq!(played.value.len(), 100, "pictures arrived, of 100");
        let expected = TAKE * 100 + network;
        assert!(
            played.elapsed == expected,
            "the camera should never wait, so it takes {expected:?}, not {:?}",
            played.elapsed
        );
    }
}
