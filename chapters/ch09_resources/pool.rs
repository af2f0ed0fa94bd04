//! A pool that grows when it has to, and keeps what is worth keeping.

use std::{
    io,
    ops::{Deref, DerefMut},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures::future::join_all;
use stage::Instrument;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::yield_now,
    time::{Instant, sleep, timeout},
};
use tracing::{info, info_span};

use crate::wire::{ANSWER, Bank, Wire};

/// What a pool has to keep to.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at once, lent or idle.
    pub most: usize,
    /// How long somebody waits for a place.
    pub patience: Duration,
    /// How long one may have been idle when it is lent.
    pub idle: Duration,
    /// How old one may be when it is lent.
    pub life: Duration,
}

/// What a pool has done since it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Connections that were opened.
    pub opened: u32,
    /// How often one was lent a second time, a third time …
    pub reused: u32,
    /// Those thrown away because they came back out of order.
    pub spoiled: u32,
    /// Those thrown away because they were idle for too long, or too old.
    pub expired: u32,
    /// How often no place was free within the limit.
    pub refused: u32,
    /// The longest that somebody waited for a place and got a connection.
    pub longest_wait: Duration,
}

/// Lends connections to a bank, and opens one only if none is idle. A clone is the same pool.
#[derive(Clone, Debug)]
pub struct Pool {
    bank: Bank,
    limits: Limits,
    places: Arc<Semaphore>,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// The last one that came back is at the end.
    idle: Vec<Kept>,
    statistics: Statistics,
}

#[derive(Debug)]
struct Kept {
    wire: Wire,
    opened: Instant,
    returned: Instant,
}

/// A connection on loan. Dropped, it goes back to its pool, if it is in order.
#[derive(Debug)]
pub struct Lent {
    /// `None` only while it is being dropped.
    kept: Option<Kept>,
    state: Arc<Mutex<State>>,
    /// Fields are dropped after `drop` has run: the connection is back, or gone, before its place is free.
    _place: OwnedSemaphorePermit,
}

impl Pool {
    /// A pool without any connection yet.
    ///
    /// # Panics
    ///
    /// If `most` is more than a semaphore can count.
    #[must_use]
    pub fn new(bank: Bank, limits: Limits) -> Self {
        Self {
            bank,
            limits,
            places: Arc::new(Semaphore::new(limits.most)),
            state: Arc::default(),
        }
    }

    /// Lends a connection: one that is idle, or else a new one. First come, first served.
    ///
    /// Cancel safety: dropped before it is done, it has taken nothing; the place in line is lost.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::TimedOut`] if no place is free in time, and those of connecting, which may take
    /// as long as it likes.
    ///
    /// # Panics
    ///
    /// Never: the pool does not close its semaphore.
    pub async fn get(&self) -> io::Result<Lent> {
        let asked = Instant::now();
        let place = Arc::clone(&self.places).acquire_owned();
        let Ok(place) = timeout(self.limits.patience, place).await else {
            self.state().statistics.refused += 1;
            return Err(io::ErrorKind::TimedOut.into());
        };
        let waited = asked.elapsed();
        let idle = self.take_idle();
        let reused = idle.is_some();
        let kept = match idle {
            Some(kept) => kept,
            None => self.connect().await?,
        };
        let statistics = &mut self.state().statistics;
        statistics.opened += u32::from(!reused);
        statistics.reused += u32::from(reused);
        statistics.longest_wait = statistics.longest_wait.max(waited);
        Ok(Lent {
            kept: Some(kept),
            state: Arc::clone(&self.state),
            _place: place.expect("the pool never closes its semaphore"),
        })
    }

    /// Throws away what was idle for too long or is too old. [`Pool::get`] does so too, but who calls
    /// that at night?
    pub fn tidy(&self) {
        let Limits { idle, life, .. } = self.limits;
        let mut state = self.state();
        let before = state.idle.len();
        state
            .idle
            .retain(|kept| kept.returned.elapsed() < idle && kept.opened.elapsed() < life);
        let expired = before - state.idle.len();
        state.statistics.expired += u32::try_from(expired).unwrap_or(u32::MAX);
    }

    /// What the pool has done so far.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        self.state().statistics
    }

    /// Connections that nobody is using.
    #[must_use]
    pub fn idle(&self) -> usize {
        self.state().idle.len()
    }

    /// The one that came back last: those that are not needed are left to grow old.
    fn take_idle(&self) -> Option<Kept> {
        self.tidy();
        self.state().idle.pop()
    }

    async fn connect(&self) -> io::Result<Kept> {
        let wire = self.bank.connect().await?;
        let opened = Instant::now();
        Ok(Kept {
            wire,
            opened,
            returned: opened,
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

impl Deref for Lent {
    type Target = Wire;

    fn deref(&self) -> &Wire {
        &self.kept.as_ref().expect("not yet dropped").wire
    }
}

impl DerefMut for Lent {
    fn deref_mut(&mut self) -> &mut Wire {
        &mut self.kept.as_mut().expect("not yet dropped").wire
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let Some(mut kept) = self.kept.take() else {
            return;
        };
        let mut state = lock(&self.state);
        if kept.wire.in_order() {
            kept.returned = Instant::now();
            state.idle.push(kept);
        } else {
            info!("thrown away");
            state.statistics.spoiled += 1;
        }
    }
}

/// Held for a moment, never across an await.
fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A morning, a rush, somebody who gives up half-way, and a quiet while. Returns what the pool has done.
///
/// # Errors
///
/// If the bank fails.
pub async fn day(pool: &Pool) -> io::Result<Statistics> {
    client("early", pool).await?;
    join_all(["Ann", "Bert", "Cleo", "Dora", "Emil"].map(|name| client(name, pool))).await;
    // Dropped in the middle of the question.
    let _ = timeout(ANSWER / 2, client("hasty", pool)).await;
    client("late", pool).await?;
    info!("{} open, {} idle", pool.bank.connections(), pool.idle());
    sleep(pool.limits.idle).await;
    pool.tidy();
    // The bank hears that they have hung up.
    yield_now().await;
    info!("{} open, {} idle", pool.bank.connections(), pool.idle());
    Ok(pool.statistics())
}

async fn client(name: &'static str, pool: &Pool) -> io::Result<()> {
    async {
        let mut wire = pool.get().await?;
        let answer = wire.ask(name).await?;
        info!("{answer}");
        Ok(())
    }
    .instrument(info_span!("client", name))
    .await
}
