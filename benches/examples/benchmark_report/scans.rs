//! The scan of chapter 15 as groups grow: each engine beside the least time it could need, and
//! Python's beside ours.

use std::{iter, process::Command, time::Duration};

use async_workbook::ch15_group_verification::compare::{Engine, Workload};
use serde_json::{Value, json};

use crate::{
    answer,
    charts::{self, Line},
    in_a_child,
    page::table,
    results::{three_digits, time},
    root, threads_allowed,
};

const GROUPS: [usize; 6] = [1, 10, 100, 1_000, 10_000, 100_000];
const LATENCY_MS: u64 = 10;
/// A hundred thousand groups need more than a call's time just to begin; here a call is long.
const LONG_LATENCY_MS: u64 = 100;
const MEMBERS: usize = 5;
/// Groups at the same time for `bounded`.
const IN_FLIGHT: usize = 1_000;
/// What would need longer than this is left out.
const PATIENCE: Duration = Duration::from_secs(10);

pub struct Scans {
    growing: Vec<Scan>,
    large: Vec<Scan>,
}

struct Scan {
    by: By,
    groups: usize,
    ideal_s: f64,
    /// Why not, if not.
    outcome: Result<Measured, String>,
}

struct Measured {
    elapsed_s: f64,
    /// `None` where the system does not tell.
    peak_rss_mib: Option<f64>,
}

#[derive(Clone, Copy, PartialEq)]
enum By {
    Ours(Engine),
    /// `benches/peers/scan.py`
    Python(&'static str),
}

/// All engines, ours and Python's.
const ALL: [By; 6] = [
    By::Ours(Engine::Sequential),
    By::Ours(Engine::Threads),
    By::Ours(Engine::Gather),
    By::Ours(Engine::Bounded),
    By::Python("asyncio"),
    By::Python("threads"),
];

pub fn measure() -> Scans {
    let growing = ALL
        .into_iter()
        .flat_map(|by| GROUPS.map(|groups| scan(by, groups, LATENCY_MS)));
    let large = [ALL[2], ALL[4]].map(|by| scan(by, 100_000, LONG_LATENCY_MS));
    Scans {
        growing: growing.collect(),
        large: large.into(),
    }
}

/// Scans once, in this process.
pub fn child(engine: &str, groups: &str, latency_ms: &str) -> Result<(), String> {
    let number = |text: &str| {
        text.parse::<u32>()
            .map_err(|_| format!("'{text}' is not a number"))
    };
    let engine = Engine::named(engine).ok_or_else(|| format!("there is no engine '{engine}'"))?;
    let workload = workload(engine, number(groups)? as usize, number(latency_ms)?.into());
    let measured = workload
        .measure(engine)
        .map_err(|error| error.to_string())?;
    let answer = json!({
        "elapsed_s": measured.cost.elapsed.as_secs_f64(),
        "peak_rss_mib": measured.cost.peak_rss_mib,
    });
    println!("{answer}");
    Ok(())
}

fn scan(by: By, groups: usize, latency_ms: u64) -> Scan {
    let engine = match by {
        By::Ours(engine) => engine,
        By::Python(_) => Engine::Gather,
    };
    let ideal = workload(engine, groups, latency_ms).ideal(engine);
    Scan {
        by,
        groups,
        ideal_s: ideal.as_secs_f64(),
        outcome: run(by, groups, latency_ms, ideal),
    }
}

fn run(by: By, groups: usize, latency_ms: u64, ideal: Duration) -> Result<Measured, String> {
    let threaded = matches!(by, By::Ours(Engine::Threads) | By::Python("threads"));
    if ideal > PATIENCE {
        return Err(format!("≥ {}", time(ideal.as_nanos() as f64)));
    }
    if threaded && groups as u64 > threads_allowed() {
        return Err("too many threads".into());
    }
    let (groups, latency) = (groups.to_string(), latency_ms.to_string());
    let answer: Value = match by {
        By::Ours(engine) => in_a_child(&["scan", engine.name(), &groups, &latency])?,
        By::Python(_) if !has_python() => return Err("no python3 here".into()),
        By::Python(engine) => answer(
            Command::new("python3")
                .arg(root().join("benches/peers/scan.py"))
                .args([engine, &groups, &MEMBERS.to_string(), &latency]),
        )?,
    };
    Ok(Measured {
        elapsed_s: answer["elapsed_s"].as_f64().ok_or("no elapsed time")?,
        peak_rss_mib: answer["peak_rss_mib"].as_f64(),
    })
}

fn has_python() -> bool {
    let asked = Command::new("python3").arg("--version").output();
    asked.is_ok_and(|output| output.status.success())
}

/// Seven calls in a row in each group: a notice, five mutes, one warning.
fn workload(engine: Engine, groups: usize, latency_ms: u64) -> Workload {
    Workload {
        groups,
        members: MEMBERS,
        kicks: 0,
        latency: Duration::from_millis(latency_ms),
        max_in_flight: match engine {
            Engine::Threads => groups,
            _ => IN_FLIGHT,
        },
        ..Workload::default()
    }
}

impl Scans {
    pub fn elapsed_chart(&self) -> Result<String, String> {
        let mut lines = vec![Line {
            name: "one group alone".into(),
            color: charts::BLACK,
            dashed: true,
            points: self
                .of(ALL[2])
                .map(|it| (it.groups as f64, it.ideal_s))
                .collect(),
        }];
        lines.extend(
            ALL.into_iter()
                .take(4)
                .map(|by| self.line(by, |scan, outcome| (scan.groups as f64, outcome.elapsed_s))),
        );
        charts::log_log(
            "One scan, calls of 10 ms",
            "groups",
            charts::seconds,
            &lines,
        )
    }

