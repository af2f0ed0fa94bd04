//! Wrong: swallows the error and goes on.

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
    let mut to_warn = group.pending();
    loop {
        let pending = group.pending();
        to_warn.retain(|user| pending.contains(user));
        if to_warn.is_empty() {
            return Ok(());
        }
        let named: Vec<_> = to_warn.drain(..NAMES.min(to_warn.len())).collect();
        let message = Message::Warning(named.clone());
        if platform
            .call(&Call::SendToGroup(group.id, message))
            .await
            .is_ok()
        {
            group.count(&named);
        }
    }
}

// From here on as in the solution:
// /// A group that lives on while a scan waits.
