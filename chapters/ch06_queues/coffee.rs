//! What both coffee shops have in common.

use std::{collections::BTreeSet, fmt, iter::Sum, time::Duration};

/// The machine needs this long before the shop opens.
pub const WARM_UP: Duration = Duration::from_millis(100);
/// From one customer to the next.
pub const BETWEEN_CUSTOMERS: Duration = Duration::from_millis(50);
/// A coffee takes this long: two seconds, ten times as fast.
pub const TO_BREW: Duration = Duration::from_millis(200);
/// To carry a coffee to its table.
pub const TO_SERVE: Duration = Duration::from_millis(100);
/// How many brew.
pub const BARISTAS: usize = 2;
/// How many serve.
pub const WAITERS: usize = 2;

/// What became of the orders. A member of the staff reports what they have seen of it; their
/// sum is the shop's report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Orders that were accepted.
    pub taken: BTreeSet<u32>,
    /// Orders that were served.
    pub served: BTreeSet<u32>,
    /// Orders nobody had begun when the shop closed: the customer gets the money back.
    pub handed_back: BTreeSet<u32>,
}

impl Report {
    /// Orders that were accepted and then forgotten.
    #[must_use]
    pub fn lost(&self) -> BTreeSet<u32> {
        &(&self.taken - &self.served) - &self.handed_back
    }
}

impl Sum for Report {
    fn sum<I: Iterator<Item = Self>>(reports: I) -> Self {
        reports.fold(Self::default(), |mut sum, report| {
            sum.taken.extend(report.taken);
            sum.served.extend(report.served);
            sum.handed_back.extend(report.handed_back);
            sum
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} orders: {} served, {} handed back, {} lost",
            self.taken.len(),
            self.served.len(),
            self.handed_back.len(),
            self.lost().len(),
        )
    }
}
