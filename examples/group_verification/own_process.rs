//! A process for each engine, so that its memory is its own, and none that is left behind.

use std::{
    fmt::Display,
    io,
    process::{Output, Stdio},
};

use ch06_queues::signals::Signals;
use ch15_group_verification::compare::{Engine, StoreKind, Workload};
use serde_json::Value;
use tempfile::TempDir;
use tokio::{
    io::AsyncReadExt,
    process::{Child, Command},
    runtime::Builder,
    select, try_join,
};

use crate::ending::{Ended, Ending};

/// Measures one engine after the other, and the naive program.
pub fn measure_all(work: &Workload, engines: &[Engine]) -> Ended<(Vec<Value>, Value)> {
    let failed = |error| Ending::Failed(format!("cannot wait for other processes: {error}"));
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.map_err(failed)?.block_on(async {
        // From here on no signal ends this process before it has tidied up.
        let mut signals = Signals::listen().map_err(failed)?;
        let folder = match work.store {
            StoreKind::Memory => None,
            StoreKind::Sqlite => Some(folder_for_stores()?),
        };
        let mut ask = async |engine| measure(work, engine, folder.as_ref(), &mut signals).await;
        let mut measured = Vec::new();
        for &engine in engines {
            measured.push(ask(Some(engine)).await?);
        }
        let naive = ask(None).await?;
        Ok((measured, naive))
    })
}

/// Of this process, because one that is killed removes nothing.
fn folder_for_stores() -> Ended<TempDir> {
    tempfile::tempdir()
        .map_err(|error| Ending::Failed(format!("cannot make a folder for stores: {error}")))
}

/// `None` is the naive program.
async fn measure(
    work: &Workload,
    engine: Option<Engine>,
    folder: Option<&TempDir>,
    signals: &mut Signals,
) -> Ended<Value> {
    let name = engine.map_or("naive", Engine::name);
    let failed = |words: String| Ending::Failed(format!("{name}: {words}"));
    let broken = |error: io::Error| failed(error.to_string());
    let mut command = command(work, engine).map_err(broken)?;
    if let Some(folder) = folder {
        // Where the system looks for temporary files: on Unix, and on Windows.
        command.envs(["TMPDIR", "TMP"].map(|name| (name, folder.path())));
    }
    let mut child = command.spawn().map_err(broken)?;
    let ended = select! {
        biased;
        // Cancel safe.
        signal = signals.next() => Err(signal),
        // Not cancel safe, but then the process is not asked again.
        output = output_of(&mut child) => Ok(output),
    };
    let output = match ended {
        Ok(output) => output.map_err(broken)?,
        Err(signal) => {
            // And waits for its end. One that cannot be killed has ended.
            let _ = child.kill().await;
            return Err(Ending::Stopped(signal));
        }
    };
    if !output.status.success() {
        return Err(failed(last_words(&output)));
    }
    serde_json::from_slice(&output.stdout).map_err(|error| failed(error.to_string()))
}

fn command(work: &Workload, engine: Option<Engine>) -> io::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("compare");
    let mut flag = |name: &str, value: &dyn Display| {
        command.arg(name).arg(value.to_string());
    };
    flag("--groups", &work.groups);
    flag("--members", &work.members);
    flag("--kicks", &work.kicks);
    flag("--latency-ms", &work.latency.as_millis());
    flag("--seed", &work.seed);
    flag("--max-in-flight", &work.max_in_flight);
    flag("--store", &work.store.name());
    if let Some(rate) = work.rate {
        flag("--rate", &rate);
    }
    match engine {
        Some(engine) => command.args(["--in-this-process", "--engines", engine.name()]),
        None => command.arg("--naive"),
    };
    command.stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.kill_on_drop(true);
    Ok(command)
}

/// Like `wait_with_output`, which would keep the child to itself.
async fn output_of(child: &mut Child) -> io::Result<Output> {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let mut out = child.stdout.take().expect("it is piped");
    let mut err = child.stderr.take().expect("it is piped");
    // Both at once: a process that writes into a full pipe waits.
    try_join!(out.read_to_end(&mut stdout), err.read_to_end(&mut stderr))?;
    Ok(Output {
        status: child.wait().await?,
        stdout,
        stderr,
    })
}

/// Why a process ended, in one line: what it said itself or, if it was killed, what the system
/// says. A panic says more than that; its place and its message will do.
fn last_words(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    let mut lines = said.lines().filter(|line| !line.trim().is_empty());
    if let Some(error) = said.lines().find_map(|line| line.strip_prefix("error: ")) {
        return error.to_owned();
    }
    match (lines.next(), lines.next()) {
        (None, _) => output.status.to_string(),
        (Some(first), second) => format!("{first} {}", second.unwrap_or_default()),
    }
}
