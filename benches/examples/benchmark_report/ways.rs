//! The four ways of chapter 11, on waiting and on computing: each run in a process of its own, and beside
//! the least time it could need.

use std::{
    env,
    io::{self, Read, Write},
    iter,
    process::{self, Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicU64, Ordering::Relaxed, Ordering::SeqCst},
    },
    thread::{self, available_parallelism},
    time::{Duration, Instant},
};

use async_workbook::ch11_parallelism::{
    bounds::{
        Way::{self, InTurn, Processes, TasksOnAllCores, TasksOnOneThread, Threads},
        Work, least,
    },
    collatz::steps_from_all,
};
use async_workbook_benches::{one_thread, workers};
use serde_json::{Value, json};
use tokio::{
    runtime::Runtime,
    sync::{Barrier, Notify},
    task::JoinSet,
    time::sleep,
};

use crate::{
    answer, charts, in_a_child,
    page::table,
    results::{three_digits, time},
    system, threads_allowed,
};

pub const ALL: [Way; 5] = [
    InTurn,
    Threads,
    Processes,
    TasksOnOneThread,
    TasksOnAllCores,
];
const COUNTS: [u32; 6] = [1, 100, 1_000, 10_000, 100_000, 1_000_000];
const WAIT: Duration = Duration::from_millis(100);
const HOUR: Duration = Duration::from_hours(1);
pub const JOBS: u32 = 100;
/// Of these all Collatz sequences are followed to their end: some ten milliseconds.
pub const NUMBERS: u64 = 110_000;
/// What would need longer than this is left out.
const PATIENCE: Duration = Duration::from_secs(15);
const SWITCHES: u64 = 20_000;

/// What a job does; a process is told in a word and a number.
#[derive(Clone, Copy)]
pub enum Job {
    Wait(Duration),
    Compute(u64),
}

pub struct Ways {
    waiting: Vec<Waiting>,
    computing: Vec<Computing>,
}

/// Why not, if not.
type Outcome<T> = Result<T, String>;

struct Waiting {
    way: Way,
    least: Duration,
    elapsed_s: Outcome<f64>,
    memory_mib: Outcome<f64>,
}

struct Computing {
    way: Way,
    elapsed_s: Outcome<f64>,
    /// On one core, and on all.
    switch_ns: [Outcome<f64>; 2],
}

pub fn measure() -> Ways {
    let each = |way| COUNTS.map(|count| waiting(way, count));
    Ways {
        waiting: ALL.into_iter().flat_map(each).collect(),
        computing: ALL.map(computing).into(),
    }
}

fn waiting(way: Way, count: u32) -> Waiting {
    let least = least(way, Work::Waiting, count, WAIT, cores());
    let number = count.to_string();
    let asked = |what: &str, key: &str| {
        may_be_started(way, count)?;
        figure(&in_a_child(&["ways", what, name(way), &number])?, key)
    };
    Waiting {
        way,
        least,
        elapsed_s: if least > PATIENCE {
            Err(format!("≥ {}", time(least.as_nanos() as f64)))
        } else {
            asked("wait", "elapsed_s")
        },
        memory_mib: asked("hold", "memory_mib"),
    }
}

/// The best of three, since what disturbs a run only ever adds.
fn computing(way: Way) -> Computing {
    let elapsed = || {
        figure(
            &in_a_child(&["ways", "compute", name(way), &JOBS.to_string()])?,
            "elapsed_s",
        )
    };
    let switch = |pinned: bool| {
        if way == InTurn || pinned && way == TasksOnAllCores || !pinned && way == TasksOnOneThread {
            return Err(String::new());
        }
        let answered = if pinned {
            on_one_core(&["ways", "switch", name(way)])
        } else {
            in_a_child(&["ways", "switch", name(way)])
        };
        figure(&answered?, "switch_ns")
    };
    Computing {
        way,
        elapsed_s: best_of_three(elapsed),
        switch_ns: [true, false].map(switch),
    }
}

pub fn best_of_three(run: impl Fn() -> Outcome<f64>) -> Outcome<f64> {
    let runs: Outcome<Vec<f64>> = (0..3).map(|_| run()).collect();
    Ok(runs?.into_iter().fold(f64::INFINITY, f64::min))
}

fn on_one_core(arguments: &[&str]) -> Outcome<Value> {
    let program = env::current_exe().map_err(|error| format!("cannot find myself: {error}"))?;
    let mut command = Command::new("taskset");
    answer(
        command
            .args(["-c", "0"])
            .arg(program)
            .arg("child")
            .args(arguments),
    )
    .map_err(|_| "no taskset here".into())
}

pub fn figure(answer: &Value, key: &str) -> Outcome<f64> {
    let figure = answer[key].as_f64();
    figure.ok_or_else(|| "this system does not tell".into())
}

