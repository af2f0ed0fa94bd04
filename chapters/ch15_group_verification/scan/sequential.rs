use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{Report, caught, scan_group_blocking};
use crate::{
    model::Timestamp,
    platform::BlockingPlatform,
    policy::Policy,
    store::{BlockingStore, StoreError},
};

/// One group after the other, one call after the other, on the thread that asks.
///
/// # Errors
///
/// If the store cannot name its groups. A group that fails is part of the report.
pub fn sequential<P: BlockingPlatform, S: BlockingStore>(
    platform: &P,
    store: &S,
    at: Timestamp,
    policy: &Policy,
) -> Result<Report, StoreError> {
    let outcomes = store.groups()?.into_iter().map(|group| {
        // What a panic leaves behind is what a crash would: a store that is whole.
        let scan = AssertUnwindSafe(|| scan_group_blocking(platform, store, group, at, policy));
        (group, caught(catch_unwind(scan)))
    });
    Ok(Report(outcomes.collect()))
}
