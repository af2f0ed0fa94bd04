//! Wrong: two questions, and never two at once.

use std::{
    cell::Cell,
    io,
    rc::Rc,
    time::{Duration, Instant},
};

use tokio::{
    runtime::{Builder, Handle, Id, Runtime},
    time::sleep,
};

struct Till {
    service: PriceService,
    runtime: Runtime,
}

impl Till {
    fn new(service: PriceService) -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_time().build()?;
        Ok(Self { service, runtime })
    }

    fn price(&self, article: u32) -> u32 {
        self.runtime.block_on(self.service.price(article))
    }

    /// The cheaper one of two articles.
    fn compare(&self, one: u32, other: u32) -> u32 {
        let (first, second) = (self.price(one), self.price(other));
        if second < first { other } else { one }
    }
}

// From here on as in the solution:
// /// Answers after 50 ms, and notes who asked.
