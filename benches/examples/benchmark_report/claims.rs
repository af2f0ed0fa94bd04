//! Sentences of the chapters that say which of two is less, and the figures behind them.

use std::fs;

use crate::{
    page::table,
    results::{Results, three_digits, time},
    root,
};

pub struct Claim {
    pub chapter: &'static str,
    /// As it stands there.
    pub sentence: &'static str,
    pub bench: &'static str,
    /// Full names of two benchmarks: what the sentence says takes less time, and what more.
    pub less: &'static str,
    pub more: &'static str,
}

pub const CLAIMS: [Claim; 7] = [
    Claim {
        chapter: "ch01_await",
        sentence: "In the second it is free, but for nobody. In the third, all three waits share one second of one thread.",
        bench: "headline",
        less: "three_fetches/joined",
        more: "three_fetches/async_in_turn",
    },
    Claim {
        chapter: "ch01_await",
        sentence: "In turn it takes 100 s. Both other ways take one second",
        bench: "headline",
        less: "hundred_sites/threads",
        more: "hundred_sites/in_turn",
    },
    Claim {
        chapter: "ch01_await",
        sentence: "The difference is what a wait *costs*.",
        bench: "headline",
        less: "hundred_sites/joined",
        more: "hundred_sites/threads",
    },
    Claim {
        chapter: "ch02_tasks",
        sentence: "Three seconds, as long as the slower of the two.",
        bench: "headline",
        less: "breakfast/spawned",
        more: "breakfast/in_turn",
    },
    Claim {
        chapter: "ch03_gather",
        sentence: "Futures in a `FuturesUnordered` may borrow and cost no task.",
        bench: "primitives",
        less: "limit_10_of_1000/for_each_concurrent",
        more: "limit_10_of_1000/semaphore",
    },
    Claim {
        chapter: "ch04_semaphores",
        sentence: "Is a limit not just a slower way to do the same?",
        bench: "headline",
        less: "twenty_calls/unlimited",
        more: "twenty_calls/limited",
    },
    Claim {
        chapter: "ch04_semaphores",
        sentence: "The list is locked for a moment and never across an await, which is why a plain `std::sync::Mutex` is right for it",
        bench: "primitives",
        less: "mutex_alone/std",
        more: "mutex_alone/tokio",
    },
];

pub fn checked(results: &Results) -> Result<String, String> {
    let rows: Result<Vec<_>, _> = CLAIMS.iter().map(|claim| claim.checked(results)).collect();
    Ok(table(&["it says", "less", "more", "ratio"], rows?))
}

impl Claim {
    fn checked(&self, results: &Results) -> Result<Vec<String>, String> {
        let Self {
            chapter,
            sentence,
            less,
            more,
            ..
        } = self;
        let lesson = format!("{chapter}/README.md");
        let text = fs::read_to_string(root().join("chapters").join(&lesson)).unwrap_or_default();
        let text: Vec<&str> = text.split_whitespace().collect();
        if !text.join(" ").contains(sentence) {
            return Err(format!(
                "chapters/{lesson} does not say (any more): {sentence}"
            ));
        }
        let nanos = |name| results.nanos(name).unwrap_or(f64::NAN);
        let figure = |name| format!("{} `{name}`", time(nanos(name)));
        let ratio = nanos(more) / nanos(less);
        let verdict = if ratio > 1.0 {
            three_digits(ratio)
        } else {
            format!("{}: **not so here**", three_digits(ratio))
        };
        let quote = format!("[{chapter}]({lesson}): {sentence}");
        Ok(vec![quote, figure(less), figure(more), verdict])
    }
}
