//! Wrong: chunks are cut first and filtered later, so there are more messages than needed, and empty ones.

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
    for chunk in group.pending().chunks(NAMES) {
        let pending = group.pending();
        let named: Vec<_> = chunk
            .iter()
            .copied()
            .filter(|user| pending.contains(user))
            .collect();
        if named.is_empty() {
            continue;
        }
        let message = Message::Warning(named.clone());
        platform.call(&Call::SendToGroup(group.id, message)).await?;
        group.count(&named);
    }
    Ok(())
}

// From here on as in the solution:
// /// A group that lives on while a scan waits.
