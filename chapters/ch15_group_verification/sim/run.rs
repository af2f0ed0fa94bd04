use std::sync::Arc;

use tokio::{
    join, select,
    sync::{mpsc, watch},
};

use super::SimPlatform;
use crate::{
    bot::Bot,
    clock::Clock,
    model::Timestamp,
    platform::Platform,
    policy::Policy,
    scan::Polite,
    store::{Store, StoreError},
};

/// How one bot serves the simulated world.
#[derive(Clone, Debug)]
pub struct Run {
    /// Its numbers.
    pub policy: Policy,
    /// Its time.
    pub clock: Clock,
    /// How much faster than ours that is.
    pub speed: f64,
    /// With a pace, time-outs and retries; otherwise calls are made as they come.
    pub polite: bool,
    /// For codes and jitter.
    pub seed: u64,
    /// When it ends at the latest.
    pub until: Timestamp,
}

/// Lets a bot serve the world until [`Run::until`], or until `stop` is ready.
///
/// # Errors
///
/// If the store fails.
///
/// # Cancel safety
///
/// Dropping it is a crash of the bot: see [`Bot::run`].
pub async fn serve<S: Store>(
    platform: &Arc<SimPlatform>,
    store: S,
    run: &Run,
    stop: impl Future<Output = ()>,
) -> Result<(), StoreError> {
    let policy = run.policy.clone();
    if run.polite {
        let manners = policy.clone().at_speed(run.speed);
        let polite = Polite::new(Arc::clone(platform), &manners, run.seed);
        drive(
            platform,
            Bot::new(polite, store, policy, run.clock, run.seed),
            run,
            stop,
        )
        .await
    } else {
        let direct = Arc::clone(platform);
        drive(
            platform,
            Bot::new(direct, store, policy, run.clock, run.seed),
            run,
            stop,
        )
        .await
    }
}

async fn drive<P: Platform, S: Store>(
    platform: &SimPlatform,
    bot: Bot<P, S>,
    run: &Run,
    stop: impl Future<Output = ()>,
) -> Result<(), StoreError> {
    // A few events may be on their way; the rest waits in the world.
    let (events, inbox) = mpsc::channel(16);
    let (stop_sender, stopped) = watch::channel(false);
    let ending = async {
        select! {
            biased;
            () = stop => {}
            () = run.clock.sleep_until(run.until) => {}
        }
        // Nobody listens if the bot has ended already.
        let _ = stop_sender.send(true);
        std::future::pending::<()>().await;
    };
    // The second branch never ends by itself.
    select! {
        biased;
        served = bot.run(inbox, stopped) => served,
        _ = async { join!(platform.pump(events), ending) } => unreachable!("neither ends"),
    }
}
