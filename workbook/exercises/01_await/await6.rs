//! The till of a small shop is an old program without any `async`. The price service it should
//! ask has only async functions. So somebody must stand between them, with a runtime in the back
//! room: the shape of `reqwest::blocking` or the synchronous `postgres` crate.
//!
//! Goal: `Till` works from any ordinary function, keeps one runtime for all its calls, and
//! `compare` asks its two questions at the same time.
//!
//! Lesson: `chapters/ch01_await/README.md`, "From one world into the other"

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

// TODO: give the till a runtime, and let that runtime run the questions.
struct Till {
    service: PriceService,
}

impl Till {
    fn new(service: PriceService) -> io::Result<Self> {
        Ok(Self { service })
    }

    fn price(&self, article: u32) -> u32 {
        futures::executor::block_on(self.service.price(article))
    }

    /// The cheaper one of two articles.
    fn compare(&self, one: u32, other: u32) -> u32 {
        let (first, second) = (self.price(one), self.price(other));
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
    use super::*;

    #[test]
    fn one_runtime_serves_every_call() {
        let service = PriceService::default();
        let till = Till::new(service.clone()).unwrap();

        let begun = Instant::now();
        let prices = [3, 8, 15].map(|article| till.price(article));
        assert_eq!(prices, [30, 10, 10]);
        assert_eq!(service.asked.get(), 3);
        assert!(
            begun.elapsed() >= Duration::from_millis(150),
            "three answers of 50 ms each cannot be here already"
        );
    }

    #[test]
    fn two_prices_are_asked_at_the_same_time() {
        let service = PriceService::default();
        let till = Till::new(service.clone()).unwrap();

        assert_eq!(till.compare(5, 8), 8);
        assert_eq!(till.compare(8, 5), 8);
        assert_eq!(service.asked.get(), 4);
        assert_eq!(
            service.most_asking.get(),
            2,
            "both questions should have been under way at one moment"
        );
    }
}
