//! Right: a queue that is filled once, and names are taken from it one by one.

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
    let mut queue = std::collections::VecDeque::from(group.pending());
    while !queue.is_empty() {
        let mut named = Vec::new();
        while named.len() < NAMES
            && let Some(user) = queue.pop_front()
        {
            if group.pending().contains(&user) {
                named.push(user);
            }
        }
        if !named.is_empty() {
            let message = Message::Warning(named.clone());
            platform.call(&Call::SendToGroup(group.id, message)).await?;
            group.count(&named);
        }
    }
    Ok(())
}

// From here on as in the solution:
// /// A group that lives on while a scan waits.
