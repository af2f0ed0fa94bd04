use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Mutex,
};

use stage::on_threads;

use super::{Report, caught, scan_group_blocking};
use crate::{
    model::Timestamp,
    platform::BlockingPlatform,
    policy::Policy,
    store::{BlockingStore, StoreError},
};

/// A thread for each group, but no more than `most` at a time; whoever is done takes the next
/// group.
///
/// # Errors
///
/// If the store cannot name its groups. A group that fails is part of the report.
///
/// # Panics
///
/// If the system cannot start that many threads.
pub fn threads<P: BlockingPlatform, S: BlockingStore>(
    platform: &P,
    store: &S,
    at: Timestamp,
    policy: &Policy,
    most: usize,
) -> Result<Report, StoreError> {
    let groups = store.groups()?;
    let workers = groups.len().min(most.max(1));
    let waiting = Mutex::new(groups.into_iter());
    let next = || waiting.lock().expect("nothing panics in `next`").next();
    let work = || {
        let mut outcomes = Vec::new();
        while let Some(group) = next() {
            let scan = AssertUnwindSafe(|| scan_group_blocking(platform, store, group, at, policy));
            outcomes.push((group, caught(catch_unwind(scan))));
        }
        outcomes
    };
    let outcomes = on_threads((0..workers).map(|_| work)).concat();
    Ok(Report::sorted(outcomes))
}
