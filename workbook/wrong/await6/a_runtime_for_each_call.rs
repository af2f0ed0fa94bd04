//! Wrong: the connection does not outlive the runtime that it was made under.

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
}

impl Till {
    fn new(service: PriceService) -> io::Result<Self> {
        Ok(Self { service })
    }

    fn price(&self, article: u32) -> u32 {
        let runtime = Builder::new_current_thread().enable_time().build();
        runtime.unwrap().block_on(self.service.price(article))
    }

    /// The cheaper one of two articles.
    fn compare(&self, one: u32, other: u32) -> u32 {
        let runtime = Builder::new_current_thread().enable_time().build();
        let (first, second) = runtime
            .unwrap()
            .block_on(async { tokio::join!(self.service.price(one), self.service.price(other)) });
        if second < first { other } else { one }
    }
}

// From here on as in the solution:
// /// Answers after 50 ms, and notes who asked.
