//! A limit that is found out: one more while all goes well, a third less when it does not.

/// Additive increase, multiplicative decrease: how many may be under way at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aimd {
    limit: usize,
    most: usize,
    /// Answers in good time that count for the next step.
    good: usize,
}

impl Aimd {
    /// Begins with one, and never allows more than `most`, which is taken to be at least one.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self {
            limit: 1,
            most: most.max(1),
            good: 0,
        }
    }

    /// How many may be under way now; at least one.
    #[must_use]
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// One was answered, in good time or not.
    pub fn answered(&mut self, in_good_time: bool) {
        if !in_good_time {
            self.limit = (self.limit - self.limit.div_ceil(3)).max(1);
            self.good = 0;
        } else if self.good + 1 < self.limit {
            self.good += 1;
        } else {
            self.limit = (self.limit + 1).min(self.most);
            self.good = 0;
        }
    }
}