/// Half of what there is is left to others.
fn may_be_started(way: Way, count: u32) -> Outcome<()> {
    let too_many = match way {
        Threads => u64::from(count) > threads_allowed(),
        // A process that only waits takes about a fifth of a mebibyte.
        Processes => {
            let free = system("/proc/meminfo", "MemAvailable:").map(|kib| kib / 256 / 2);
            u64::from(count) > threads_allowed().min(free.unwrap_or(1_000))
        }
        _ => false,
    };
    if too_many {
        return Err(format!("too many {}", name(way)));
    }
    Ok(())
}

pub fn cores() -> u32 {
    available_parallelism().map_or(1, |it| u32::try_from(it.get()).unwrap_or(1))
}

fn name(way: Way) -> &'static str {
    match way {
        InTurn => "in turn",
        Threads => "threads",
        Processes => "processes",
        TasksOnOneThread => "tasks on one thread",
        TasksOnAllCores => "tasks on all cores",
    }
}

fn named(words: &str) -> Outcome<Way> {
    let found = ALL.into_iter().find(|way| name(*way) == words);
    found.ok_or_else(|| format!("there is no way '{words}'"))
}

/// One run, in this process; prints a line of JSON.
pub fn child(words: &[&str]) -> Outcome<()> {
    let answer = match words {
        ["wait", way, count] => elapsed(named(way)?, number(count)?, Job::Wait(WAIT))?,
        ["compute", way, count] => elapsed(named(way)?, number(count)?, Job::Compute(NUMBERS))?,
        ["hold", way, count] => json!({ "memory_mib": hold(named(way)?, number(count)?)? }),
        ["switch", way] => json!({ "switch_ns": switch(named(way)?)? }),
        _ => return Err(format!("unknown words: {words:?}")),
    };
    println!("{answer}");
    io::stdout().flush().map_err(|error| error.to_string())?;
    // Nobody waits for those who wait for an hour.
    process::exit(0)
}

/// What one of the processes does that a run starts.
pub fn job(words: &[&str]) -> Outcome<()> {
    let fault = |error: io::Error| error.to_string();
    match words {
        ["wait", ms] => Job::Wait(Duration::from_millis(number(ms)?.into())).run(),
        ["compute", numbers] => Job::Compute(number(numbers)?.into()).run(),
        // Says that it is there, and waits for the end of its input.
        ["hold"] => {
            io::stdout().write_all(b".").map_err(fault)?;
            io::stdout().flush().map_err(fault)?;
            io::copy(&mut io::stdin(), &mut io::sink()).map_err(fault)?;
        }
        ["echo"] => {
            let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
            let mut byte = [0];
            while input.read_exact(&mut byte).is_ok() {
                output.write_all(&byte).map_err(fault)?;
                output.flush().map_err(fault)?;
            }
        }
        _ => return Err(format!("there is no job {words:?}")),
    }
    Ok(())
}

pub fn number(text: &str) -> Outcome<u32> {
    let number = text.parse();
    number.map_err(|_| format!("'{text}' is not a number"))
}

impl Job {
    pub fn run(self) {
        match self {
            Self::Wait(duration) => thread::sleep(duration),
            Self::Compute(numbers) => {
                std::hint::black_box(steps_from_all(std::hint::black_box(numbers)));
            }
        }
    }

    async fn run_async(self) {
        match self {
            Self::Wait(duration) => sleep(duration).await,
            Self::Compute(_) => self.run(),
        }
    }

    pub fn compute() -> Self {
        Self::Compute(NUMBERS)
    }

    /// As a process of its own.
    fn start(self) -> Outcome<Child> {
        let (word, number) = match self {
            Self::Wait(duration) => ("wait", duration.as_millis().to_string()),
            Self::Compute(numbers) => ("compute", numbers.to_string()),
        };
        start(Command::new(myself()?).args(["job", word, &number]))
    }
}

fn myself() -> Outcome<std::path::PathBuf> {
    env::current_exe().map_err(|error| format!("cannot find myself: {error}"))
}

fn start(command: &mut Command) -> Outcome<Child> {
    command
        .spawn()
        .map_err(|error| format!("not measured: {error}"))
}

fn elapsed(way: Way, count: u32, job: Job) -> Outcome<Value> {
    let start = Instant::now();
    match way {
        InTurn => (0..count).for_each(|_| job.run()),
        Threads => {
            let threads = (0..count).map(|_| thread::Builder::new().spawn(move || job.run()));
            let threads: io::Result<Vec<_>> = threads.collect();
            for thread in threads.map_err(|error| format!("not measured: {error}"))? {
                thread.join().expect("no thread panics");
            }
        }
        Processes => {
            let mut started: Vec<Outcome<Child>> = (0..count).map(|_| job.start()).collect();
            for child in started.iter_mut().flatten() {
                child.wait().map_err(|error| error.to_string())?;
            }
            started.into_iter().collect::<Outcome<Vec<_>>>()?;
        }
        TasksOnOneThread => tasks(&one_thread(), count, job),
        TasksOnAllCores => tasks(&workers(cores() as usize), count, job),
    }
    Ok(json!({ "elapsed_s": start.elapsed().as_secs_f64() }))
}