    pub fn ratio_chart(&self) -> Result<String, String> {
        let lines = ALL.map(|by| {
            self.line(by, |scan, outcome| {
                (scan.groups as f64, outcome.elapsed_s / scan.ideal_s)
            })
        });
        charts::log_log("Elapsed over ideal", "groups", charts::times, &lines)
    }

    /// Elapsed time, and in brackets how many times the ideal that is.
    pub fn table(&self) -> String {
        self.table_of(Scan::cell)
    }

    /// Peak memory of the whole process.
    pub fn memory_table(&self) -> String {
        self.table_of(Scan::memory)
    }

    pub fn large_table(&self) -> String {
        let head = [
            "100,000 groups, calls of 100 ms",
            "elapsed (× ideal)",
            "peak memory",
        ];
        let rows = self.large.iter();
        table(
            &head,
            rows.map(|it| vec![it.by.name(), it.cell(), it.memory()]),
        )
    }

    fn table_of(&self, cell: fn(&Scan) -> String) -> String {
        let names = ALL.map(By::name);
        let head = iter::once("groups").chain(names.iter().map(String::as_str));
        let rows = GROUPS.map(|groups| {
            let scans = self.growing.iter().filter(|it| it.groups == groups);
            let cells = scans.map(cell);
            iter::once(charts::thousands(groups as f64))
                .chain(cells)
                .collect()
        });
        table(&head.collect::<Vec<_>>(), rows)
    }

    fn of(&self, by: By) -> impl Iterator<Item = &Scan> {
        self.growing.iter().filter(move |scan| scan.by == by)
    }

    fn line(&self, by: By, point: impl Fn(&Scan, &Measured) -> (f64, f64)) -> Line {
        let measured = |scan| Some(point(scan, Result::as_ref(&scan.outcome).ok()?));
        Line {
            name: by.name(),
            color: by.color(),
            dashed: matches!(by, By::Python(_)),
            points: self.of(by).filter_map(measured).collect(),
        }
    }
}

impl Scan {
    fn cell(&self) -> String {
        match &self.outcome {
            Ok(it) => format!(
                "{} ({})",
                time(it.elapsed_s * 1e9),
                three_digits(it.elapsed_s / self.ideal_s)
            ),
            Err(words) => words.clone(),
        }
    }

    fn memory(&self) -> String {
        let peak = self.outcome.as_ref().ok().and_then(|it| it.peak_rss_mib);
        peak.map_or_else(|| "—".into(), |mib| format!("{} MiB", three_digits(mib)))
    }
}

impl By {
    fn name(self) -> String {
        match self {
            Self::Ours(engine) => engine.name().into(),
            Self::Python("asyncio") => "Python asyncio".into(),
            Self::Python(_) => "Python threads".into(),
        }
    }

    fn color(self) -> charts::Color {
        match self {
            Self::Ours(Engine::Sequential) => charts::ORANGE,
            Self::Ours(Engine::Threads) | Self::Python("threads") => charts::RED,
            Self::Ours(Engine::Gather) | Self::Python(_) => charts::BLUE,
            Self::Ours(Engine::Bounded) => charts::GREEN,
        }
    }
}
