//! Wrong: does not wait for as long as the platform asks.

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
        let place = places.acquire().await.expect("never closed");
        if !group.is_pending(planned) {
            return Ok(());
        }
        let answer = platform.call(&Call::Kick(GROUP, planned.0)).await;
        drop(place);
        match answer {
            Ok(_) => {
                group.kicked(planned);
                return Ok(());
            }
            Err(CallError::RateLimited(wait)) => sleep(Duration::from_secs(1)).await,
            Err(CallError::Transient) => sleep(PAUSE).await,
            Err(CallError::Gone) => return Ok(()),
            Err(error) => return Err(error),
        }
    }
}

// From here on as in the solution:
// /// What the bot knows of its members; news reach it at once.
