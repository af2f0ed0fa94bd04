//! Right: the permit is forgotten once there is a connection; `drop` adds one after it has put that back.

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
    permits: Arc<Semaphore>,
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
        let idle = lock(&self.idle).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => self.database.open().await,
        };
        permit.forget();
        Lent {
            connection: Some(connection),
            idle: Arc::clone(&self.idle),
            permits: Arc::clone(&self.permits),
        }
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        lock(&self.idle).extend(self.connection.take());
        self.permits.add_permits(1);
    }
}

// From here on as in the solution:
// fn lock(idle: &Mutex<Vec<Connection>>) -> std::sync::MutexGuard<'_, Vec<Connection>> {
