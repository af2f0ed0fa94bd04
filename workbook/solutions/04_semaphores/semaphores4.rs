//! A database allows three connections, and opening one takes a second. The program opens a new
//! one for each of eight requests; the database turns five of them away.
//!
//! Goal: a pool. `get` waits until a connection may be used, reuses one that came back, and opens a
//! new one only when none is idle. A connection comes back when its guard is dropped, also if the
//! request was cancelled or panicked.
//!
//! Lesson: `chapters/ch04_semaphores/README.md`, "Three connections for eight requests"

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
        let idle = lock(&self.idle).pop();
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

impl Drop for Lent {
    fn drop(&mut self) {
        // The permit is dropped after this: whoever gets it finds the connection.
        lock(&self.idle).extend(self.connection.take());
    }
}

fn lock(idle: &Mutex<Vec<Connection>>) -> std::sync::MutexGuard<'_, Vec<Connection>> {
    // A panic elsewhere leaves the list whole.
    idle.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Deref for Lent {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection
            .as_ref()
            .expect("it is there until the guard is dropped")
    }
}

/// Allows three connections at a time.
#[derive(Default)]
struct Database {
    opened: AtomicUsize,
    open: Arc<AtomicUsize>,
}

struct Connection {
    number: usize,
    open: Arc<AtomicUsize>,
}

impl Database {
    async fn open(&self) -> Connection {
        async {
            let open = 1 + self.open.fetch_add(1, Ordering::Relaxed);
            // Counts down also if opening is cancelled.
            let mut connection = Connection {
                number: 0,
                open: Arc::clone(&self.open),
            };
            assert!(open <= 3, "the database refuses a fourth connection");
            sleep(Duration::from_secs(1)).await;
            connection.number = 1 + self.opened.fetch_add(1, Ordering::Relaxed);
            connection
        }
        .instrument(info_span!("open"))
        .await
    }
}

impl Connection {
    async fn query(&self) -> usize {
        sleep(Duration::from_secs(2)).await;
        self.number
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.open.fetch_sub(1, Ordering::Relaxed);
    }
}

async fn request(number: u32, pool: &Pool) -> usize {
    async {
        let connection = pool.get().await;
        info!("uses connection {}", connection.number);
        connection.query().await
    }
    .instrument(info_span!("request", number))
    .await
}

fn main() {
    stage::play("Requests over a pool", async {
        let pool = Pool::new(Arc::default(), 2);
        futures::future::join_all((1..=3).map(|number| request(number, &pool))).await;
    });
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;
    use tokio::time::timeout;

    use super::*;

    #[test]
    fn eight_requests_over_three_connections() {
        let played = stage::record(async {
            let database = Arc::new(Database::default());
            let pool = Pool::new(Arc::clone(&database), 3);
            let used = join_all((1..=8).map(|number| request(number, &pool))).await;
            (used, database.opened.load(Ordering::Relaxed))
        });

        let (used, opened) = played.value;
        assert_eq!(opened, 3, "opened once, used again and again");
        assert_eq!(used.len(), 8);
        // One second to open, then three rounds of two seconds.
        assert_eq!(played.elapsed, Duration::from_secs(1 + 3 * 2));
    }

    #[test]
    fn an_idle_connection_is_used_before_a_new_one_is_opened() {
        let played = stage::record(async {
            let database = Arc::new(Database::default());
            let pool = Pool::new(Arc::clone(&database), 3);
            for number in 1..=4 {
                request(number, &pool).await;
            }
            database.opened.load(Ordering::Relaxed)
        });
        assert_eq!(played.value, 1);
        assert_eq!(played.elapsed, Duration::from_secs(1 + 4 * 2));
    }

    #[test]
    fn a_cancelled_request_takes_nothing_away() {
        let played = stage::record(async {
            let pool = Pool::new(Arc::default(), 1);
            // Cancelled while it opens, while it waits, and while it queries.
            for millis in [500, 0, 1_500] {
                let millis = Duration::from_millis(millis);
                timeout(millis, request(0, &pool)).await.unwrap_err();
            }
            let last = timeout(Duration::from_secs(100), request(9, &pool)).await;
            last.expect("the pool is empty for ever")
        });
        assert_eq!(played.value, 1);
    }

    #[test]
    fn the_guard_may_travel_into_a_task() {
        let played = stage::record(async {
            let pool = Pool::new(Arc::default(), 1);
            let connection = pool.get().await;
            let task = tokio::spawn(async move { connection.query().await });
            let after = request(2, &pool).await;
            (task.await.unwrap(), after)
        });
        assert_eq!(played.value, (1, 1));
        assert_eq!(played.elapsed, Duration::from_secs(1 + 2 + 2));
    }
}
