//! Wrong: an atomic that is read and written in two steps.

use std::{sync::Mutex, time::Duration};

use futures::future::join_all;
use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

struct Stadium {
    visitors: std::sync::atomic::AtomicU32,
    /// How long a gate needs to open.
    opening: Duration,
}

impl Stadium {
    fn new(opening: Duration) -> Self {
        let visitors = 0.into();
        Self { visitors, opening }
    }

    async fn let_in(&self) {
        use std::sync::atomic::Ordering::SeqCst;
        open_the_gate(self.opening).await;
        let before = self.visitors.load(SeqCst);
        self.visitors.store(before + 1, SeqCst);
    }

    /// What the screen shows.
    fn screen(&self) -> u32 {
        self.visitors.load(std::sync::atomic::Ordering::SeqCst)
    }
}

// From here on as in the solution:
// /// A gate that needs no time stands open.
