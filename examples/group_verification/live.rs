//! A bot's life in the simulated world, watched and stopped.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use ch15_group_verification::{
    bot::Scans,
    clock::Clock,
    model::Timestamp,
    policy::Policy,
    report,
    sim::{BotRun, Disk, EPOCH, JournalFailure, SimPlatform, World, serve_through_restarts},
    store::{BlockingStore, Store},
};
use tokio::{runtime::Builder, select, sync::Notify};

use crate::{
    ending::{Ended, Ending},
    journal::{Files, failure_of},
    output::Output,
    simulate::Simulation,
    stop,
    terminal::{Wipe, has_progress, show},
    told::{Told, cast},
    unfinished::Unfinished,
    world_file::WorldFile,
};

/// Lets the bot live in the world, and tells what happened.
pub fn live(
    flags: &Simulation,
    store: impl Store,
    reader: &dyn BlockingStore,
    world: Option<WorldFile>,
) -> Ended {
    let began = Instant::now();
    let unfinished = Unfinished::default();
    let asked = stop::listen(flags.speed.is_some(), &unfinished)?;
    let output = |path| Output::create(path, &unfinished);
    let transcript = flags.transcript.as_deref().map(output).transpose()?;
    let picture = flags.svg.as_deref().map(output).transpose()?;

    let files = Files { world, transcript };
    let runtime = Builder::new_current_thread()
        .enable_all()
        .start_paused(flags.speed.is_none())
        .build()
        .map_err(|error| Ending::Failed(format!("no runtime: {error}")))?;
    let (platform, ended) = runtime.block_on(run(flags, store, &files, &asked))?;
    // Waits for calls of the store that have begun.
    drop(runtime);
    files.finish(&platform)?;

    let told = Told {
        flags,
        platform: &platform,
        rosters: report::rosters(reader)?,
        simulated: ended.since(EPOCH),
        wall: began.elapsed(),
    };
    told.tell(picture)
}

/// Until the end of the world, or until it is asked to stop; says when that was.
async fn run(
    flags: &Simulation,
    store: impl Store,
    files: &Files,
    asked: &Notify,
) -> Ended<(Arc<SimPlatform>, Timestamp)> {
    let speed = flags.speed.unwrap_or(1.0);
    let past = files.past();
    // A world that has a past goes on from its last moment.
    let last = past.lines().next_back();
    let last = last.and_then(|line| line.split(' ').next()?.parse().ok());
    let clock = Clock::new(last.map_or(EPOCH, Timestamp), speed);
    let world = World::new(flags.settings.clone());
    let watched = cast(&world);
    let platform = Arc::new(SimPlatform::new(world, clock, files.journal()?));
    platform.watch(watched.iter().map(|(user, _)| *user));
    platform
        .replay(past)
        .map_err(|error| Ending::Wrong(format!("the world of this store: {error}")))?;
    let limits = flags.scans == Scans::Bounded;
    let run = BotRun {
        policy: Policy {
            groups_in_flight: if limits {
                flags.max_in_flight
            } else {
                usize::MAX
            },
            calls_per_second: limits.then_some(flags.rate),
            ..Policy::default()
        },
        speed,
        scans: flags.scans,
        seed: flags.settings.seed,
        until: platform.with_world(World::end),
        clock_error: 0,
    };
    // Serving ends at a safe point. What drops it is a crash, after which a bot can go on; without
    // its journal the world cannot.
    let store = Arc::new(Disk(store));
    select! {
        biased;
        served = serve_through_restarts(&platform, store, run.clone(), asked.notified()) => served?,
        failure = watch(&platform, flags) => return Err(files.failed(&failure)),
    }
    let ended = platform.clock().now().min(run.until);
    Ok((platform, ended))
}

/// Tells on a terminal how far it is, until a file of the journal cannot be written.
async fn watch(platform: &SimPlatform, flags: &Simulation) -> JournalFailure {
    let shows = !flags.json && has_progress();
    let _at_the_end = shows.then_some(Wipe);
    let blink = Duration::from_secs_f64(flags.speed.unwrap_or(1.0) / 10.0);
    let pause = blink.max(Duration::from_mins(15));
    loop {
        if let Some(failure) = failure_of(platform) {
            return failure;
        }
        let counts = platform.counts();
        if shows {
            show(&format!(
                "{}  {} calls, {} warnings",
                report::day_and_time(platform.clock().now()),
                counts.calls,
                counts.warnings_delivered
            ));
        }
        platform.clock().sleep(pause).await;
    }
}
