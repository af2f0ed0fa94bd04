//! Wrong: all messages are under way at the same time; none can know what happens during another.

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
    let pending = group.pending();
    let messages = pending.chunks(NAMES).map(|named| async move {
        let message = Message::Warning(named.to_vec());
        platform.call(&Call::SendToGroup(group.id, message)).await?;
        group.count(named);
        Ok(())
    });
    futures::future::try_join_all(messages).await.map(|_| ())
}

// From here on as in the solution:
// /// A group that lives on while a scan waits.
