//! Wrong: who has been warned is still pending, so this never ends.

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
    loop {
        let named: Vec<_> = group.pending().into_iter().take(NAMES).collect();
        if named.is_empty() {
            return Ok(());
        }
        let message = Message::Warning(named.clone());
        platform.call(&Call::SendToGroup(group.id, message)).await?;
        group.count(&named);
    }
}

// From here on as in the solution:
// /// A group that lives on while a scan waits.
