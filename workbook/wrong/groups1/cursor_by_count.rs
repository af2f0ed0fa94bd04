//! Wrong: a cursor by count; when somebody before it sends the code, the list moves and one is left out.

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
    let mut cursor = 0;
    loop {
        let pending = group.pending();
        let named: Vec<_> = pending.into_iter().skip(cursor).take(NAMES).collect();
        if named.is_empty() {
            return Ok(());
        }
        let message = Message::Warning(named.clone());
        platform.call(&Call::SendToGroup(group.id, message)).await?;
        group.count(&named);
        cursor += named.len();
    }
}

// From here on as in the solution:
// /// A group that lives on while a scan waits.
