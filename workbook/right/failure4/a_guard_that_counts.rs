//! Right: a counter, and a guard that counts down.

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
    inside: std::sync::atomic::AtomicU32,
}

impl Hotline {
    fn new() -> Self {
        Self {
            clerk: Mutex::default(),
            inside: std::sync::atomic::AtomicU32::new(0),
        }
    }

    async fn call(&self, caller: u32) -> Result<(), Busy> {
        use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
        struct Inside<'a>(&'a AtomicU32);
        impl Drop for Inside<'_> {
            fn drop(&mut self) {
                self.0.fetch_sub(1, Relaxed);
            }
        }
        let before = self.inside.fetch_add(1, Relaxed);
        let _inside = Inside(&self.inside);
        if before >= 3 {
            return Err(Busy);
        }
        let _clerk = self.clerk.lock().await;
        help(caller).await;
        Ok(())
    }
}

// From here on as in the solution:
// /// Takes three minutes. Nobody can be helped who is called 13.
