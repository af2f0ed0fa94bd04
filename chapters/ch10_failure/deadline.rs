//! A page in three layers, and a customer who waits for two seconds: who knows how long is left?

use std::time::Duration;

use stage::Instrument;
use thiserror::Error;
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tracing::{info, info_span};

/// A moment by which the whole has to be done, handed down to whoever works for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline(Instant);

impl Deadline {
    /// So long from now.
    ///
    /// # Panics
    ///
    /// If that is later than an [`Instant`] can tell, as with [`Duration::MAX`].
    #[must_use]
    pub fn after(time: Duration) -> Self {
        Self(Instant::now() + time)
    }

    /// How long there is left; zero if it is over.
    #[must_use]
    pub fn left(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }

    /// Does the work, unless it takes longer than `at_most`, or than there is time left. Polls it once
    /// even when there is none.
    ///
    /// # Errors
    ///
    /// If it takes too long.
    ///
    /// # Panics
    ///
    /// If `at_most` from now is later than an [`Instant`] can tell, as with [`Duration::MAX`].
    ///
    /// # Cancel safety
    ///
    /// That of `work`, which is dropped when it takes too long.
    pub async fn run<T>(
        self,
        at_most: Duration,
        work: impl Future<Output = T>,
    ) -> Result<T, TooLate> {
        let until = self.0.min(Instant::now() + at_most);
        timeout_at(until, work).await.map_err(|_| TooLate)
    }
}

/// It would have taken too long.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("too late")]
pub struct TooLate;

/// What the page shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// In cents.
    pub price: u32,
    /// How many there are; `None` if nobody has said so in time.
    pub left: Option<u32>,
}

const PER_TRY: Duration = Duration::from_secs(1);
const PAUSE: Duration = Duration::from_millis(500);

/// Each layer has its own limits, and none knows of the others'.
pub async fn limits_of_their_own_wrong(shelf: &Shelf) -> Page {
    let price = timeout(PER_TRY, price()).await.unwrap_or_default();
    let left = async {
        for pause in [Duration::ZERO, PAUSE, PAUSE] {
            sleep(pause).await;
            if let Ok(left) = timeout(PER_TRY, shelf.count()).await {
                return Some(left);
            }
        }
        None
    };
    Page {
        price,
        left: left.await,
    }
}

/// The page has a deadline, and everybody below is told.
///
/// # Errors
///
/// If there is no price in time. A page without the number left is a page.
pub async fn handed_down(shelf: &Shelf, deadline: Deadline) -> Result<Page, TooLate> {
    let price = deadline.run(PER_TRY, price()).await?;
    let left = stock(shelf, deadline).await.ok();
    Ok(Page { price, left })
}

async fn stock(shelf: &Shelf, deadline: Deadline) -> Result<u32, TooLate> {
    loop {
        if let Ok(left) = ask(shelf, deadline).await {
            return Ok(left);
        }
        // A try that has no time left is not worth a pause.
        if deadline.left() <= PAUSE {
            info!("no time for a further try");
            return Err(TooLate);
        }
        sleep(PAUSE).await;
    }
}

async fn ask(shelf: &Shelf, deadline: Deadline) -> Result<u32, TooLate> {
    deadline.run(PER_TRY, shelf.count()).await
}

tokio::task_local! {
    /// Where the deadline might be kept, so that it need not be handed down.
    static DEADLINE: Deadline;
}

/// The deadline lies where whatever is awaited inside of the scope finds it, and a task of its own does not. Returns
/// what is found here, and in a task that is spawned here.
pub async fn task_local_wrong(deadline: Deadline) -> (Option<Deadline>, Option<Deadline>) {
    let known = || DEADLINE.try_get().ok();
    DEADLINE
        .scope(deadline, async {
            let here = known();
            let there = tokio::spawn(async move { known() }).await;
            (here, there.ok().flatten())
        })
        .await
}

async fn price() -> u32 {
    async {
        sleep(Duration::from_millis(300)).await;
        info!("19.90");
        1990
    }
    .instrument(info_span!("price"))
    .await
}

/// A shelf that somebody has to walk to.
#[derive(Clone, Copy, Debug)]
pub struct Shelf {
    /// How long it takes to count.
    pub takes: Duration,
}

impl Shelf {
    async fn count(&self) -> u32 {
        async {
            sleep(self.takes).await;
            info!("12 left");
            12
        }
        .instrument(info_span!("count"))
        .await
    }
}

/// Plays the page on a lane of its own.
pub async fn served<T: std::fmt::Debug>(page: impl Future<Output = T>) -> T {
    async {
        let page = page.await;
        info!("{page:?}");
        page
    }
    .instrument(info_span!("page"))
    .await
}
