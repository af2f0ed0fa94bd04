//! Wrong: one gate opens after the other.

use std::{sync::Mutex, time::Duration};

use futures::future::join_all;
use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

struct Stadium {
    visitors: tokio::sync::Mutex<u32>,
    /// How long a gate needs to open.
    opening: Duration,
}

impl Stadium {
    fn new(opening: Duration) -> Self {
        let visitors = tokio::sync::Mutex::new(0);
        Self { visitors, opening }
    }

    async fn let_in(&self) {
        let mut visitors = self.visitors.lock().await;
        open_the_gate(self.opening).await;
        *visitors += 1;
    }

    /// What the screen shows.
    fn screen(&self) -> u32 {
        *self.visitors.try_lock().unwrap()
    }
}

// From here on as in the solution:
// /// A gate that needs no time stands open.
