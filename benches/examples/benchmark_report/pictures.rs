//! The batch of images of chapter 11: threads beside worker processes, ours and Python's.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use async_workbook::ch11_images::{
    batch::{Fate, Terms, make_all},
    process::Process,
    threads,
    thumbnail::paint,
};
use serde_json::{Value, json};
use tokio::runtime::Builder;
use tokio_util::sync::CancellationToken;

use crate::{
    answer, in_a_child,
    page::table,
    results::{three_digits, time},
    root,
    ways::{best_of_three, figure, number},
};

const PICTURES: u32 = 48;
/// Of ours, in pixels. Python's are smaller, or they would take all day.
const SIDE: u32 = 1_024;
const PYTHONS_SIDE: u32 = 256;
const WORKERS: [u32; 2] = [1, 2];
const WAYS: [(&str, &str); 4] = [
    ("rust", "threads"),
    ("rust", "processes"),
    ("python", "threads"),
    ("python", "processes"),
];

type Outcome<T> = Result<T, String>;

/// Seconds with one worker and with two, by way.
pub struct Pictures(Vec<[Outcome<f64>; 2]>);

pub fn measure() -> Pictures {
    let run = |(language, way): (&str, &str), workers: u32| {
        let workers = workers.to_string();
        best_of_three(|| {
            let answer = if language == "rust" {
                in_a_child(&["pictures", way, &workers])
            } else {
                by_python(way, &workers)
            };
            figure(&answer?, "elapsed_s")
        })
    };
    let runs = WAYS.map(|way| WORKERS.map(|workers| run(way, workers)));
    Pictures(runs.into())
}

fn by_python(way: &str, workers: &str) -> Outcome<Value> {
    let numbers = [PICTURES, PYTHONS_SIDE].map(|it| it.to_string());
    let mut python = Command::new("python3");
    python.arg(root().join("benches/peers/images.py"));
    answer(python.args([way, workers]).args(numbers))
}

/// Makes the batch once, by this process or by those that it starts.
pub fn child(way: &str, workers: &str) -> Outcome<()> {
    let workers = number(workers)?;
    let folder = tempfile::tempdir().map_err(said)?;
    let picture = |number| folder.path().join(format!("{number}.png"));
    let pictures: Vec<PathBuf> = (0..PICTURES).map(picture).collect();
    for picture in &pictures {
        paint(picture, SIDE).map_err(said)?;
    }
    let small = folder.path().join("small");
    fs::create_dir(&small).map_err(said)?;
    let start = Instant::now();
    let made = match way {
        "threads" => {
            let made = threads::make_all(&pictures, &small, workers as usize).map_err(said)?;
            made.iter().filter(|made| made.is_ok()).count()
        }
        "processes" => by_processes(&pictures, &small, workers)?,
        other => return Err(format!("there is no way '{other}'")),
    };
    let elapsed = start.elapsed();
    if made < pictures.len() {
        return Err(format!("only {made} pictures were made"));
    }
    println!("{}", json!({ "elapsed_s": elapsed.as_secs_f64() }));
    Ok(())
}

fn by_processes(pictures: &[PathBuf], small: &Path, workers: u32) -> Outcome<usize> {
    let terms = Terms {
        workers,
        patience: Duration::from_secs(10),
        tries: 1,
    };
    let program = env::current_exe().map_err(said)?;
    let hire = || {
        let mut command = tokio::process::Command::new(&program);
        command.arg("worker");
        Process::start(command)
    };
    let runtime = Builder::new_current_thread().enable_all().build();
    let never = CancellationToken::new();
    let fates = runtime
        .map_err(said)?
        .block_on(make_all(pictures, small, terms, hire, &never));
    let is_done = |fate: &&Fate| matches!(fate, Fate::Done { .. });
    Ok(fates.iter().filter(is_done).count())
}

#[allow(clippy::needless_pass_by_value, reason = "what `map_err` calls")]
fn said(error: impl ToString) -> String {
    error.to_string()
}

impl Pictures {
    pub fn table(&self) -> String {
        let cell = |seconds: &Outcome<f64>| match seconds {
            Ok(seconds) => time(seconds * 1e9),
            Err(words) => words.clone(),
        };
        let rows = WAYS
            .iter()
            .zip(&self.0)
            .map(|((language, way), [one, two])| {
                let faster = match (one, two) {
                    (Ok(one), Ok(two)) => format!("× {}", three_digits(one / two)),
                    _ => String::new(),
                };
                let way = format!("{way}{}", if *language == "rust" { "" } else { ", Python" });
                vec![way, cell(one), cell(two), faster]
            });
        table(&["48 pictures", "one", "two", "two are faster by"], rows)
    }
}
