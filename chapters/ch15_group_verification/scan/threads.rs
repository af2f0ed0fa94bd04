use std::{
    fs, io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Mutex,
};

use stage::try_on_threads;

use super::{Report, caught, scan_group_blocking};
use crate::{
    model::Timestamp,
    platform::BlockingPlatform,
    policy::Policy,
    store::{BlockingStore, StoreError},
};

/// Why [`threads`] could not scan.
#[derive(Debug, thiserror::Error)]
pub enum ThreadsError {
    /// The store cannot name its groups.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// More threads than the system grants.
    #[error("cannot start {asked} threads: {reason}")]
    TooMany {
        /// How many it would take.
        asked: usize,
        /// What stands against it.
        reason: io::Error,
    },
}

/// A thread for each group, but no more than `most` at a time; whoever is done takes the next
/// group.
///
/// # Errors
///
/// If the store cannot name its groups, or the system cannot start that many threads; what was
/// begun until then has been done and stored. A group that fails is part of the report.
#[expect(clippy::missing_panics_doc, reason = "what is expected cannot fail")]
pub fn threads<P: BlockingPlatform, S: BlockingStore>(
    platform: &P,
    store: &S,
    at: Timestamp,
    policy: &Policy,
    most: usize,
) -> Result<Report, ThreadsError> {
    let groups = store.groups()?;
    let workers = groups.len().min(most.max(1));
    let too_many = |reason| ThreadsError::TooMany {
        asked: workers,
        reason,
    };
    there_is_room_for(workers).map_err(too_many)?;
    let waiting = Mutex::new(groups.into_iter());
    let waiting = || waiting.lock().expect("nothing panics while it is held");
    let next = || waiting().next();
    let work = || {
        let mut outcomes = Vec::new();
        while let Some(group) = next() {
            let scan = AssertUnwindSafe(|| scan_group_blocking(platform, store, group, at, policy));
            outcomes.push((group, caught(catch_unwind(scan))));
        }
        outcomes
    };
    let give_up = || drop(std::mem::take(&mut *waiting()));
    let outcomes = try_on_threads((0..workers).map(|_| work), give_up).map_err(too_many)?;
    Ok(Report::sorted(outcomes.concat()))
}

/// Most limits are noticed when a thread cannot be started. One is noticed by the thread, when it
/// maps a stack for its signals, and then the standard library ends the whole process. So that
/// one has to be asked for before.
fn there_is_room_for(threads: usize) -> io::Result<()> {
    // Linux; other systems do not count what is mapped.
    let maps = fs::read_to_string("/proc/sys/vm/max_map_count");
    let Some(maps) = maps.ok().and_then(|maps| maps.trim().parse::<usize>().ok()) else {
        return Ok(());
    };
    // Two stacks and a guard page for each; a fifth is left to everything else.
    let room = maps / 5;
    if threads <= room {
        return Ok(());
    }
    let words = format!("the system has room for {room} (vm.max_map_count is {maps})");
    Err(io::Error::other(words))
}
