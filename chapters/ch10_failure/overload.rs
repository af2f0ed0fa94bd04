//! A server that answers ten questions a second, and askers who wait for one second.

use std::{cell::RefCell, time::Duration};

use futures::future::{join, join_all};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, sleep, timeout},
};

use super::{aimd::Aimd, chart::bar};

/// An answer that comes later is of no use to anybody.
const PATIENCE: Duration = Duration::from_secs(1);
/// An answer within this time is taken as a sign that there is room for more.
const GOOD_TIME: Duration = Duration::from_millis(500);
/// For so long questions come in.
const SECONDS: u32 = 60;

/// Who is let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// Everybody.
    Open,
    /// Nobody while so many are inside.
    Limit(usize),
    /// Nobody while as many are inside as the limit that [`Aimd`] has found out.
    Adaptive,
}

/// What became of the questions of a minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcomes {
    /// Answered in time.
    pub good: u32,
    /// Turned away at the door, at once.
    pub shed: u32,
    /// Given up after a second. The server answers them nevertheless.
    pub late: u32,
}

/// A minute in which `per_second` questions come in, at random moments, to a server that works on each
/// for `work`, one after the other.
pub async fn minute(per_second: u32, work: Duration, door: Door) -> Outcomes {
    let (queue, questions) = mpsc::unbounded_channel();
    let hall = RefCell::new(Hall {
        inside: 0,
        adaptive: Aimd::new(100),
    });
    let askers = async {
        let askers = arrivals(per_second).map(|at| ask(at, &queue, &hall, door));
        let ends = join_all(askers).await;
        drop(queue);
        ends
    };
    let (ends, ()) = join(askers, serve(questions, work, &hall)).await;
    let count = |wanted| ends.iter().map(|&end| u32::from(end == wanted)).sum();
    Outcomes {
        good: count(End::Good),
        shed: count(End::Shed),
        late: count(End::Late),
    }
}

#[derive(Clone, Copy, PartialEq)]
enum End {
    Good,
    Shed,
    Late,
}

struct Question {
    asked: Instant,
    answer: oneshot::Sender<()>,
}

struct Hall {
    inside: usize,
    adaptive: Aimd,
}

impl Hall {
    fn enter(&mut self, door: Door) -> bool {
        let limit = match door {
            Door::Open => usize::MAX,
            Door::Limit(limit) => limit,
            Door::Adaptive => self.adaptive.limit(),
        };
        let enters = self.inside < limit;
        self.inside += usize::from(enters);
        enters
    }

    fn leave(&mut self, took: Duration) {
        self.inside -= 1;
        self.adaptive.answered(took <= GOOD_TIME);
    }
}

async fn ask(
    at: Duration,
    queue: &mpsc::UnboundedSender<Question>,
    hall: &RefCell<Hall>,
    door: Door,
) -> End {
    sleep(at).await;
    if !hall.borrow_mut().enter(door) {
        return End::Shed;
    }
    let (answer, told) = oneshot::channel();
    let asked = Instant::now();
    let _ = queue.send(Question { asked, answer });
    match timeout(PATIENCE, told).await {
        Ok(Ok(())) => End::Good,
        _ => End::Late,
    }
}

/// A server on another machine: it does not notice that an asker has gone.
async fn serve(
    mut questions: mpsc::UnboundedReceiver<Question>,
    work: Duration,
    hall: &RefCell<Hall>,
) {
    while let Some(Question { asked, answer }) = questions.recv().await {
        sleep(work).await;
        hall.borrow_mut().leave(asked.elapsed());
        let _ = answer.send(());
    }
}

/// Moments within the minute, so many a second on average, and independent of each other.
fn arrivals(per_second: u32) -> impl Iterator<Item = Duration> {
    let mut rng = StdRng::seed_from_u64(u64::from(per_second));
    let all = SECONDS * per_second;
    (0..all).map(move |_| Duration::from_secs(SECONDS.into()).mul_f64(rng.random()))
}

impl Outcomes {
    /// Good answers a second, as a figure and as a bar that is ten columns long for ten of them.
    #[must_use]
    pub fn goodput(&self) -> String {
        let goodput = f64::from(self.good) / f64::from(SECONDS);
        format!("{goodput:4.1} {:<10}", bar(self.good, 10 * SECONDS, 10))
    }
}
