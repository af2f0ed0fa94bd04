//! Eight requests over three connections.

use std::{
    ops::Deref,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures::future::join_all;
use stage::Instrument;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::sleep,
};
use tracing::{info, info_span};

use super::permits::{InvalidLimit, permits};

/// A fixed set of connections, lent out one by one.
#[derive(Clone, Debug)]
pub struct Pool {
    /// Never more of them free than there are connections in `idle`.
    permits: Arc<Semaphore>,
    idle: Arc<Mutex<Vec<Connection>>>,
}

/// A connection to something far away.
#[derive(Debug)]
pub struct Connection {
    /// Its number within the pool, from 1.
    pub number: usize,
}

/// A connection on loan. Dropped, it goes back to its pool.
#[derive(Debug)]
pub struct Pooled {
    /// `None` only while it is being dropped.
    connection: Option<Connection>,
    idle: Arc<Mutex<Vec<Connection>>>,
    /// Fields are dropped after `drop` has run: the connection is back before the permit is.
    _permit: OwnedSemaphorePermit,
}

impl Pool {
    /// Opens `size` connections.
    ///
    /// # Errors
    ///
    /// If `size` is 0, or more than a semaphore can count.
    pub fn open(size: usize) -> Result<Self, InvalidLimit> {
        let permits = permits(size)?;
        // The last is lent first: whoever comes first gets number 1.
        let connections = (1..=size).rev().map(|number| Connection { number });
        Ok(Self {
            permits: Arc::new(permits),
            idle: Arc::new(Mutex::new(connections.collect())),
        })
    }

    /// Waits for a connection. First come, first served.
    ///
    /// Cancel safety: dropped before it is done, it has taken nothing; the place in line is lost.
    ///
    /// # Panics
    ///
    /// Never: the pool does not close its semaphore, and every permit stands for a connection.
    pub async fn get(&self) -> Pooled {
        let permit = Arc::clone(&self.permits).acquire_owned().await;
        let permit = permit.expect("the pool never closes its semaphore");
        let connection = lock(&self.idle).pop();
        Pooled {
            connection: Some(connection.expect("every permit stands for a connection")),
            idle: Arc::clone(&self.idle),
            _permit: permit,
        }
    }

    /// Connections that nobody is using.
    #[must_use]
    pub fn idle(&self) -> usize {
        lock(&self.idle).len()
    }
}

impl Deref for Pooled {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection.as_ref().expect("not yet dropped")
    }
}

impl Drop for Pooled {
    fn drop(&mut self) {
        lock(&self.idle).extend(self.connection.take());
    }
}

/// Held for a push or a pop, never across an await: `std`'s lock is the right one.
fn lock(idle: &Mutex<Vec<Connection>>) -> std::sync::MutexGuard<'_, Vec<Connection>> {
    idle.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Eight requests of one second share the pool.
pub async fn eight_requests(pool: &Pool) {
    join_all((1..=8).map(|id| request(id, pool))).await;
}

async fn request(id: u32, pool: &Pool) {
    async {
        let connection = pool.get().await;
        info!("on connection {}", connection.number);
        sleep(Duration::from_secs(1)).await;
    }
    .instrument(info_span!("request", id))
    .await;
}
