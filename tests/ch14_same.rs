//! Proofs of chapter 14: a thousand random programs give the same on our executor and on Tokio's.

use std::time::Duration;

use async_workbook::ch14_executor::{
    clock::Clock,
    current::{current, spawn},
    executor_3::Executor,
    heap::Heap,
    join_handle::JoinHandle,
    programs::{Boxed, Log, Program, Step, World, play},
    sync::mpsc,
    time::sleep,
    timers::Timers,
    wheel::Wheel,
};
use rand::{RngExt, SeedableRng, rngs::SmallRng};
use tokio::time::Instant;

struct Ours;

impl World for Ours {
    type Handle = JoinHandle<usize>;
    type Sender = mpsc::Sender<usize>;
    type Receiver = mpsc::Receiver<usize>;

    fn spawn(&self, task: Boxed) -> Self::Handle {
        spawn(task)
    }

    async fn join(handle: Self::Handle) -> Option<usize> {
        handle.await.ok()
    }

    fn abort(handle: &Self::Handle) {
        handle.abort();
    }

    fn channel(&self) -> (Self::Sender, Self::Receiver) {
        mpsc::channel(2)
    }

    async fn send(to: &Self::Sender, number: usize) -> bool {
        to.send(number).await.is_ok()
    }

    async fn receive(from: &mut Self::Receiver) -> Option<usize> {
        from.recv().await
    }

    async fn sleep(&self, milliseconds: u64) {
        sleep(Duration::from_millis(milliseconds)).await;
    }

    fn now(&self) -> u64 {
        millis(current().time().expect("ours has a clock").now())
    }
}

struct Tokios(Instant);

impl World for Tokios {
    type Handle = tokio::task::JoinHandle<usize>;
    type Sender = tokio::sync::mpsc::Sender<usize>;
    type Receiver = tokio::sync::mpsc::Receiver<usize>;

    fn spawn(&self, task: Boxed) -> Self::Handle {
        tokio::spawn(task)
    }

    async fn join(handle: Self::Handle) -> Option<usize> {
        handle.await.ok()
    }

    fn abort(handle: &Self::Handle) {
        handle.abort();
    }

    fn channel(&self) -> (Self::Sender, Self::Receiver) {
        tokio::sync::mpsc::channel(2)
    }

    async fn send(to: &Self::Sender, number: usize) -> bool {
        to.send(number).await.is_ok()
    }

    async fn receive(from: &mut Self::Receiver) -> Option<usize> {
        from.recv().await
    }

    async fn sleep(&self, milliseconds: u64) {
        tokio::time::sleep(Duration::from_millis(milliseconds)).await;
    }

    fn now(&self) -> u64 {
        millis(self.0.elapsed())
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).expect("no program runs that long")
}

/// Draws programs. Sleeps are so short that many timers are due at the same moment.
struct Author {
    rng: SmallRng,
    tasks: usize,
}

/// Tasks of a program at most.
const TASKS: usize = 12;
/// Milliseconds: longer than all sleeps of a program together.
const LENGTH: u64 = 100_000;

impl Author {
    fn program(&mut self, depth: u32) -> Program {
        let steps = self.rng.random_range(1..=9);
        (0..steps).map(|_| self.step(depth)).collect()
    }

    fn step(&mut self, depth: u32) -> Step {
        match self.rng.random_range(0..13) {
            0..=1 => Step::Sleep(self.rng.random_range(0..40) * self.rng.random_range(1..8)),
            2..=4 if depth < 4 && self.tasks < TASKS => {
                self.tasks += 1;
                let number = self.tasks - 1;
                Step::Spawn(number, self.program(depth + 1))
            }
            5..=6 => Step::Send(self.rng.random_range(0..TASKS)),
            7..=8 => Step::Receive,
            9..=10 => Step::Join,
            11 => self.either(Step::Abort, Step::Forget),
            _ => Step::Yield,
        }
    }

    fn either(&mut self, one: Step, other: Step) -> Step {
        if self.rng.random() { one } else { other }
    }
}

fn program(seed: u64) -> Program {
    let rng = SmallRng::seed_from_u64(seed);
    let mut author = Author { rng, tasks: 1 };
    author.program(0)
}

fn on_ours(program: Program, timers: impl Timers + 'static) -> Log {
    let mut executor = Executor::with_timers(Clock::still(), timers);
    executor.block_on(play(Ours, TASKS, program, LENGTH))
}

fn on_tokios(program: Program) -> Log {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder.enable_all().start_paused(true).build().unwrap();
    runtime.block_on(async { play(Tokios(Instant::now()), TASKS, program, LENGTH).await })
}

#[test]
fn a_thousand_programs_do_the_same_as_on_tokio() {
    for seed in 0..1_000 {
        let tokios = on_tokios(program(seed));
        let ours = on_ours(program(seed), Wheel::default());
        assert_eq!(ours, tokios, "seed {seed}: {:#?}", program(seed));
        assert_eq!(
            on_ours(program(seed), Heap::default()),
            tokios,
            "seed {seed}"
        );
    }
}

/// That they are the same would mean little if nothing happened in them.
#[test]
fn the_thousand_programs_do_something() {
    let logs: Vec<Log> = (0..1_000).map(|seed| on_tokios(program(seed))).collect();
    let happened = |words: &str| {
        let lines = logs.iter().flatten();
        lines.filter(|(_, _, what)| what.starts_with(words)).count()
    };
    for words in [
        "slept",
        "yielded",
        "spawned",
        "joined Some",
        "joined None",
        "aborted Some",
        "forgot true",
        "received Some",
        "received None",
        "ended",
        "dropped",
    ] {
        assert!(happened(words) >= 20, "{words}: {}", happened(words));
    }
    let sent = |how: &str| {
        let lines = logs.iter().flatten();
        lines
            .filter(|(_, _, what)| what.starts_with("sent") && what.ends_with(how))
            .count()
    };
    assert!(
        sent("true") >= 100 && sent("false") >= 20,
        "{} {}",
        sent("true"),
        sent("false")
    );
}
