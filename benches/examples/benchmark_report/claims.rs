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

pub const CLAIMS: [Claim; 17] = [
    Claim {
        chapter: "ch01_await",
        sentence: "In the second it is free, but for nobody. In the third, all three waits share one second of one thread.",
        bench: "headline",
        less: "fetches/joined",
        more: "fetches/async_in_turn",
    },
    Claim {
        chapter: "ch01_await",
        sentence: "In turn it takes 100 s. Both other ways take one second",
        bench: "headline",
        less: "sites/threads",
        more: "sites/in_turn",
    },
    Claim {
        chapter: "ch01_await",
        sentence: "The difference is what a wait *costs*.",
        bench: "headline",
        less: "sites/joined",
        more: "sites/threads",
    },
    Claim {
        chapter: "ch02_tasks",
        sentence: "Three seconds, as long as the slower of the two.",
        bench: "headline",
        less: "breakfast/spawned",
        more: "breakfast/in_turn",
    },
    Claim {
        chapter: "ch02_tasks",
        sentence: "Started and awaited on its own thread, less than a microsecond; a thread started and joined, tens of them.",
        bench: "primitives",
        less: "spawn/task",
        more: "spawn/thread",
    },
    Claim {
        chapter: "ch02_tasks",
        sentence: "Where the task wakes another worker first, most of that advantage goes.",
        bench: "primitives",
        less: "spawn/task",
        more: "spawn/task_on_2_workers",
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
        sentence: "a stream with `for_each_concurrent` or a few workers that share it hold the same limit for less than half of the price",
        bench: "primitives",
        less: "limit_10_of_1000/workers",
        more: "limit_10_of_1000/semaphore",
    },
    Claim {
        chapter: "ch04_semaphores",
        sentence: "The list is locked for a moment and never across an await, which is why a plain `std::sync::Mutex` is right for it",
        bench: "primitives",
        less: "mutex_alone/std",
        more: "mutex_alone/tokio",
    },
    Claim {
        chapter: "ch05_locks",
        sentence: "held across an await, Tokio's makes everybody wait in line",
        bench: "primitives",
        less: "mutex_10_tasks_that_wait/std_released_before",
        more: "mutex_10_tasks_that_wait/tokio_held_across",
    },
    Claim {
        chapter: "ch05_locks",
        sentence: "An `RwLock` pays where readers stay for a while",
        bench: "primitives",
        less: "read_for_long_2_threads/std_rwlock",
        more: "read_for_long_2_threads/std_mutex",
    },
    Claim {
        chapter: "ch05_locks",
        sentence: "to raise one costs less than to lock `std`'s mutex",
        bench: "primitives",
        less: "atomic/fetch_add/1_thread",
        more: "mutex_alone/std",
    },
    Claim {
        chapter: "ch06_queues",
        sentence: "less without a bound than with one",
        bench: "primitives",
        less: "channel_unbounded/tokio_tasks_on_1_thread/1_producer",
        more: "channel_of_100/tokio_tasks_on_1_thread/1_producer",
    },
    Claim {
        chapter: "ch06_queues",
        sentence: "more where it wakes another thread",
        bench: "primitives",
        less: "channel_of_100/tokio_tasks_on_1_thread/4_producers",
        more: "channel_of_100/tokio_tasks_on_2_workers/4_producers",
    },
    Claim {
        chapter: "ch11_parallelism",
        sentence: "To look at the clock after each step, and give way once in a while, costs less;",
        bench: "primitives",
        less: "manners/yield_now_after_1_ms",
        more: "manners/yield_now_after_each",
    },
    Claim {
        chapter: "ch11_parallelism",
        sentence: "so does `consume_budget`",
        bench: "primitives",
        less: "manners/consume_budget_after_each",
        more: "manners/yield_now_after_each",
    },
];

/// Whether both figures of each claim were measured.
pub fn check(results: &Results) -> Result<(), String> {
    CLAIMS.iter().try_for_each(|claim| {
        let mut names = [claim.less, claim.more].into_iter();
        let lost = names.find(|name| results.nanos(name).is_none());
        lost.map_or(Ok(()), |name| Err(results.missing(name, claim.bench)))
    })
}

pub fn checked(results: &Results) -> Result<String, String> {
    let rows: Result<Vec<_>, _> = CLAIMS.iter().map(|claim| claim.checked(results)).collect();
    Ok(table(&["it says", "less", "more", "ratio"], rows?))
}

impl Claim {
    fn checked(&self, results: &Results) -> Result<Vec<String>, String> {
        self.stands()?;
        let Self {
            chapter,
            sentence,
            less,
            more,
            ..
        } = self;
        let nanos = |name| results.nanos(name).unwrap_or(f64::NAN);
        let figure = |name| format!("{} `{name}`", time(nanos(name)));
        let ratio = nanos(more) / nanos(less);
        let verdict = if ratio > 1.0 {
            three_digits(ratio)
        } else {
            format!("{}: **not so here**", three_digits(ratio))
        };
        let quote = format!("[{chapter}]({chapter}/README.md): {sentence}");
        Ok(vec![quote, figure(less), figure(more), verdict])
    }

    fn stands(&self) -> Result<(), String> {
        let Self {
            chapter, sentence, ..
        } = self;
        let lesson = format!("chapters/{chapter}/README.md");
        let text = fs::read_to_string(root().join(&lesson)).unwrap_or_default();
        let text: Vec<&str> = text.split_whitespace().collect();
        if text.join(" ").contains(sentence) {
            Ok(())
        } else {
            Err(format!("{lesson} does not say (any more): {sentence}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_are_what_the_chapters_say() {
        let stand: Result<(), String> = CLAIMS.iter().try_for_each(Claim::stands);
        assert_eq!(stand, Ok(()));
    }
}
