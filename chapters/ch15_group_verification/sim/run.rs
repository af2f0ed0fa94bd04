use std::{
    cell::Cell,
    future::{pending, poll_fn},
    pin::pin,
    sync::Arc,
    time::Duration,
};

use tokio::{
    join, select,
    sync::{mpsc, watch},
    time::Instant,
};

use super::{SimPlatform, World};
use crate::{
    bot::{Bot, Codes, Scans},
    clock::Clock,
    model::Timestamp,
    platform::Polite,
    policy::Policy,
    store::{Store, StoreError},
};

/// How one bot serves the simulated world.
#[derive(Clone, Debug)]
pub struct BotRun {
    /// Its numbers.
    pub policy: Policy,
    /// How much faster than ours its time is.
    pub speed: f64,
    /// How its owner's scans are carried out.
    pub scans: Scans,
    /// For codes.
    pub seed: u64,
    /// When it ends at the latest.
    pub until: Timestamp,
    /// How far the clock of its host is wrong, in milliseconds.
    pub clock_error: i64,
}

/// Lets a bot serve the world until [`BotRun::until`], or until `stop` is ready.
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
    run: &BotRun,
    stop: impl Future<Output = ()>,
) -> Result<(), StoreError> {
    // A world that is over needs no bot.
    if platform.clock().now() >= run.until {
        return Ok(());
    }
    let manners = run.policy.clone().at_speed(run.speed);
    let polite = Polite::new(Arc::clone(platform), &manners);
    let host = platform
        .clock()
        .now()
        .0
        .saturating_add_signed(run.clock_error);
    let clock = Clock::new(Timestamp(host), run.speed);
    let codes = Codes::Seeded(run.seed);
    let bot = Bot::new(polite, store, run.policy.clone(), clock, codes, run.scans);
    // One event may be on its way; the rest waits in the world.
    let (events, inbox) = mpsc::channel(1);
    let (stop_sender, stopped) = watch::channel(false);
    let ending = async {
        select! {
            biased;
            () = stop => {}
            () = platform.clock().sleep_until(run.until) => {}
        }
        // Nobody listens if the bot has ended already.
        let _ = stop_sender.send(true);
        pending::<()>().await;
    };
    // All that people do in one instant is not so much.
    let too_often = 2_000 + 20 * platform.with_world(|world| world.people().len());
    platform.start();
    // The second branch never ends by itself.
    select! {
        biased;
        served = never_spinning(bot.run(inbox, stopped), too_often) => served?,
        _ = async { join!(platform.pump(events), ending) } => unreachable!("neither ends"),
    }
    platform.stopped();
    Ok(())
}

/// Lets bots serve a world one after the other, as often as processes end in it, until `stop` is
/// ready.
///
/// # Errors
///
/// If the store fails.
pub async fn serve_through_restarts<S: Store + Clone>(
    platform: &Arc<SimPlatform>,
    store: S,
    mut run: BotRun,
    stop: impl Future<Output = ()>,
) -> Result<(), StoreError> {
    let (clock, stopped) = (platform.clock(), Cell::new(false));
    let mut stop = pin!(async {
        stop.await;
        stopped.set(true);
    });
    // A world that goes on from its past has been through some of them.
    let now = clock.now();
    let mut restarts = platform.with_world(|world| world.restarts().to_vec());
    restarts.retain(|restart| restart.at >= now);
    for restart in restarts {
        let ends = clock.now().max(restart.at);
        if restart.graceful {
            // Both branches are cancel safe.
            let life = async {
                select! {
                    biased;
                    () = &mut stop => {}
                    () = clock.sleep_until(ends) => {}
                }
            };
            serve(platform, store.clone(), &run, life).await?;
            platform.check_stop(ends);
        } else {
            // Dropping the bot is the crash.
            select! {
                biased;
                () = clock.sleep_until(ends) => platform.crashed(),
                served = serve(platform, store.clone(), &run, &mut stop) => served?,
            }
        }
        if stopped.get() {
            return Ok(());
        }
        // Both branches are cancel safe.
        select! {
            biased;
            () = &mut stop => return Ok(()),
            () = clock.sleep(restart.pause) => {}
        }
        run.clock_error = restart.clock_error;
    }
    serve(platform, store, &run, stop).await
}

/// Checks at the end of each day, before which all was well for long enough, that nothing is owed.
/// Ends if too many rules are broken, else never.
pub async fn look_in(platform: &SimPlatform) {
    let hour = Duration::from_hours(1);
    let end = platform.with_world(World::end);
    let mut at = super::EPOCH;
    while at < end && !platform.is_broken() {
        at = at.after(hour);
        platform.clock().sleep_until(at).await;
        if at < end && at.since(super::EPOCH).as_secs().is_multiple_of(86_400) {
            platform.check_at(at);
        }
    }
    if !platform.is_broken() {
        pending::<()>().await;
    }
}

/// Panics if a future is polled again and again while time stands still.
async fn never_spinning<F: Future>(future: F, too_often: usize) -> F::Output {
    let mut future = pin!(future);
    let (mut last, mut polls) = (Instant::now(), 0);
    poll_fn(|context| {
        let now = Instant::now();
        polls = if now == last { polls + 1 } else { 0 };
        last = now;
        assert!(polls < too_often, "polled {polls} times in one instant");
        future.as_mut().poll(context)
    })
    .await
}
