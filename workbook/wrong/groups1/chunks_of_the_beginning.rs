//! Wrong: the third message was planned two messages ago; who has sent the code since is warned.

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
    for named in group.pending().chunks(NAMES) {
        let message = Message::Warning(named.to_vec());
        platform.call(&Call::SendToGroup(group.id, message)).await?;
        group.count(named);
    }
    Ok(())
}

// From here on as in the solution:
// /// A group that lives on while a scan waits.
