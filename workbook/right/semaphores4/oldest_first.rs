//! Right: lends the connection that has been idle for longest.

use std::{
    ops::Deref,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use stage::Instrument;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::sleep,
};
use tracing::{info, info_span};

/// Lends out at most so many connections.
struct Pool {
    database: Arc<Database>,
    /// A test holds this lock for a moment.
    idle: Arc<Mutex<Vec<Connection>>>,
    permits: Arc<Semaphore>,
}

/// A connection that goes back into the pool when this is dropped.
struct Lent {
    connection: Option<Connection>,
    idle: Arc<Mutex<Vec<Connection>>>,
    _permit: OwnedSemaphorePermit,
}

impl Pool {
    fn new(database: Arc<Database>, limit: usize) -> Self {
        Self {
            database,
            idle: Arc::default(),
            permits: Arc::new(Semaphore::new(limit)),
        }
    }

    async fn get(&self) -> Lent {
        let permit = Arc::clone(&self.permits)
            .acquire_owned()
            .await
            .expect("the pool is never closed");
        let idle = {
            let mut idle = lock(&self.idle);
            (!idle.is_empty()).then(|| idle.remove(0))
        };
        let connection = match idle {
            Some(connection) => connection,
            None => self.database.open().await,
        };
        Lent {
            connection: Some(connection),
            idle: Arc::clone(&self.idle),
            _permit: permit,
        }
    }
}

// From here on as in the solution:
// impl Drop for Lent {
