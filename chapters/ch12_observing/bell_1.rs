//! A bell made of a flag and a line of `oneshot` channels. It loses a ring if somebody gives up.

use std::collections::VecDeque;

use tokio::sync::oneshot;

use crate::{
    hatch::Rings,
    sync::{AtomicBool, Mutex, MutexGuard, Ordering::SeqCst, PoisonError},
};

/// Whoever waits leaves a channel.
#[derive(Debug, Default)]
pub struct Bell {
    rung: AtomicBool,
    waiting: Mutex<VecDeque<oneshot::Sender<()>>>,
}

impl Rings for Bell {
    fn ring(&self) {
        loop {
            let first = self.line().pop_front();
            match first.map(|heard| heard.send(())) {
                Some(Ok(())) => return,
                // That one has given up.
                Some(Err(())) => {}
                None => return self.rung.store(true, SeqCst),
            }
        }
    }

    async fn wait(&self) {
        if self.rung.swap(false, SeqCst) {
            return;
        }
        let (heard, rings) = oneshot::channel();
        self.line().push_back(heard);
        // An error would mean that the bell is gone, and we hold on to it.
        let _ = rings.await;
    }
}

impl Bell {
    fn line(&self) -> MutexGuard<'_, VecDeque<oneshot::Sender<()>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
