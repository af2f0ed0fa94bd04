//! A chess club has an engine with two threads of its own, and a server that must not be kept waiting. For now the
//! server thinks about each position itself, and meanwhile nobody else has a turn.
//!
//! Goal: `thought` has the engine do the thinking, and awaits the result. If thinking panics, `thought` panics
//! in the same words, and the engine's threads live on. What nobody waits for any more when its turn comes is not
//! begun.
//!
//! Lesson: `chapters/ch11_parallelism/README.md`, "Handing computing over"

use std::{
    sync::{Arc, Mutex, mpsc},
    thread,
    time::Duration,
};

use tracing::info;

async fn thought<T: Send + 'static>(
    _engine: &Engine,
    think: impl FnOnce() -> T + Send + 'static,
) -> T {
    // TODO: the engine should do the thinking, and its result, or its panic, should come here.
    think()
}

/// Two threads that take thoughts from one line, and die of those that panic.
struct Engine {
    line: mpsc::Sender<Thought>,
}

type Thought = Box<dyn FnOnce() + Send>;

impl Engine {
    fn start() -> Self {
        let (line, thoughts) = mpsc::channel::<Thought>();
        let thoughts = Arc::new(Mutex::new(thoughts));
        for _ in 0..2 {
            let thoughts = Arc::clone(&thoughts);
            thread::spawn(move || {
                loop {
                    let next = thoughts.lock().unwrap().recv();
                    let Ok(thought) = next else { return };
                    thought();
                }
            });
        }
        Self { line }
    }

    /// Puts a thought at the end of the line.
    fn think(&self, thought: impl FnOnce() + Send + 'static) {
        self.line.send(Box::new(thought)).unwrap();
    }
}

fn main() {
    stage::play("A club", async {
        let engine = Engine::start();
        let mate = thought(&engine, || {
            thread::sleep(Duration::from_millis(50));
            "mate in three"
        });
        let others = async { info!("somebody else has a turn") };
        let (mate, ()) = tokio::join!(mate, others);
        info!("{mate}");
    });
}

#[cfg(test)]
mod tests {
    use std::{
        collections::BTreeSet,
        sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    };

    use futures::{FutureExt, future::join_all};

    use super::*;

    /// Tells in which words a thought panicked here.
    async fn words_of(thought: impl Future<Output = u32>) -> String {
        let panic = std::panic::AssertUnwindSafe(thought).catch_unwind().await;
        let panic = panic.expect_err("it should panic as the thought does");
        let words = panic.downcast_ref::<&str>().map(ToString::to_string);
        words.unwrap_or_else(|| panic.downcast_ref::<String>().cloned().unwrap_or_default())
    }

    #[test]
    fn the_engine_thinks_and_others_have_their_turn() {
        stage::record(async {
            let engine = Engine::start();
            let (turn, turns) = mpsc::channel();
            let here = thread::current().id();
            let thinking = thought(&engine, move || {
                let had_a_turn = turns.recv_timeout(Duration::from_secs(2)).is_ok();
                (had_a_turn, thread::current().id())
            });
            let other = async {
                // Fails if the thought is over: then it was too late.
                let _ = turn.send(());
            };
            let ((had_a_turn, there), ()) = tokio::join!(thinking, other);
            assert!(had_a_turn, "nobody else had a turn while it was thinking");
            assert_ne!(here, there, "this thread did the thinking");
        });
    }

    #[test]
    fn only_the_engines_two_threads_think() {
        stage::record(async {
            let engine = Engine::start();
            let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
            let all = (0..20).map(|number| {
                let (now, most) = (Arc::clone(&now), Arc::clone(&most));
                thought(&engine, move || {
                    most.fetch_max(now.fetch_add(1, Relaxed) + 1, Relaxed);
                    thread::sleep(Duration::from_millis(2));
                    now.fetch_sub(1, Relaxed);
                    (number, thread::current().id())
                })
            });
            let all = join_all(all).await;
            assert!(all.iter().map(|(number, _)| number).copied().eq(0..20));
            let threads: BTreeSet<String> = all.iter().map(|it| format!("{:?}", it.1)).collect();
            assert!(
                threads.len() <= 2,
                "{} threads did the thinking",
                threads.len()
            );
            assert!(most.load(Relaxed) <= 2);
        });
    }

    #[test]
    fn a_panic_comes_home_in_its_own_words_and_the_engine_lives_on() {
        stage::record(async {
            let engine = Engine::start();
            for number in 0..5 {
                let stalemate = thought(&engine, move || -> u32 { panic!("stalemate {number}") });
                assert_eq!(words_of(stalemate).await, format!("stalemate {number}"));
            }
            assert_eq!(thought(&engine, || 7).await, 7);
        });
    }

    #[test]
    fn what_nobody_waits_for_is_not_begun() {
        stage::record(async {
            let engine = Engine::start();
            let (end, busy) = (Arc::new(Mutex::new(())), Arc::new(AtomicUsize::new(0)));
            let held = end.lock().unwrap();
            for _ in 0..2 {
                let (end, busy) = (Arc::clone(&end), Arc::clone(&busy));
                engine.think(move || {
                    busy.fetch_add(1, Relaxed);
                    drop(end.lock());
                });
            }
            let begun = Arc::new(AtomicBool::new(false));
            let marks = Arc::clone(&begun);
            let given_up = thought(&engine, move || marks.store(true, Relaxed));
            // Polled once, and dropped.
            assert!(
                given_up.now_or_never().is_none(),
                "it has a result although both threads of the engine are busy"
            );
            while busy.load(Relaxed) < 2 {
                thread::yield_now();
            }
            drop(held);
            assert_eq!(thought(&engine, || 7).await, 7);
            // The other thread may still be at it.
            while Arc::strong_count(&begun) > 1 {
                thread::yield_now();
            }
            assert!(
                !begun.load(Relaxed),
                "it was begun, and nobody waited for it"
            );
        });
    }
}
