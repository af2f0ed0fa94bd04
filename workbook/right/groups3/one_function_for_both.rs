//! Right: one helper that acts and then records, and says whether the round goes on.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use ch15_group_verification::{
    model::{GroupId, MessageId, UserId},
    platform::{Answer, Call, CallError, Message, Platform, Reply},
};
use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

const WARNINGS: u8 = 3;
const GROUP: GroupId = GroupId(1);

#[derive(Clone, Copy, Debug, PartialEq)]
struct Member {
    user: UserId,
    warnings: u8,
    kicked: bool,
}

/// One round. If a call fails, the rest has to wait for the next one.
async fn scan(platform: &impl Platform, disk: &World) {
    let members = disk
        .load()
        .await
        .into_iter()
        .filter(|member| !member.kicked);
    let (kick, mut warn): (Vec<_>, Vec<_>) =
        members.partition(|member| member.warnings >= WARNINGS);

    let act = async |call: Call, members: Vec<Member>| {
        let done = matches!(platform.call(&call).await, Ok(_) | Err(CallError::Gone));
        if done {
            disk.save(members).await;
        }
        done
    };
    if !warn.is_empty() {
        let users = warn.iter().map(|member| member.user).collect();
        warn.iter_mut().for_each(|member| member.warnings += 1);
        if !act(Call::SendToGroup(GROUP, Message::Warning(users)), warn).await {
            return;
        }
    }
    for member in kick {
        let call = Call::Kick(GROUP, member.user);
        let kicked = true;
        if !act(call, vec![Member { kicked, ..member }]).await {
            return;
        }
    }
}

// From here on as in the solution:
// /// What has really happened, and what the disk says.