/// Spawned by a task, so that on workers it is one of them who does it.
fn tasks(runtime: &Runtime, count: u32, job: Job) {
    let all = async move {
        let tasks: JoinSet<()> = (0..count).map(|_| job.run_async()).collect();
        tasks.join_all().await;
    };
    let all = runtime.spawn(all);
    runtime.block_on(all).expect("no task panics");
}

/// Mebibytes that are resident while so many wait, in all processes together.
fn hold(way: Way, count: u32) -> Outcome<f64> {
    match way {
        InTurn => Ok(memory(process::id())),
        Threads => held_by_threads(count),
        Processes => held_by_processes(count),
        TasksOnOneThread => Ok(held_by_tasks(one_thread(), count)),
        TasksOnAllCores => Ok(held_by_tasks(workers(cores() as usize), count)),
    }
    .map(|kib| kib as f64 / 1024.0)
}

/// In KiB, a page that several processes share divided among them.
fn memory(process: u32) -> u64 {
    system(&format!("/proc/{process}/smaps_rollup"), "Pss:").unwrap_or(0)
}

fn held_by_threads(count: u32) -> Outcome<u64> {
    let here = Arc::new(AtomicU32::new(0));
    for _ in 0..count {
        let here = Arc::clone(&here);
        let wait = move || {
            here.fetch_add(1, Relaxed);
            thread::sleep(HOUR);
        };
        thread::Builder::new()
            .spawn(wait)
            .map_err(|error| format!("not measured: {error}"))?;
    }
    while here.load(Relaxed) < count {
        thread::sleep(Duration::from_millis(1));
    }
    Ok(memory(process::id()))
}

fn held_by_processes(count: u32) -> Outcome<u64> {
    let fault = |error: io::Error| format!("not measured: {error}");
    // One pipe for the input of all, one for their output: two for each would be too many.
    let (input, end) = io::pipe().map_err(fault)?;
    let (mut there, output) = io::pipe().map_err(fault)?;
    let mut started = Vec::new();
    for _ in 0..count {
        let mut command = Command::new(myself()?);
        command.args(["job", "hold"]);
        command.stdin(input.try_clone().map_err(fault)?);
        command.stdout(output.try_clone().map_err(fault)?);
        started.push(start(&mut command));
    }
    drop(output);
    let mut running = started.iter().flatten().map(Child::id);
    let mut said = vec![0; running.clone().count()];
    there.read_exact(&mut said).map_err(fault)?;
    let own = memory(process::id());
    let all = running.by_ref().map(memory).sum::<u64>() + own;
    drop(end);
    for child in started.iter_mut().flatten() {
        child.wait().map_err(fault)?;
    }
    started.into_iter().collect::<Outcome<Vec<_>>>()?;
    Ok(all)
}

fn held_by_tasks(runtime: Runtime, count: u32) -> u64 {
    let here = Arc::new(AtomicU32::new(0));
    let all = {
        let here = Arc::clone(&here);
        async move {
            for _ in 0..count {
                let here = Arc::clone(&here);
                tokio::spawn(async move {
                    here.fetch_add(1, Relaxed);
                    sleep(HOUR).await;
                });
            }
            while here.load(Relaxed) < count {
                sleep(Duration::from_millis(1)).await;
            }
            memory(process::id())
        }
    };
    let all = runtime.spawn(all);
    let held = runtime.block_on(all).expect("no task panics");
    // Ends with the process; to drop a million tasks takes a while.
    runtime.shutdown_background();
    held
}

/// Nanoseconds from one who goes to sleep to the other one, who was woken by it.
fn switch(way: Way) -> Outcome<f64> {
    let elapsed = match way {
        InTurn => return Err("there is nothing to switch to".into()),
        Threads => between_threads(),
        Processes => between_processes()?,
        TasksOnOneThread => between_tasks(&one_thread()),
        TasksOnAllCores => between_tasks(&workers(cores() as usize)),
    };
    Ok(elapsed.as_nanos() as f64 / (2 * SWITCHES) as f64)
}

