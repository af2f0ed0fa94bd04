//! Right: the two questions are tasks of one thread.

use std::{
    cell::Cell,
    io,
    rc::Rc,
    time::{Duration, Instant},
};

use tokio::{
    runtime::{Builder, Handle, Id, Runtime},
    task::{LocalSet, spawn_local},
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
        let questions = LocalSet::new();
        let (first, second) = questions.block_on(&self.runtime, async {
            let ask = |article| {
                let service = self.service.clone();
                spawn_local(async move { service.price(article).await })
            };
            let (first, second) = (ask(one), ask(other));
            (first.await.unwrap(), second.await.unwrap())
        });
        if second < first { other } else { one }
    }
}

// From here on as in the solution:
// /// Answers after 50 ms, and notes who asked.
