//! Amdahl's law over measured points: work of which a share cannot be divided, on more and more threads.

use std::{
    iter,
    sync::atomic::{AtomicU32, Ordering::Relaxed},
    thread,
    time::Instant,
};

use async_workbook::ch11_parallelism::bounds::{speed_up, undivided};
use serde_json::json;

use crate::{
    charts::{self, Line},
    in_a_child,
    page::table,
    results::{three_digits, time},
    ways::{Job, best_of_three, figure, number},
};

/// Percent of the work that one thread has to do alone.
const SHARES: [u32; 3] = [0, 10, 50];
const THREADS: [u32; 4] = [1, 2, 4, 8];
/// Of ten milliseconds each.
const PIECES: u32 = 40;

type Outcome<T> = Result<T, String>;

/// Seconds, by share and threads.
pub struct Film(Vec<(u32, u32, Outcome<f64>)>);

pub fn measure() -> Film {
    let run = |share: u32, threads: u32| {
        let [share, threads] = [share, threads].map(|it| it.to_string());
        best_of_three(|| figure(&in_a_child(&["film", &share, &threads])?, "elapsed_s"))
    };
    let runs = SHARES
        .into_iter()
        .flat_map(|share| THREADS.map(|threads| (share, threads, run(share, threads))));
    Film(runs.collect())
}

/// Does the work once, in this process.
pub fn child(share: &str, threads: &str) -> Outcome<()> {
    let (share, threads) = (number(share)?, number(threads)?);
    let alone = PIECES * share / 100;
    let next = AtomicU32::new(alone);
    let start = Instant::now();
    (0..alone).for_each(|_| Job::compute().run());
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while next.fetch_add(1, Relaxed) < PIECES {
                    Job::compute().run();
                }
            });
        }
    });
    println!("{}", json!({ "elapsed_s": start.elapsed().as_secs_f64() }));
    Ok(())
}

impl Film {
    fn seconds(&self, share: u32, threads: u32) -> Option<f64> {
        let found = self.0.iter().find(|(s, t, _)| (*s, *t) == (share, threads));
        found?.2.clone().ok()
    }

    fn times(&self, share: u32, threads: u32) -> Option<f64> {
        Some(self.seconds(share, 1)? / self.seconds(share, threads)?)
    }

    pub fn chart(&self) -> Outcome<String> {
        let colors = [charts::BLUE, charts::GREEN, charts::RED];
        let lines: Vec<Line> = SHARES
            .into_iter()
            .zip(colors)
            .flat_map(|(share, color)| {
                let points = THREADS.into_iter();
                let measured = points.filter_map(|n| Some((n.into(), self.times(share, n)?)));
                let law = THREADS.map(|n| (n.into(), speed_up(f64::from(share) / 100.0, n.into())));
                [
                    Line {
                        name: format!("{share} % alone"),
                        color,
                        dashed: false,
                        points: measured.collect(),
                    },
                    Line {
                        name: format!("law, {share} %"),
                        color,
                        dashed: true,
                        points: law.into(),
                    },
                ]
            })
            .collect();
        charts::log_log("More threads", "threads", charts::times, &lines)
    }

    /// The last columns are what the law makes of the first two: it says how much is done alone, and
    /// how much faster it can become at most.
    pub fn table(&self) -> String {
        let shown = |figure: Option<f64>, as_text: fn(f64) -> String| {
            figure.map_or_else(|| "—".into(), as_text)
        };
        let head = [
            "done alone",
            "1 thread",
            "2",
            "4",
            "8",
            "found from 1 and 2",
            "at most",
        ];
        let rows = SHARES.map(|share| {
            let on_more = THREADS[1..].iter().map(|&threads| {
                shown(self.times(share, threads), |it| {
                    format!("× {}", three_digits(it))
                })
            });
            let found = self
                .times(share, 2)
                .map(|it| undivided(it, 2.0).clamp(0.0, 1.0));
            iter::once(format!("{share} %"))
                .chain([shown(self.seconds(share, 1), |s| time(s * 1e9))])
                .chain(on_more)
                .chain([
                    shown(found, |it| format!("{:.0} %", it * 100.0)),
                    shown(found, |it| match speed_up(it, f64::INFINITY) {
                        times if times.is_finite() => format!("× {}", three_digits(times)),
                        _ => "no limit".into(),
                    }),
                ])
                .collect()
        });
        table(&head, rows)
    }
}
