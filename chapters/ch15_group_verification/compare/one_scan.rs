//! One small scan, to be recorded and drawn.

use std::{sync::Arc, time::Duration};

use tokio::{select, sync::watch};

use super::{Line, NOW, Workload};
use crate::{
    platform::Polite,
    policy::Policy,
    scan::{Scan, bounded},
    store::BlockingStore,
};

/// Six groups of four, three at the same time, by [`bounded`].
///
/// # Panics
///
/// Never: its store is in memory.
pub async fn one_scan() {
    let workload = Workload {
        groups: 6,
        members: 4,
        latency: Duration::from_millis(200),
        max_in_flight: 3,
        ..Workload::default()
    };
    let policy = Policy {
        groups_in_flight: workload.max_in_flight,
        calls_per_second: workload.rate,
        ..Policy::default()
    };
    let line = Arc::new(Line::new(workload.latency));
    let store = Arc::new(workload.memory());
    let groups = store.groups().expect("memory does not fail");
    let scan = Scan {
        platform: Polite::new(Arc::clone(&line), &policy),
        store,
        at: NOW,
        policy,
        stop: None,
    };
    let (_never, stop) = watch::channel(false);
    let scan = bounded(groups, Arc::new(scan), workload.max_in_flight, stop);
    // Whichever is dropped: the scan is not before it is over, and the line never ends.
    select! {
        biased;
        _report = scan => {}
        () = line.deliver() => {}
    }
}
