//! A database allows three connections, and opening one takes a second. The program opens a new
//! one for each request; the fourth at the same time would be refused.
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
    use stage::{Recording, ms};
    use tokio::{join, time::timeout};

    use super::*;

    const HINT: &str =
        "Who holds a permit or a connection, and who has gone without giving it back?";

    /// This many connections are opened, and it takes so many seconds.
    fn check(what: &str, expected: (usize, u64), was: usize, played: &Recording) {
        let (opened, seconds) = expected;
        let seconds = Duration::from_secs(seconds);
        assert!(
            (was, played.elapsed) == (opened, seconds),
            "{what}\n  expected: {opened} connections are opened, all is over after {seconds:?}\n  \
             it was:   {was} connections are opened, all is over after {:?}{}",
            played.elapsed,
            played.what_happened()
        );
    }

    #[test]
    fn eight_requests_over_three_connections() {
        let (opened, played) = play(async {
            let database = Arc::new(Database::default());
            let pool = Pool::new(Arc::clone(&database), 3);
            join_all((1..=8).map(|number| request(number, &pool))).await;
            database.opened.load(Ordering::Relaxed)
        });
        // One second to open, then three rounds of two seconds.
        check("eight requests at once", (3, 1 + 3 * 2), opened, &played);
    }

    #[test]
    fn an_idle_connection_is_used_before_a_new_one_is_opened() {
        let (opened, played) = play(async {
            let database = Arc::new(Database::default());
            let pool = Pool::new(Arc::clone(&database), 3);
            for number in 1..=4 {
                request(number, &pool).await;
            }
            database.opened.load(Ordering::Relaxed)
        });
        check("four requests one by one", (1, 1 + 4 * 2), opened, &played);
    }

    #[test]
    fn a_cancelled_request_takes_nothing_away() {
        let (number, _) = play(async {
            let pool = Pool::new(Arc::default(), 1);
            // Cancelled while it opens, at once, and while it queries.
            for patience in [500, 0, 1_500] {
                let cancelled = timeout(ms(patience), request(0, &pool)).await;
                assert!(cancelled.is_err(), "a request takes 2 s at least");
            }
            // Cancelled while it waits for the connection of somebody else.
            let somebody = request(1, &pool);
            let impatient = timeout(ms(500), request(2, &pool));
            let (_, cancelled) = join!(biased; somebody, impatient);
            assert!(cancelled.is_err(), "the only connection is taken for 2 s");
            request(9, &pool).await
        });
        assert_eq!(number, 1, "the connection that the last request uses");
    }

    #[test]
    fn a_panicking_request_takes_nothing_away() {
        let (number, _) = play(async {
            let pool = Arc::new(Pool::new(Arc::default(), 1));
            let its_pool = Arc::clone(&pool);
            let task = tokio::spawn(async move {
                let _connection = its_pool.get().await;
                panic!("this request panics");
            });
            assert!(task.await.is_err());
            request(9, &pool).await
        });
        assert_eq!(number, 1, "the connection that the last request uses");
    }

    #[test]
    fn a_request_waits_for_its_connection_and_has_it_at_once() {
        let free = ms(10_333);
        let (used, played) = play(async {
            let pool = Pool::new(Arc::default(), 1);
            let somebody = async {
                let _connection = pool.get().await;
                sleep(free - ms(1000)).await;
            };
            let waits = async { pool.get().await.number }.instrument(info_span!("waits"));
            join!(biased; somebody, waits).1
        });
        let got = played.lane("waits").ended;
        assert!(
            (used, got) == (1, Some(free)),
            "the connection comes back after {free:?}, but the next had one after {got:?}{}",
            played.what_happened()
        );
        let looks = played.lane("waits").polls;
        assert!(
            looks <= 5,
            "it was looked {looks} times whether a connection is free: who awaits a permit is woken"
        );
    }

    #[test]
    fn the_guard_may_travel_into_a_task() {
        let (used, played) = play(async {
            let pool = Pool::new(Arc::default(), 1);
            let connection = pool.get().await;
            let task = tokio::spawn(async move { connection.query().await });
            let after = request(2, &pool).await;
            (task.await.unwrap(), after)
        });
        let most = usize::max(used.0, used.1);
        check("one request after another", (1, 1 + 2 + 2), most, &played);
    }

    /// On one thread both are back before anybody can look. So here a thread is stopped in the middle
    /// of giving back, by somebody who holds the list: 0.1 s of real time.
    #[test]
    fn a_permit_does_not_come_back_before_its_connection() {
        let ((pool, lent), _) = play(async {
            let pool = Pool::new(Arc::default(), 1);
            let lent = pool.get().await;
            (pool, lent)
        });
        let mut next = tokio_test::task::spawn(pool.get());
        assert!(next.poll().is_pending(), "the only connection is lent");

        let list = pool.idle.lock().unwrap();
        let gives_back = std::thread::spawn(|| drop(lent));
        std::thread::sleep(ms(100));
        let too_early = next.is_woken();
        drop(list);
        gives_back.join().unwrap();
        assert!(
            !too_early,
            "whoever is next got the permit while the connection was not in the list yet: on \
             another thread they find none. In which order does a guard give back what it owns?"
        );
        assert!(next.is_woken(), "whoever is next was not woken");
    }

    fn play<F: Future>(story: F) -> (F::Output, Recording) {
        stage::record_within(Duration::from_mins(1), HINT, story).split()
    }
}