fn between_threads() -> Duration {
    let turn = Arc::new(AtomicU64::new(0));
    // Parking may end without reason; only the count says whose turn it is.
    let wait_for = |turn: &AtomicU64, number| {
        while turn.load(SeqCst) < number {
            thread::park();
        }
    };
    let here = thread::current();
    let echo = thread::spawn({
        let turn = Arc::clone(&turn);
        move || {
            for round in 0..SWITCHES {
                wait_for(&turn, 2 * round + 1);
                turn.store(2 * round + 2, SeqCst);
                here.unpark();
            }
        }
    });
    let start = Instant::now();
    for round in 0..SWITCHES {
        turn.store(2 * round + 1, SeqCst);
        echo.thread().unpark();
        wait_for(&turn, 2 * round + 2);
    }
    let elapsed = start.elapsed();
    echo.join().expect("no thread panics");
    elapsed
}

fn between_processes() -> Outcome<Duration> {
    let fault = |error: io::Error| format!("not measured: {error}");
    let mut command = Command::new(myself()?);
    command.args(["job", "echo"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut echo = start(&mut command)?;
    let mut there = echo.stdin.take().ok_or("no way there")?;
    let mut back = echo.stdout.take().ok_or("no way back")?;
    let mut round = || {
        there
            .write_all(b".")
            .and_then(|()| back.read_exact(&mut [0]))
    };
    // The first answer comes when it has started.
    round().map_err(fault)?;
    let start = Instant::now();
    for _ in 0..SWITCHES {
        round().map_err(fault)?;
    }
    let elapsed = start.elapsed();
    drop(there);
    echo.wait().map_err(fault)?;
    Ok(elapsed)
}

fn between_tasks(runtime: &Runtime) -> Duration {
    let both = Arc::new(Barrier::new(2));
    let (there, back) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let echo = {
        let (both, there, back) = (Arc::clone(&both), Arc::clone(&there), Arc::clone(&back));
        async move {
            both.wait().await;
            for _ in 0..SWITCHES {
                there.notified().await;
                back.notify_one();
            }
        }
    };
    let first = async move {
        both.wait().await;
        let start = Instant::now();
        for _ in 0..SWITCHES {
            there.notify_one();
            back.notified().await;
        }
        start.elapsed()
    };
    let echo = runtime.spawn(echo);
    let first = runtime.spawn(first);
    runtime.block_on(async move {
        echo.await.expect("no task panics");
        first.await.expect("no task panics")
    })
}

impl Ways {
    pub fn waiting_table(&self) -> String {
        self.table_of("waits of 100 ms (× bound)", |it| {
            let ratio = |s: &f64| three_digits(s / it.least.as_secs_f64());
            match &it.elapsed_s {
                Ok(s) => format!("{} ({})", time(s * 1e9), ratio(s)),
                Err(words) => words.clone(),
            }
        })
    }

    pub fn memory_table(&self) -> String {
        self.table_of("resident while all wait", |it| match &it.memory_mib {
            Ok(mib) => format!("{} MiB", three_digits(*mib)),
            Err(words) => words.clone(),
        })
    }

    fn table_of(&self, head: &str, cell: impl Fn(&Waiting) -> String) -> String {
        let counts = COUNTS.map(|count| charts::thousands(count.into()));
        let head = iter::once(head).chain(counts.iter().map(String::as_str));
        let rows = ALL.map(|way| {
            let cells = self.waiting.iter().filter(|it| it.way == way).map(&cell);
            iter::once(name(way).to_owned()).chain(cells).collect()
        });
        table(&head.collect::<Vec<_>>(), rows)
    }

    /// What all jobs take in turn is the work; divided by cores, it is the bound of the others.
    pub fn computing_table(&self) -> String {
        let in_turn = self.computing.iter().find(|it| it.way == InTurn);
        let work = in_turn.and_then(|it| it.elapsed_s.clone().ok());
        let each = work.map_or(Duration::ZERO, |s| Duration::from_secs_f64(s) / JOBS);
        let jobs = format!("{JOBS} jobs of {} (× bound)", time(each.as_nanos() as f64));
        let head = [
            "computing",
            "bound",
            &jobs,
            "a switch on one core",
            "a switch on any core",
        ];
        let cell = |nanos: &Outcome<f64>| match nanos {
            Ok(it) => time(*it),
            Err(words) if words.is_empty() => "—".into(),
            Err(words) => words.clone(),
        };
        let rows = self.computing.iter().map(|it| {
            let least = least(it.way, Work::Computing, JOBS, each, cores()).as_secs_f64();
            let elapsed = match &it.elapsed_s {
                Ok(s) => format!("{} ({})", time(s * 1e9), three_digits(s / least)),
                Err(words) => words.clone(),
            };
            let [one, any] = &it.switch_ns;
            vec![
                name(it.way).into(),
                time(least * 1e9),
                elapsed,
                cell(one),
                cell(any),
            ]
        });
        table(&head, rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_way_is_refused_and_not_measured_as_another() {
        let refused = child(&["wait", "threat", "1"]);
        assert_eq!(refused, Err("there is no way 'threat'".into()));
        assert!(ALL.into_iter().all(|way| named(name(way)) == Ok(way)));
    }
}
