//! Wrong: makes a call that failed again at once, until it works.

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

    if !warn.is_empty() {
        let users = warn.iter().map(|member| member.user).collect();
        let call = Call::SendToGroup(GROUP, Message::Warning(users));
        while platform.call(&call).await.is_err() {}
        for member in &mut warn {
            member.warnings += 1;
        }
        disk.save(warn).await;
    }
    for mut member in kick {
        match platform.call(&Call::Kick(GROUP, member.user)).await {
            Ok(_) | Err(CallError::Gone) => {
                member.kicked = true;
                disk.save(vec![member]).await;
            }
            Err(_) => return,
        }
    }
}

// From here on as in the solution:
// /// What has really happened, and what the disk says.
