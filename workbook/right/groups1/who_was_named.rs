//! Right: remembers who was pending in the beginning and who has been named since.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use ch15_group_verification::{
    model::{GroupId, MessageId, UserId},
    platform::{Answer, Call, CallError, Message, Platform, Reply},
};
use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

/// How many people one message may name.
const NAMES: usize = 3;

/// Warns everybody who is pending, once.
async fn warn(platform: &impl Platform, group: &Group) -> Result<(), CallError> {
    let first: std::collections::BTreeSet<_> = group.pending().into_iter().collect();
    let mut done = std::collections::BTreeSet::new();
    loop {
        let pending = group.pending().into_iter();
        let named: Vec<_> = pending
            .filter(|user| first.contains(user) && !done.contains(user))
            .take(NAMES)
            .collect();
        if named.is_empty() {
            break Ok(());
        }
        let call = Call::SendToGroup(group.id, Message::Warning(named.clone()));
        platform.call(&call).await?;
        group.count(&named);
        done.extend(named);
    }
}

// From here on as in the solution:
// /// A group that lives on while a scan waits.
