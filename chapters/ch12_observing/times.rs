//! Many times in little memory: their count, mean and percentiles.

use std::{fmt, time::Duration};

use hdrhistogram::Histogram;

/// Times of one kind. A percentile is exact to three digits, the rest to the microsecond.
#[derive(Clone)]
pub struct Times {
    micros: Histogram<u64>,
    shortest: Duration,
    longest: Duration,
    total: Duration,
    busy: Duration,
}

impl Times {
    /// The heading of a table whose lines are `Times`, in milliseconds. The last two are sums.
    pub const HEADING: &str = "count   mean    min    p50    p99    max    busy    idle";

    /// Adds one: how long it took, and how much of that it was busy.
    ///
    /// # Panics
    ///
    /// If it took more than half a million years.
    pub fn record(&mut self, took: Duration, busy: Duration) {
        let micros = u64::try_from(took.as_micros()).expect("less than half a million years");
        self.micros += micros;
        self.shortest = self.shortest.min(took);
        self.longest = self.longest.max(took);
        self.total += took;
        self.busy += busy;
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.micros.len()
    }

    /// The sum of all.
    pub fn total(&self) -> Duration {
        self.total
    }

    /// The sum of what was busy.
    pub fn busy(&self) -> Duration {
        self.busy
    }

    /// The longest.
    pub fn longest(&self) -> Duration {
        self.longest
    }

    /// So many of a hundred took no longer than this.
    pub fn percentile(&self, percent: f64) -> Duration {
        let micros = self.micros.value_at_percentile(percent);
        Duration::from_micros(micros).min(self.longest)
    }
}

impl Default for Times {
    fn default() -> Self {
        Self {
            micros: Histogram::new(3).expect("three digits are possible"),
            shortest: Duration::MAX,
            longest: Duration::ZERO,
            total: Duration::ZERO,
            busy: Duration::ZERO,
        }
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            shortest, longest, ..
        } = *self;
        let ms = |time: Duration| 1000.0 * time.as_secs_f64();
        let mean = ms(self.total) / self.count().max(1) as f64;
        write!(f, "{:>5}{mean:>7.1}", self.count())?;
        for time in [
            shortest,
            self.percentile(50.0),
            self.percentile(99.0),
            longest,
        ] {
            write!(f, "{:>7.1}", ms(time))?;
        }
        let idle = self.total.saturating_sub(self.busy);
        write!(f, "{:>8.1}{:>8.1}", ms(self.busy), ms(idle))
    }
}

/// Its buckets are thousands, and say nothing to a reader.
impl fmt::Debug for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{self}", Self::HEADING)
    }
}
