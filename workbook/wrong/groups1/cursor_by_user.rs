//! Wrong: everybody after the last one named, so newcomers are warned in their first second.

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
    let mut last = UserId(0);
    loop {
        let pending = group.pending();
        let named: Vec<_> = pending
            .into_iter()
            .filter(|&user| user > last)
            .take(NAMES)
            .collect();
        let Some(&newest) = named.last() else {
            return Ok(());
        };
        let message = Message::Warning(named.clone());
        platform.call(&Call::SendToGroup(group.id, message)).await?;
        group.count(&named);
        last = newest;
    }
}

// From here on as in the solution:
// /// A group that lives on while a scan waits.
