//! Three groups are watched. One answers with an error now and then, one has a bug.

use std::{collections::HashMap, time::Duration};

use futures::future::join_all;
use stage::Instrument;
use thiserror::Error;
use tokio::{
    task::{Id, JoinSet},
    time::sleep,
};
use tracing::{info, info_span};

/// The groups.
pub const GROUPS: [&str; 3] = ["chess", "cooking", "cycling"];

/// A group that was started so often and panicked each time is left alone.
pub const STARTS: u32 = 3;

/// The platform does not let us in.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("no access")]
pub struct NoAccess;

/// All in one task: the first panic is the end of all.
///
/// # Panics
///
/// With the panic of a group.
pub async fn in_one_task_wrong() {
    join_all(GROUPS.map(watch)).await;
}

/// Each group a task, and somebody who starts those again that panic, after 1 s and 2 s. Returns the
/// groups that were left alone at last.
///
/// # Cancel safety
///
/// Dropping this future aborts all of them.
pub async fn supervised() -> Vec<&'static str> {
    let (mut tasks, mut running) = (JoinSet::new(), HashMap::new());
    for group in GROUPS {
        start(&mut tasks, &mut running, group, 1);
    }
    let mut left_alone = Vec::new();
    while let Some(ended) = tasks.join_next_with_id().await {
        let Err(panicked) = ended else { continue };
        let Some((group, starts)) = running.remove(&panicked.id()) else {
            continue;
        };
        if starts < STARTS {
            info!("{group} again in {starts} s");
            start(&mut tasks, &mut running, group, starts + 1);
        } else {
            info!("{group} is left alone");
            left_alone.push(group);
        }
    }
    left_alone
}

/// Who is running, and the how-manieth start that is.
type Running = HashMap<Id, (&'static str, u32)>;

fn start(tasks: &mut JoinSet<()>, running: &mut Running, group: &'static str, starts: u32) {
    let pause = Duration::from_secs(u64::from(starts) - 1);
    let watching = async move {
        sleep(pause).await;
        watch(group).await;
    };
    let task = tasks.spawn(watching.in_current_span());
    running.insert(task.id(), (group, starts));
}

/// Counts the members five times. An error is an answer like any other, and no reason to stop.
async fn watch(group: &'static str) {
    async {
        for round in 1..=5 {
            match count(group, round).await {
                Ok(members) => info!("{members}"),
                Err(error) => info!("{error}"),
            }
        }
    }
    .instrument(info_span!("watch", group))
    .await;
}

async fn count(group: &'static str, round: u32) -> Result<u32, NoAccess> {
    sleep(Duration::from_secs(1)).await;
    match (group, round) {
        ("cycling", 3) => Err(NoAccess),
        ("cooking", 2) => panic!("a member without a name"),
        _ => Ok(10 + round),
    }
}

/// Plays the watching on a lane of its own.
pub async fn told(watching: impl Future<Output = Vec<&'static str>>) -> Vec<&'static str> {
    watching.instrument(info_span!("supervisor")).await
}
