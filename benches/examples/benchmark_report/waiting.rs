//! What one who waits costs in memory: a future, a task, a thread.

use std::{
    iter, mem, process,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    thread,
    time::Duration,
};

use futures::{FutureExt, future::join_all};
use serde_json::json;
use tokio::{runtime::Builder, time::sleep};

use crate::{
    charts::{self, Line},
    in_a_child,
    page::table,
    results::three_digits,
    system, threads_allowed,
};

const KINDS: [Kind; 3] = [Kind::Future, Kind::Task, Kind::Thread];
const COUNTS: [u64; 3] = [1_000, 10_000, 100_000];
const HOUR: Duration = Duration::from_hours(1);
const TICK: Duration = Duration::from_millis(1);

/// Who waits.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Future,
    Task,
    Thread,
}

/// KiB for each who waits, by kind and count; or why not.
pub struct Waiting(Vec<(Kind, u64, Result<f64, String>)>);

pub fn measure() -> Waiting {
    let each = |kind: Kind, count: u64| {
        if kind == Kind::Thread && count > threads_allowed() {
            return Err(format!(
                "not measured: more than {} threads would get in the way of others",
                threads_allowed()
            ));
        }
        let answer = in_a_child(&["wait", kind.name(), &count.to_string()])?;
        let kib = answer["kib"]
            .as_f64()
            .ok_or("not measured: this system does not tell")?;
        Ok(kib / count as f64)
    };
    Waiting(
        KINDS
            .into_iter()
            .flat_map(|kind| COUNTS.map(|count| (kind, count, each(kind, count))))
            .collect(),
    )
}

/// Prints by how much the peak of this process's memory grew.
pub fn child(kind: &str, count: &str) -> Result<(), String> {
    let kind = Kind::named(kind).ok_or_else(|| format!("nobody waits as a '{kind}'"))?;
    let count = count
        .parse()
        .map_err(|_| format!("'{count}' is not a number"))?;
    let peak = || system("/proc/self/status", "VmHWM:");
    let before = peak();
    match kind {
        Kind::Future => on_a_runtime(async { futures(count) }),
        Kind::Task => on_a_runtime(tasks(count)),
        Kind::Thread => threads(count)?,
    }
    let kib = peak().zip(before).map(|(after, before)| after - before);
    println!("{}", json!({ "kib": kib }));
    // Nobody waits for the hour to end.
    process::exit(0)
}

fn on_a_runtime(work: impl Future<Output = ()>) {
    Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("the system grants a runtime")
        .block_on(work);
}

fn futures(count: usize) {
    let mut all = Box::pin(join_all((0..count).map(|_| sleep(HOUR))));
    assert!((&mut all).now_or_never().is_none(), "they wait for an hour");
    // Not given back before the peak has been read.
    mem::forget(all);
}

async fn tasks(count: usize) {
    let waiting = Arc::new(AtomicUsize::new(0));
    for _ in 0..count {
        let waiting = Arc::clone(&waiting);
        tokio::spawn(async move {
            waiting.fetch_add(1, Relaxed);
            sleep(HOUR).await;
        });
    }
    while waiting.load(Relaxed) < count {
        sleep(TICK).await;
    }
}

fn threads(count: usize) -> Result<(), String> {
    let waiting = Arc::new(AtomicUsize::new(0));
    for _ in 0..count {
        let waiting = Arc::clone(&waiting);
        let wait = move || {
            waiting.fetch_add(1, Relaxed);
            thread::sleep(HOUR);
        };
        thread::Builder::new()
            .spawn(wait)
            .map_err(|error| format!("not measured: {error}"))?;
    }
    while waiting.load(Relaxed) < count {
        thread::sleep(TICK);
    }
    Ok(())
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Future => "future",
            Self::Task => "task",
            Self::Thread => "thread",
        }
    }

    fn named(name: &str) -> Option<Self> {
        KINDS.into_iter().find(|kind| kind.name() == name)
    }

    fn color(self) -> charts::Color {
        match self {
            Self::Future => charts::GREEN,
            Self::Task => charts::BLUE,
            Self::Thread => charts::RED,
        }
    }
}

impl Waiting {
    pub fn chart(&self) -> Result<String, String> {
        let lines = KINDS.map(|kind| Line {
            name: format!("{}s", kind.name()),
            color: kind.color(),
            dashed: false,
            points: self
                .0
                .iter()
                .filter(|(it, _, _)| *it == kind)
                .filter_map(|(_, count, kib)| Some((*count as f64, kib.clone().ok()? * 1024.0)))
                .collect(),
        });
        charts::log_log(
            "Resident memory for each who waits",
            "waiting at the same time",
            charts::bytes,
            &lines,
        )
    }

    pub fn table(&self) -> String {
        let rows = KINDS.map(|kind| {
            let cells = self.0.iter().filter(|(it, _, _)| *it == kind);
            let cells = cells.map(|(_, _, kib)| match kib {
                Ok(kib) => format!("{} KiB", three_digits(*kib)),
                Err(words) => words.clone(),
            });
            iter::once(format!("{}s", kind.name()))
                .chain(cells)
                .collect()
        });
        table(&["waiting", "1,000", "10,000", "100,000"], rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_kind_is_refused_and_not_measured_as_another() {
        assert_eq!(child("tusk", "1"), Err("nobody waits as a 'tusk'".into()));
        assert!(
            KINDS
                .iter()
                .all(|kind| Kind::named(kind.name()) == Some(*kind))
        );
    }
}
