//! Runs the probes: what the notes on asyncio say, asked of Python itself.

use std::{
    future::ready,
    path::{Path, PathBuf},
    process::Stdio,
    thread,
    time::Duration,
};

use futures::{StreamExt, stream};
use tokio::{process::Command, time::timeout};

use crate::book::files_below;

/// The oldest Python that knows all the notes speak of: `TaskGroup`, `timeout`, `Barrier`.
const OLDEST: (u32, u32) = (3, 11);

/// What the probes of a folder have against it, each stopped after `patience`; `None` if there is
/// no Python, or one that is too old.
pub async fn faults(root: &Path, folder: &str, patience: Duration) -> Option<Vec<String>> {
    if version().await? < OLDEST {
        return None;
    }
    let at_once = thread::available_parallelism().map_or(1, usize::from);
    let probes = stream::iter(files_below(root, Path::new(folder), "py"));
    let faults = probes
        .map(|probe| fault(root, probe, patience))
        .buffered(at_once)
        .filter_map(ready);
    Some(faults.collect().await)
}

/// A probe is right if it ends well and in silence: a coroutine that nobody awaited or an exception
/// that nobody fetched is told on stderr only, and would pass unseen.
async fn fault(root: &Path, probe: PathBuf, patience: Duration) -> Option<String> {
    let words = match timeout(patience, python().arg(root.join(&probe)).output()).await {
        Err(_) => format!("has not ended after {patience:?}, and was killed"),
        Ok(Err(error)) => format!("cannot be run: {error}"),
        Ok(Ok(output)) => {
            let said = [output.stdout, output.stderr].concat();
            if output.status.success() && said.is_empty() {
                return None;
            }
            format!("{}\n{}", output.status, String::from_utf8_lossy(&said))
        }
    };
    Some(format!("{}: {}", probe.display(), words.trim_end()))
}

async fn version() -> Option<(u32, u32)> {
    let print = "import sys; print(*sys.version_info[:2])";
    let output = python().args(["-c", print]).output().await.ok()?;
    let said = String::from_utf8(output.stdout).ok()?;
    let (major, minor) = said.trim().split_once(' ')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// Python as readers have it, whatever is set or installed here: `-I` heeds no variable (one of
/// them, `PYTHONOPTIMIZE`, would leave out every `assert`), `-S` finds the standard library only.
/// Not `-X dev`: asyncio's debug mode behaves otherwise than the programs that notes speak of (it
/// refuses a `call_soon` from another thread, for one).
fn python() -> Command {
    let mut python = Command::new("python3");
    python.args(["-I", "-S"]).stdin(Stdio::null());
    python.kill_on_drop(true);
    python
}
