//! What one who waits costs in memory: a future, a task, a thread.

use std::{
    iter, process,
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

const KINDS: [&str; 3] = ["future", "task", "thread"];
const COUNTS: [u64; 3] = [1_000, 10_000, 100_000];
const HOUR: Duration = Duration::from_hours(1);
const TICK: Duration = Duration::from_millis(1);

/// KiB for each who waits, by kind and count; or why not.
pub struct Waiting(Vec<(&'static str, u64, Result<f64, String>)>);

pub fn measure() -> Waiting {
    let each = |kind, count: u64| {
        if kind == "thread" && count > threads_allowed() {
            return Err(format!(
                "not measured: more than {} threads would get in the way of others",
                threads_allowed()
            ));
        }
        let answer = in_a_child(&["wait", kind, &count.to_string()])?;
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
    let count = count
        .parse()
        .map_err(|_| format!("'{count}' is not a number"))?;
    let peak = || system("/proc/self/status", "VmHWM:");
    let before = peak();
    let waiting = Arc::new(AtomicUsize::new(0));
    match kind {
        "thread" => {
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
        }
        _ => Builder::new_current_thread()
            .enable_time()
            .build()
            .expect("the system grants a runtime")
            .block_on(async {
                if kind == "future" {
                    let mut all = Box::pin(join_all((0..count).map(|_| sleep(HOUR))));
                    assert!((&mut all).now_or_never().is_none(), "they wait for an hour");
                    // Not given back before the peak has been read.
                    std::mem::forget(all);
                    return;
                }
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
            }),
    }
    let kib = peak().zip(before).map(|(after, before)| after - before);
    println!("{}", json!({ "kib": kib }));
    // Nobody waits for the hour to end.
    process::exit(0)
}

impl Waiting {
    pub fn chart(&self) -> Result<String, String> {
        let colors = [charts::GREEN, charts::BLUE, charts::RED];
        let lines = KINDS.iter().zip(colors).map(|(kind, color)| Line {
            name: format!("{kind}s"),
            color,
            dashed: false,
            points: self
                .0
                .iter()
                .filter(|(it, _, _)| it == kind)
                .filter_map(|(_, count, kib)| Some((*count as f64, kib.clone().ok()? * 1024.0)))
                .collect(),
        });
        charts::log_log(
            "Resident memory for each who waits",
            "waiting at the same time",
            charts::bytes,
            &lines.collect::<Vec<_>>(),
        )
    }

    pub fn table(&self) -> String {
        let rows = KINDS.map(|kind| {
            let cells = self.0.iter().filter(|(it, _, _)| *it == kind);
            let cells = cells.map(|(_, _, kib)| match kib {
                Ok(kib) => format!("{} KiB", three_digits(*kib)),
                Err(words) => words.clone(),
            });
            iter::once(format!("{kind}s")).chain(cells).collect()
        });
        table(&["waiting", "1,000", "10,000", "100,000"], rows)
    }
}
