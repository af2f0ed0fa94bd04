//! Fills the tables and pictures of `chapters/benchmarks.md` with this machine's figures.
//!
//! What `cargo bench` has measured is read; what criterion cannot measure, memory and single long
//! runs, is measured here, each in a process of its own.

mod charts;
mod chores;
mod claims;
mod film;
mod machine;
mod page;
mod pictures;
mod results;
mod scans;
mod waiting;
mod ways;

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    sync::OnceLock,
};

use async_workbook::ch11_images::worker;
use page::{Filling, Page};
use results::Results;
use serde_json::Value;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words[..] {
        [] => report(),
        ["child", "wait", kind, count] => waiting::child(kind, count),
        ["child", "ways", ref words @ ..] => ways::child(words),
        ["child", "chore", chore, way, port] => chores::child(chore, way, port),
        ["child", "film", share, threads] => film::child(share, threads),
        ["child", "pictures", way, workers] => pictures::child(way, workers),
        ["worker"] => worker::serve(worker::make).map_err(|error| error.to_string()),
        ["job", ref words @ ..] => ways::job(words),
        ["child", "scan", engine, groups, latency] => scans::child(engine, groups, latency),
        [other, ..] => Err(format!("unknown argument '{other}': there are none")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(words) => {
            eprintln!("{words}");
            ExitCode::from(2)
        }
    }
}

fn report() -> Result<(), String> {
    let path = root().join("chapters/benchmarks.md");
    let page = Page::read(&path)?;
    let results = Results::read(&target_folder().join("criterion"))?;
    // Asked first, because what follows takes a minute.
    for words in page.asked() {
        match words[..] {
            ["claims"] => claims::check(&results)?,
            _ => results.check(&words)?,
        }
    }
    let scans = OnceLock::new();
    let waiting = OnceLock::new();
    let ways = OnceLock::new();
    let chores = OnceLock::new();
    let film = OnceLock::new();
    let pictures = OnceLock::new();
    page.fill(|words| {
        let scans = || scans.get_or_init(scans::measure);
        let waiting = || waiting.get_or_init(waiting::measure);
        let ways = || ways.get_or_init(ways::measure);
        let chores = || chores.get_or_init(chores::measure);
        let film = || film.get_or_init(film::measure);
        let pictures = || pictures.get_or_init(pictures::measure);
        Ok(match words {
            ["machine"] => Filling::Table(machine::description()),
            ["bench", _, groups @ ..] => Filling::Table(results.table(groups)),
            ["claims"] => Filling::Table(claims::checked(&results)?),
            ["elapsed"] => Filling::Picture(scans().elapsed_chart()?),
            ["ratio"] => Filling::Picture(scans().ratio_chart()?),
            ["scans"] => Filling::Table(scans().table()),
            ["scans", "memory"] => Filling::Table(scans().memory_table()),
            ["scans", "large"] => Filling::Table(scans().large_table()),
            ["memory"] => Filling::Picture(waiting().chart()?),
            ["waiting"] => Filling::Table(waiting().table()),
            ["ways", "waiting"] => Filling::Table(ways().waiting_table()),
            ["ways", "memory"] => Filling::Table(ways().memory_table()),
            ["ways", "computing"] => Filling::Table(ways().computing_table()),
            ["chores"] => Filling::Table(chores().table()),
            ["film"] => Filling::Picture(film().chart()?),
            ["film", "table"] => Filling::Table(film().table()),
            ["pictures"] => Filling::Table(pictures().table()),
            _ => return Err(format!("nothing measures '{}'", words.join(" "))),
        })
    })?;
    println!("{} is filled", path.display());
    Ok(())
}

fn root() -> &'static Path {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    root.expect("the benches lie in the workspace")
}

/// Where this program was built, and the benches too.
fn target_folder() -> PathBuf {
    let here = env::current_exe().unwrap_or_default();
    here.ancestors().nth(3).unwrap_or(root()).to_owned()
}

/// This program once more, so that what it measures begins from nothing.
fn in_a_child(arguments: &[&str]) -> Result<Value, String> {
    let program = env::current_exe().map_err(|error| format!("cannot find myself: {error}"))?;
    answer(Command::new(program).arg("child").args(arguments))
}

/// The line of JSON that a program prints.
fn answer(command: &mut Command) -> Result<Value, String> {
    let output = command
        .output()
        .map_err(|error| format!("cannot run {command:?}: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(said.trim().lines().last().unwrap_or("failed").to_owned());
    }
    serde_json::from_slice(&output.stdout).map_err(|error| format!("{command:?}: {error}"))
}

/// A number that Linux keeps in a file of its own, or in a line of one.
fn system(file: &str, line: &str) -> Option<u64> {
    let text = fs::read_to_string(file).ok()?;
    let found = text.lines().find_map(|it| it.strip_prefix(line))?;
    found.split_whitespace().next()?.parse().ok()
}

/// Half of what the system allows is left to others.
fn threads_allowed() -> u64 {
    let least = [
        system("/proc/sys/kernel/threads-max", ""),
        system("/proc/sys/kernel/pid_max", ""),
        // A thread maps a stack and a guard page.
        system("/proc/sys/vm/max_map_count", "").map(|maps| maps / 2),
    ];
    least.into_iter().flatten().min().unwrap_or(4_000) / 2
}
