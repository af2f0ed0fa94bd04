//! Stopping a service: no new work, finish what runs, and a second signal forces.

use std::{
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use ch06_queues::signals::StopSignal;
use stage::Instrument;
use tokio::{task::JoinSet, time::sleep};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::{info, info_span};

const BETWEEN_REQUESTS: Duration = Duration::from_millis(200);
const TO_ANSWER: Duration = Duration::from_millis(800);

/// How a service ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shutdown {
    /// Requests that were accepted.
    pub accepted: u32,
    /// Requests that were answered.
    pub answered: u32,
    /// The second signal, if there was one: what still ran was cut off.
    pub forced_by: Option<StopSignal>,
}

/// Serves until `stop` is ready, saying why; then accepts nothing more and finishes what it has accepted.
/// If `force`, which is not looked at before, is ready sooner, the rest is cut off.
///
/// # Cancel safety
///
/// Dropped before its end, it cuts off its requests, too, but does not wait until they have ended.
pub async fn serve(
    stop: impl Future<Output = String>,
    force: impl Future<Output = StopSignal>,
) -> Shutdown {
    let requests = TaskTracker::new();
    let cut_off = CancellationToken::new();
    let _if_dropped = cut_off.clone().drop_guard();
    let answered = Arc::new(AtomicU32::new(0));

    let start = |id| {
        let request = answer(id, Arc::clone(&answered)).instrument(info_span!("request", id));
        requests.spawn(cut_off.clone().run_until_cancelled_owned(request));
    };
    let accepted = accept(stop, start).await;

    requests.close();
    info!("finishing {}", requests.len());
    let forced_by = tokio::select! {
        biased;
        // Cancel safe: waiting changes nothing.
        () = requests.wait() => None,
        // Not polled again, whoever wins.
        signal = force => {
            info!("{signal}: cutting off {}", requests.len());
            cut_off.cancel();
            requests.wait().await;
            Some(signal)
        }
    };
    Shutdown {
        accepted,
        answered: answered.load(Ordering::Relaxed),
        forced_by,
    }
}

/// Leaves when it is told to. The requests are dropped with the set that owned them.
pub async fn leave_at_once_wrong(stop: impl Future<Output = String>) -> Shutdown {
    let mut requests = JoinSet::new();
    let answered = Arc::new(AtomicU32::new(0));
    let accepted = accept(stop, |id| {
        requests.spawn(answer(id, Arc::clone(&answered)).instrument(info_span!("request", id)));
    })
    .await;
    drop(requests);
    Shutdown {
        accepted,
        answered: answered.load(Ordering::Relaxed),
        forced_by: None,
    }
}

/// Starts a request every 200 ms until `stop` is ready; tells how many.
async fn accept(stop: impl Future<Output = String>, mut start: impl FnMut(u32)) -> u32 {
    let mut accepted = 0;
    let mut stop = pin!(stop);
    info!("serving");
    loop {
        tokio::select! {
            biased;
            // Kept from one turn to the next.
            reason = &mut stop => {
                info!("{reason}: accepting no more");
                return accepted;
            }
            // Cancel safe.
            () = sleep(BETWEEN_REQUESTS) => {
                accepted += 1;
                start(accepted);
            }
        }
    }
}

async fn answer(id: u32, answered: Arc<AtomicU32>) {
    sleep(TO_ANSWER).await;
    info!("answered {id}");
    answered.fetch_add(1, Ordering::Relaxed);
}
