//! A hundred clients and an outage of ten seconds: what the server gets to see.

use std::{cell::RefCell, ops::Range, time::Duration};

use futures::future::join_all;
use rand::{SeedableRng, rngs::StdRng};
use tokio::time::{Instant, sleep, sleep_until, timeout_at};
use tracing::info;

use super::{budget::Budget, chart::columns, retry::Backoff};

const CLIENTS: u32 = 100;
/// Each client asks once in this time, and they are evenly spread over it.
const EVERY: Duration = Duration::from_secs(10);
const SECONDS: u32 = 60;
const OUTAGE: Range<u32> = 10..20;
/// More calls in one second are refused.
const CAPACITY: u32 = 20;

const BACKOFF: Backoff = Backoff {
    first: Duration::from_secs(1),
    longest: Duration::from_secs(8),
    tries: u32::MAX,
};

/// What a client does when a call has failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manners {
    /// Tries again after 1, 2, 4, 8, 8, … seconds.
    Doubling,
    /// Tries again after a random part of that.
    Jitter,
    /// The same as long as the budget lasts, which all share; then it waits for its regular time.
    Budget,
}

/// What the server saw in a minute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Load {
    /// Calls in each second.
    pub calls: Vec<u32>,
    /// The second in which the last client had an answer again; `None` if one is still without.
    pub all_back: Option<u32>,
}

/// A minute in which the server drops everybody's connection at 10 s. Each client notices, and calls
/// at once; the server answers again from 20 s on.
pub async fn minute(manners: Manners) -> Load {
    let server = Server {
        start: Instant::now(),
        calls: RefCell::new(vec![0; SECONDS as usize]),
        back: RefCell::new(vec![None; CLIENTS as usize]),
    };
    let budget = (manners == Manners::Budget).then(|| Budget::new(20, 20));
    // Clients go on for ever; the last second is over just before the next one begins.
    let end = server.start + Duration::from_secs(SECONDS.into()) - Duration::from_millis(1);
    join_all((0..CLIENTS).map(|number| {
        let client = client(number, manners, budget.as_ref(), &server);
        async { timeout_at(end, client).await.is_ok() }
    }))
    .await;
    let back: Option<Vec<u32>> = server.back.into_inner().into_iter().collect();
    Load {
        calls: server.calls.into_inner(),
        all_back: back.and_then(|seconds| seconds.into_iter().max()),
    }
}

async fn client(number: u32, manners: Manners, budget: Option<&Budget>, server: &Server) {
    let mut rng = StdRng::seed_from_u64(number.into());
    let mut regular = server.start + EVERY / CLIENTS * number;
    let dropped = server.start + Duration::from_secs(OUTAGE.start.into());
    sleep_until(regular).await;
    server.call(number);
    sleep_until(dropped).await;
    loop {
        budget.inspect(|budget| budget.first_try());
        let mut failures = 0;
        while !server.call(number) {
            failures += 1;
            if budget.is_some_and(|budget| !budget.may_retry()) {
                break;
            }
            sleep(match manners {
                Manners::Doubling => BACKOFF.ceiling(failures),
                Manners::Jitter | Manners::Budget => BACKOFF.pause(failures, &mut rng),
            })
            .await;
        }
        while regular <= Instant::now() {
            regular += EVERY;
        }
        sleep_until(regular).await;
    }
}

struct Server {
    start: Instant,
    calls: RefCell<Vec<u32>>,
    back: RefCell<Vec<Option<u32>>>,
}

impl Server {
    #[expect(clippy::cast_possible_truncation, reason = "a minute has 60 seconds")]
    fn call(&self, client: u32) -> bool {
        let now = self.start.elapsed().as_secs() as u32;
        let calls = &mut self.calls.borrow_mut()[now as usize];
        *calls += 1;
        let good = !OUTAGE.contains(&now) && *calls <= CAPACITY;
        if good && now >= OUTAGE.end {
            self.back.borrow_mut()[client as usize].get_or_insert(now);
        }
        good
    }
}

impl Load {
    /// Calls during the outage.
    #[must_use]
    pub fn in_vain(&self) -> u32 {
        OUTAGE.map(|second| self.calls[second as usize]).sum()
    }

    /// The most calls in one second after the outage.
    #[must_use]
    pub fn peak(&self) -> u32 {
        let after = self.calls[OUTAGE.end as usize..].iter();
        after.max().copied().unwrap_or_default()
    }

    /// Draws the load: one column for each second, a hundred calls high.
    pub fn draw(&self) {
        for line in columns(&self.calls, 100, 4) {
            info!("{line}");
        }
        let back = self
            .all_back
            .map_or("after the end".into(), |at| format!("at {at} s"));
        info!(
            "{} calls in the outage, at most {} a second after it, all back {back}",
            self.in_vain(),
            self.peak()
        );
    }
}
