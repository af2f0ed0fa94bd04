//! Right: worker threads drive the timer, so anything may poll.

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
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_time()
            .build()?;
        Ok(Self { service, runtime })
    }

    fn price(&self, article: u32) -> u32 {
        let _inside = self.runtime.enter();
        futures::executor::block_on(self.service.price(article))
    }

    /// The cheaper one of two articles.
    fn compare(&self, one: u32, other: u32) -> u32 {
        let _inside = self.runtime.enter();
        let (first, second) = futures::executor::block_on(async {
            futures::join!(self.service.price(one), self.service.price(other))
        });
        if second < first { other } else { one }
    }
}

// From here on as in the solution:
// /// Answers after 50 ms, and notes who asked.
