//! Right: one call in a block that holds the place; it says how long to wait, and the waiting is outside.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use ch15_group_verification::{
    model::{GroupId, UserId},
    platform::{Answer, Call, CallError, Platform, Reply},
};
use futures::future::join_all;
use stage::Instrument;
use tokio::{
    sync::Semaphore,
    time::{Instant, sleep, sleep_until},
};
use tracing::{info, info_span};

const GROUP: GroupId = GroupId(1);
/// Calls that may be under way at the same time, for all groups together.
const PLACES: usize = 1;
/// From a call without an answer to the next try.
const PAUSE: Duration = Duration::from_secs(30);

/// A member in one of their stays.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Stay(UserId, u32);

/// Kicks this member, if that is still called for.
async fn kick(
    planned: Stay,
    group: &Group,
    places: &Semaphore,
    platform: &impl Platform,
) -> Result<(), CallError> {
    loop {
        let wait = {
            let _place = places.acquire().await.expect("never closed");
            if !group.is_pending(planned) {
                break Ok(());
            }
            match platform.call(&Call::Kick(GROUP, planned.0)).await {
                Ok(_) => {
                    group.kicked(planned);
                    break Ok(());
                }
                Err(CallError::Gone) => break Ok(()),
                Err(CallError::RateLimited(wait)) => wait,
                Err(CallError::Transient) => PAUSE,
                Err(error) => break Err(error),
            }
        };
        sleep(wait).await;
    }
}

// From here on as in the solution:
// /// What the bot knows of its members; news reach it at once.
