//! The same pool with `deadpool`.

use std::io;

use deadpool::managed::{self, Manager, Metrics, RecycleError, RecycleResult};

use crate::wire::{Bank, Wire};

/// How `deadpool` opens connections to a bank, and which it lends again.
#[derive(Debug)]
pub struct Wires(pub Bank);

impl Manager for Wires {
    type Type = Wire;
    type Error = io::Error;

    async fn create(&self) -> io::Result<Wire> {
        self.0.connect().await
    }

    async fn recycle(&self, wire: &mut Wire, _: &Metrics) -> RecycleResult<io::Error> {
        if wire.in_order() {
            Ok(())
        } else {
            Err(RecycleError::message("out of order"))
        }
    }
}

/// A pool of at most so many connections.
///
/// # Panics
///
/// Never: only a pool with a time limit of its own could fail to be built.
#[must_use]
pub fn pool(bank: Bank, most: usize) -> managed::Pool<Wires> {
    let pool = managed::Pool::builder(Wires(bank)).max_size(most).build();
    pool.expect("no limit that needs a runtime")
}
