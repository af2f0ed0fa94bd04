//! The till of a small shop is an old program without any `async`. The price service it should
//! ask has only async functions. So somebody must stand between them, with a runtime in the back
//! room: the shape of `reqwest::blocking` or the synchronous `postgres` crate.
//!
//! Goal: `Till` works from any ordinary function, keeps one runtime for all its calls, and
//! `compare` asks its two questions at the same time.
//!
//! Lesson: `chapters/ch01_await/README.md`, "From one world into the other"

use std::{cell::Cell, io, rc::Rc, time::Duration};

use tokio::{
    runtime::{Builder, Handle, Id, Runtime},
    time::sleep,
};

/// Keeps one runtime for all its calls.
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
        let (first, second) = self
            .runtime
            .block_on(async { tokio::join!(self.service.price(one), self.service.price(other)) });
        if second < first { other } else { one }
    }
}

/// Answers after 50 ms, and notes who asked.
#[derive(Clone, Default)]
struct PriceService {
    asking: Rc<Cell<u32>>,
    most_asking: Rc<Cell<u32>>,
    asked: Rc<Cell<u32>>,
    runtime: Rc<Cell<Option<Id>>>,
}

impl PriceService {
    async fn price(&self, article: u32) -> u32 {
        let here = Handle::current().id();
        let connected_under = self.runtime.replace(Some(here)).unwrap_or(here);
        assert_eq!(
            here, connected_under,
            "the connection belongs to another runtime"
        );
        self.asked.set(self.asked.get() + 1);
        self.asking.set(self.asking.get() + 1);
        self.most_asking
            .set(self.most_asking.get().max(self.asking.get()));
        sleep(Duration::from_millis(50)).await;
        self.asking.set(self.asking.get() - 1);
        article * 10 % 70
    }
}

fn main() -> io::Result<()> {
    let till = Till::new(PriceService::default())?;
    println!("article 3 costs {}", till.price(3));
    println!("the cheaper one of 5 and 8 is {}", till.compare(5, 8));
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc::RecvTimeoutError, time::Instant};

    use super::*;

    #[test]
    fn one_runtime_serves_every_call() {
        within_seconds(|| {
            let service = PriceService::default();
            let till = Till::new(service.clone()).unwrap();

            let begun = Instant::now();
            let prices = [3, 8, 15].map(|article| till.price(article));
            assert_eq!(prices, [30, 10, 10], "the prices of articles 3, 8 and 15");
            assert_eq!(service.asked.get(), 3, "questions for three prices");
            assert!(
                begun.elapsed() >= Duration::from_millis(150),
                "three answers of 50 ms each cannot be here already"
            );
        });
    }

    #[test]
    fn two_prices_are_asked_at_the_same_time() {
        within_seconds(|| {
            let service = PriceService::default();
            let till = Till::new(service.clone()).unwrap();

            // They cost 50 and 10, 10 and 30, 0 and 60.
            for (one, other, cheaper) in [(5, 8, 8), (8, 5, 8), (1, 3, 1), (7, 6, 7)] {
                let found = till.compare(one, other);
                assert_eq!(found, cheaper, "the cheaper one of {one} and {other}");
            }
            assert_eq!(service.asked.get(), 8, "questions for four comparisons");
            assert_eq!(
                service.most_asking.get(),
                2,
                "both questions should have been under way at one moment"
            );
        });
    }

    /// Gives up a till that never answers, and says why that may be.
    fn within_seconds(shop: impl FnOnce() + Send + 'static) {
        let (closes, closed) = std::sync::mpsc::channel::<()>();
        let shop = std::thread::spawn(move || {
            let _closes = closes;
            shop();
        });
        match closed.recv_timeout(Duration::from_secs(5)) {
            Err(RecvTimeoutError::Timeout) => panic!(
                "the till has not answered for 5 s: is its future polled by something that does \
                 not drive the runtime, so that its timer stands still?"
            ),
            _ => shop
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
        }
    }
}
