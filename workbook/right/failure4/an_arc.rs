//! Right: counts the shares of an `Arc`.

use std::time::Duration;

use stage::Instrument;
use tokio::{
    sync::Mutex,
    time::{sleep, timeout},
};
use tracing::{info, info_span};

/// There are three inside.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Busy;

struct Hotline {
    clerk: Mutex<()>,
    inside: std::sync::Arc<()>,
}

impl Hotline {
    fn new() -> Self {
        Self {
            clerk: Mutex::default(),
            inside: std::sync::Arc::default(),
        }
    }

    async fn call(&self, caller: u32) -> Result<(), Busy> {
        if std::sync::Arc::strong_count(&self.inside) > 3 {
            return Err(Busy);
        }
        let _inside = std::sync::Arc::clone(&self.inside);
        let _clerk = self.clerk.lock().await;
        help(caller).await;
        Ok(())
    }
}

// From here on as in the solution:
// /// Takes three minutes. Nobody can be helped who is called 13.
