//! The group-verification bot: days of its life in a simulated world, its four ways to scan
//! side by side, and a look into its store.

use std::{
    collections::BTreeSet,
    ffi::OsString,
    fmt::Display,
    fs::{File, OpenOptions},
    io::{IsTerminal, Write},
    ops::RangeInclusive,
    path::{Path, PathBuf},
    process::{self, Command},
    str::FromStr,
    sync::Arc,
    time::{Duration, Instant},
};

use ch15_group_verification::{
    clock::Clock,
    compare::{Engine, Task},
    model::{GroupId, Timestamp, UserId},
    policy::Policy,
    report::{self, Standing, Summary},
    sim::{Disk, EPOCH, Journal, Kind, Run, Settings, SimPlatform, World, one_scan, serve},
    store::{BlockingStore, Memory, OffThread, Sqlite, Store, StoreError},
};
use lexopt::{Arg, Parser};
use tokio::{runtime::Builder, select, signal, sync::Notify};

const HELP: &str = "\
Usage: group_verification [COMMAND] [OPTIONS]

Commands:
  simulate   days of the bot's life in a simulated world [default]
  compare    one scan of the same groups by each engine, measured
  inspect    who stands where in a store

Options of simulate:
      --groups N         groups, 1 to 10000 [default: 20]
      --members N        people who join each of them, 1 to 1000 [default: 10]
      --days N           days, 1 to 365 [default: 3]
      --seed N           where all chance comes from [default: 1]
      --engine NAME      gather (no limits) or bounded [default: bounded]
      --faults RATE      share of calls that fail, 0 to 1 [default: 0.02]
      --max-in-flight N  groups that act at the same time, 1 to 100000 [default: 32]
      --rate N           calls per second, 1 to 1000000 [default: 50]
      --store STORE      memory or sqlite:PATH [default: memory]
      --real             on the real clock; without it days pass in milliseconds
      --speed X          with --real: so many times faster, up to 1000000 [default: 1]
      --transcript FILE  write down everything that happens
      --svg FILE         also draw the timeline of a scan as an SVG picture
      --json             print figures only, for programs
      --virtual          not on the real clock, which is the default
      --no-timeline      leave out the timeline of a scan

Options of compare:
      --groups N         groups, 1 to 1000000 [default: 50]
      --members N        members of each, 1 to 1000 [default: 5]
      --latency-ms N     duration of each call, 1 to 60000 [default: 10]
      --kicks N          members of each group who have used up their warnings [default: 1]
      --seed N           which members these are [default: 1]
      --engines LIST     of sequential,threads,gather,bounded [default: all four]
      --max-in-flight N  groups of bounded, threads of threads, 1 to 100000 [default: 1000]
      --rate N           calls per second of bounded, 1 to 1000000 [default: none]
      --json             print JSON

Options of inspect:
      --store sqlite:PATH  which store
      --group N            only this group
      --json               print JSON

  -h, --help             print this help";

/// What ends the program: words for standard error, and an exit code.
struct Failure(String, i32);

type Outcome<T = ()> = Result<T, Failure>;

impl From<lexopt::Error> for Failure {
    fn from(error: lexopt::Error) -> Self {
        Self(format!("{error}; see --help"), 2)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self(error.to_string(), 2)
    }
}

fn main() {
    let mut arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let is_command = |first: &OsString| !first.to_string_lossy().starts_with('-');
    let command = match arguments.first() {
        Some(first) if is_command(first) => arguments.remove(0),
        _ => "simulate".into(),
    };
    let parser = Parser::from_args(arguments);
    let outcome = match command.to_str() {
        Some("simulate") => simulate(parser),
        Some("compare") => compare(parser),
        Some("inspect") => inspect(parser),
        _ => Err(Failure(
            format!(
                "unknown command '{}'; there are simulate, compare and inspect",
                command.to_string_lossy()
            ),
            2,
        )),
    };
    if let Err(Failure(words, code)) = outcome {
        eprintln!("error: {words}");
        process::exit(code);
    }
}

/// The flags of `simulate`.
struct Simulation {
    settings: Settings,
    engine: Engine,
    max_in_flight: usize,
    rate: u32,
    sqlite: Option<PathBuf>,
    /// How many times faster than the real clock; `None` for the virtual one.
    speed: Option<f64>,
    transcript: Option<PathBuf>,
    svg: Option<PathBuf>,
    json: bool,
    timeline: bool,
}

fn simulate(mut parser: Parser) -> Outcome {
    let mut flags = Simulation {
        settings: Settings {
            seed: 1,
            groups: 20,
            members: 10,
            days: 3,
            faults: 0.02,
            owner: Policy::default().owner,
        },
        engine: Engine::Bounded,
        max_in_flight: 32,
        rate: 50,
        sqlite: None,
        speed: None,
        transcript: None,
        svg: None,
        json: false,
        timeline: true,
    };
    let settings = &mut flags.settings;
    let (mut real, mut speed) = (false, None);
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("groups") => settings.groups = number(&mut parser, "--groups", 1..=10_000)?,
            Arg::Long("members") => settings.members = number(&mut parser, "--members", 1..=1000)?,
            Arg::Long("days") => settings.days = number(&mut parser, "--days", 1..=365)?,
            Arg::Long("seed") => settings.seed = number(&mut parser, "--seed", 0..=u64::MAX)?,
            Arg::Long("engine") => flags.engine = engine(&mut parser)?,
            Arg::Long("faults") => settings.faults = number(&mut parser, "--faults", 0.0..=1.0)?,
            Arg::Long("max-in-flight") => {
                flags.max_in_flight = number(&mut parser, "--max-in-flight", 1..=100_000)?;
            }
            Arg::Long("rate") => flags.rate = number(&mut parser, "--rate", 1..=1_000_000)?,
            Arg::Long("store") => flags.sqlite = store(&mut parser)?,
            Arg::Long("real") => real = true,
            Arg::Long("virtual") => real = false,
            Arg::Long("speed") => speed = Some(number(&mut parser, "--speed", 0.001..=1e6)?),
            Arg::Long("transcript") => flags.transcript = Some(parser.value()?.into()),
            Arg::Long("svg") => flags.svg = Some(parser.value()?.into()),
            Arg::Long("json") => flags.json = true,
            Arg::Long("no-timeline") => flags.timeline = false,
            Arg::Long("help") | Arg::Short('h') => help(),
            unknown => return Err(unknown.unexpected().into()),
        }
    }
    flags.speed = match speed {
        Some(speed) if !real => {
            let words = format!("--speed {speed} needs --real; the virtual clock has no speed");
            return Err(Failure(words, 2));
        }
        speed => real.then_some(speed.unwrap_or(1.0)),
    };

    let transcript = flags.transcript.as_deref().map(create).transpose()?;
    match &flags.sqlite {
        None => {
            let store = Arc::new(Memory::default());
            live(
                &flags,
                Arc::clone(&store),
                &*store,
                Journal::new(None, transcript),
                "",
            )
        }
        Some(path) => {
            let (journal, past) = journal(path, &flags.settings)?;
            let store = Arc::new(Sqlite::open(path)?);
            let off_thread = OffThread::new(Arc::clone(&store));
            let journal = Journal::new(Some(journal), transcript);
            live(&flags, off_thread, &*store, journal, &past)
        }
    }
}

/// Lets the bot live in the world, and tells what happened.
fn live(
    flags: &Simulation,
    store: impl Store,
    reader: &dyn BlockingStore,
    journal: Journal,
    past: &str,
) -> Outcome {
    let began = Instant::now();
    let speed = flags.speed.unwrap_or(1.0);
    let runtime = Builder::new_current_thread()
        .enable_all()
        .start_paused(flags.speed.is_none())
        .build()
        .map_err(|error| Failure(format!("no runtime: {error}"), 1))?;
    let (platform, who, ended) = runtime.block_on(async {
        // A world that has a past goes on from its last moment.
        let last = past
            .lines()
            .next_back()
            .and_then(|line| line.split(' ').next());
        let epoch = last.and_then(|at| at.parse().ok()).map_or(EPOCH, Timestamp);
        let clock = Clock::new(epoch, speed);
        let world = World::new(flags.settings.clone());
        let who = cast(&world);
        let platform = Arc::new(SimPlatform::new(world, clock, journal));
        platform.watch(who.iter().map(|(user, _)| *user));
        platform
            .replay(past)
            .map_err(|error| Failure(format!("the world of this store: {error}"), 2))?;
        let run = Run {
            policy: Policy {
                groups_in_flight: if flags.engine == Engine::Bounded {
                    flags.max_in_flight
                } else {
                    usize::MAX
                },
                calls_per_second: Some(flags.rate),
                ..Policy::default()
            },
            clock,
            speed,
            polite: flags.engine == Engine::Bounded,
            // Whoever starts again hands out other codes.
            seed: flags.settings.seed ^ (past.len() as u64).rotate_left(32),
            until: platform.with_world(World::end),
        };
        let interrupt = if flags.speed.is_some() {
            Some(signals()?)
        } else {
            None
        };
        let stop = async {
            match interrupt {
                Some(interrupt) => interrupt.notified().await,
                None => std::future::pending().await,
            }
        };
        let progress = progress(&platform, clock, flags);
        // Progress never ends; serving ends at a safe point.
        select! {
            biased;
            served = serve(&platform, Disk(store), &run, stop) => served?,
            () = progress => {}
        }
        let ended = clock.now().min(run.until);
        Ok::<_, Failure>((platform, who, ended))
    })?;
    // Waits for calls of the store that have begun.
    drop(runtime);
    if let Some(error) = platform.journal_failure() {
        return Err(Failure(
            format!("the journal cannot be written: {error}"),
            1,
        ));
    }

    let summary = Summary {
        seed: flags.settings.seed,
        groups: flags.settings.groups,
        standing: Standing::of(report::rosters(reader)?.values()),
        counts: platform.counts(),
        simulated: ended.since(EPOCH),
        wall: began.elapsed(),
        transcript_digest: platform.transcript_digest(),
    };
    if flags.json {
        say(summary.json());
    } else {
        say(report::story(&platform.story(), &who));
        say(format!(
            "After {}, in {} groups:\n",
            days(summary.simulated),
            summary.groups
        ));
        say(summary.table());
    }
    let scan = stage::record(one_scan());
    if flags.timeline && !flags.json {
        say("\nOne scan of 6 groups, 3 at a time:\n");
        say(stage::timeline_of(&scan, 80));
    }
    if let Some(path) = &flags.svg {
        let act = ("One scan of 6 groups, 3 at a time".to_owned(), scan);
        create(path)?
            .write_all(stage::picture_of(&[act]).as_bytes())
            .map_err(|error| cannot_write(path, &error))?;
    }
    Ok(())
}

/// Whoever comes first of each of a few kinds, to tell about.
fn cast(world: &World) -> Vec<(UserId, String)> {
    let kinds = [
        Kind::WrongFirst,
        Kind::TwoGroups,
        Kind::SecondWarning,
        Kind::Bot,
    ];
    let people = kinds.into_iter().filter_map(|kind| {
        let like = world.people().iter().filter(|person| person.kind == kind);
        like.min_by_key(|person| person.comes)
    });
    people
        .map(|person| (person.user, person.kind.to_string()))
        .collect()
}

/// A line on the terminal that says how far it is; nothing elsewhere. Never ends, and wipes its
/// line when it is dropped.
async fn progress(platform: &SimPlatform, clock: Clock, flags: &Simulation) {
    if flags.json || wipe().is_empty() {
        return std::future::pending().await;
    }
    let _at_the_end = Wipe;
    let pause =
        Duration::from_mins(15).max(Duration::from_secs_f64(flags.speed.unwrap_or(1.0) / 10.0));
    loop {
        let counts = platform.counts();
        // Cut off at the margin rather than wrapped: only one line can be wiped.
        eprint!(
            "{}\x1b[?7l{}  {} calls, {} warnings\x1b[?7h\r",
            wipe(),
            report::day_and_time(clock.now()),
            counts.calls,
            counts.warnings_delivered
        );
        clock.sleep(pause).await;
    }
}

/// What makes room on a terminal for something else than the line of [`progress`].
fn wipe() -> &'static str {
    let plain = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
    if std::io::stderr().is_terminal() && !plain {
        "\r\x1b[K"
    } else {
        ""
    }
}

struct Wipe;

impl Drop for Wipe {
    fn drop(&mut self) {
        eprint!("{}", wipe());
    }
}

/// Told at the first SIGINT or SIGTERM; the second ends the program at once.
fn signals() -> Outcome<Arc<Notify>> {
    let interrupt = Arc::new(Notify::new());
    let told = Arc::clone(&interrupt);
    let failed = |error| Failure(format!("cannot listen for signals: {error}"), 1);
    #[cfg(unix)]
    let mut terminate =
        signal::unix::signal(signal::unix::SignalKind::terminate()).map_err(failed)?;
    #[cfg(unix)]
    let mut interrupted =
        signal::unix::signal(signal::unix::SignalKind::interrupt()).map_err(failed)?;
    // Lives as long as the runtime, whose owner waits for nothing else from it.
    tokio::spawn(async move {
        for first in [true, false] {
            #[cfg(unix)]
            // Both branches are cancel safe.
            select! {
                _ = terminate.recv() => {}
                _ = interrupted.recv() => {}
            }
            #[cfg(not(unix))]
            let _ = signal::ctrl_c().await;
            if first {
                eprintln!(
                    "{}stopping at the next safe point; once more to stop at once",
                    wipe()
                );
                told.notify_one();
            } else {
                eprint!("{}", wipe());
                process::exit(130);
            }
        }
    });
    Ok(interrupt)
}

/// The world's memory beside a store: what it says so far, and where to go on writing.
fn journal(store: &Path, settings: &Settings) -> Outcome<(File, String)> {
    let mut path = store.as_os_str().to_owned();
    path.push(".world");
    let path = PathBuf::from(path);
    let header = format!(
        "# --seed {} --groups {} --members {} --days {} --faults {}\n",
        settings.seed, settings.groups, settings.members, settings.days, settings.faults
    );
    let io = |error| cannot_write(&path, &error);
    let is_new = !path.exists();
    let has_store = std::fs::metadata(store).is_ok_and(|file| file.len() > 0);
    if is_new == has_store {
        if is_new {
            // Is it a store at all?
            Sqlite::open_read_only(store)?;
        }
        let words = "a store and its world ('PATH.world') go together, and one of them is missing";
        return Err(Failure(format!("store '{}': {words}", store.display()), 2));
    }
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .read(true)
        .open(&path)
        .map_err(io)?;
    if file.try_lock().is_err() {
        let words = format!("store '{}' is locked by another process", store.display());
        return Err(Failure(words, 2));
    }
    if is_new {
        file.write_all(header.as_bytes()).map_err(io)?;
        return Ok((file, String::new()));
    }
    let mut past = std::fs::read_to_string(&path).map_err(io)?;
    // A line that was being written when the process was killed.
    past.truncate(past.rfind('\n').map_or(0, |end| end + 1));
    file.set_len(past.len() as u64).map_err(io)?;
    match past.strip_prefix(&header) {
        Some(past) => Ok((file, past.to_owned())),
        None => Err(Failure(
            format!(
                "store '{}' was made with {}",
                store.display(),
                past.lines()
                    .next()
                    .unwrap_or_default()
                    .trim_start_matches("# ")
            ),
            2,
        )),
    }
}

fn compare(mut parser: Parser) -> Outcome {
    let mut task = Task {
        groups: 50,
        members: 5,
        kicks: 1,
        latency: Duration::from_millis(10),
        seed: 1,
        max_in_flight: 1000,
        rate: None,
    };
    let mut engines = Engine::ALL.to_vec();
    let (mut json, mut here) = (false, false);
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("groups") => task.groups = number(&mut parser, "--groups", 1..=1_000_000)?,
            Arg::Long("members") => task.members = number(&mut parser, "--members", 1..=1000)?,
            Arg::Long("latency-ms") => {
                let latency = number(&mut parser, "--latency-ms", 1..=60_000)?;
                task.latency = Duration::from_millis(latency);
            }
            Arg::Long("kicks") => task.kicks = number(&mut parser, "--kicks", 0..=1000)?,
            Arg::Long("seed") => task.seed = number(&mut parser, "--seed", 0..=u64::MAX)?,
            Arg::Long("engines") => engines = list(&mut parser)?,
            Arg::Long("max-in-flight") => {
                task.max_in_flight = number(&mut parser, "--max-in-flight", 1..=100_000)?;
            }
            Arg::Long("rate") => task.rate = Some(number(&mut parser, "--rate", 1..=1_000_000)?),
            Arg::Long("json") => json = true,
            // Not for people: how this program asks itself for one engine.
            Arg::Long("in-this-process") => here = true,
            Arg::Long("help") | Arg::Short('h') => help(),
            unknown => return Err(unknown.unexpected().into()),
        }
    }
    if task.kicks > task.members {
        let (kicks, members) = (task.kicks, task.members);
        let words =
            format!("--kicks takes a number from 0 to {members} (--members), not '{kicks}'");
        return Err(Failure(words, 2));
    }

    if here {
        for engine in engines {
            say(report::measured_json(engine, &task.measure(engine)?));
        }
        return Ok(());
    }
    let measured = engines
        .iter()
        .map(|&engine| in_own_process(&task, engine))
        .collect::<Outcome<Vec<_>>>()?;
    if json {
        say(report::comparison_json(&task, &measured));
    } else {
        say(format!(
            "One scan of {} groups of {}, {} of them to be kicked; {} ms a call\n",
            task.groups,
            task.members,
            task.kicks,
            task.latency.as_millis()
        ));
        say(report::comparison_table(&measured));
    }
    let digests: BTreeSet<_> = measured
        .iter()
        .map(|one| one["state_digest"].as_str())
        .collect();
    if digests.len() > 1 {
        return Err(Failure(format!("the engines disagree: {digests:?}"), 1));
    }
    Ok(())
}

/// A process for each engine, so that its memory is its own.
fn in_own_process(task: &Task, engine: Engine) -> Outcome<serde_json::Value> {
    let failed = |words: String| Failure(format!("{}: {words}", engine.name()), 1);
    let mut command = Command::new(std::env::current_exe().map_err(|e| failed(e.to_string()))?);
    let flags = [
        ("--groups", task.groups.to_string()),
        ("--members", task.members.to_string()),
        ("--kicks", task.kicks.to_string()),
        ("--latency-ms", task.latency.as_millis().to_string()),
        ("--seed", task.seed.to_string()),
        ("--max-in-flight", task.max_in_flight.to_string()),
        ("--engines", engine.name().to_owned()),
    ];
    command.args(["compare", "--in-this-process"]);
    command.args(
        flags
            .iter()
            .flat_map(|(flag, value)| [*flag, value.as_str()]),
    );
    if let Some(rate) = task.rate {
        command.args(["--rate", &rate.to_string()]);
    }
    let output = command
        .stderr(process::Stdio::inherit())
        .output()
        .map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        return Err(failed(output.status.to_string()));
    }
    serde_json::from_slice(&output.stdout).map_err(|error| failed(error.to_string()))
}

fn inspect(mut parser: Parser) -> Outcome {
    let (mut path, mut group, mut json) = (None, None, false);
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("store") => path = store(&mut parser)?,
            Arg::Long("group") => {
                group = Some(GroupId(number(&mut parser, "--group", 0..=u64::MAX)?));
            }
            Arg::Long("json") => json = true,
            Arg::Long("help") | Arg::Short('h') => help(),
            unknown => return Err(unknown.unexpected().into()),
        }
    }
    let Some(path) = path else {
        return Err(Failure("inspect needs --store sqlite:PATH".into(), 2));
    };
    let store = Sqlite::open_read_only(&path)?;
    let mut rosters = report::rosters(&store)?;
    if let Some(group) = group {
        rosters.retain(|&other, _| other == group);
        if rosters.is_empty() {
            let words = format!(
                "--group {group}: there is no such group in '{}'",
                path.display()
            );
            return Err(Failure(words, 2));
        }
    }
    if json {
        say(report::groups_json(&rosters));
        return Ok(());
    }
    if let Some(group) = group {
        say(report::group_table(group, &rosters[&group]));
    }
    say(Standing::of(rosters.values()).table().trim_end());
    Ok(())
}

fn help() -> ! {
    say(HELP);
    process::exit(0)
}

fn number<T>(parser: &mut Parser, flag: &str, allowed: RangeInclusive<T>) -> Outcome<T>
where
    T: FromStr + PartialOrd + Display,
{
    let value = parser.value()?.to_string_lossy().into_owned();
    let number = value.parse().ok().filter(|number| allowed.contains(number));
    number.ok_or_else(|| {
        let (from, to) = (allowed.start(), allowed.end());
        Failure(
            format!("{flag} takes a number from {from} to {to}, not '{value}'"),
            2,
        )
    })
}

fn engine(parser: &mut Parser) -> Outcome<Engine> {
    let value = parser.value()?.to_string_lossy().into_owned();
    let engine = Engine::named(&value);
    let engine = engine.filter(|engine| matches!(engine, Engine::Gather | Engine::Bounded));
    engine.ok_or_else(|| {
        let words = format!("--engine takes gather or bounded, not '{value}'");
        Failure(words, 2)
    })
}

fn list(parser: &mut Parser) -> Outcome<Vec<Engine>> {
    let value = parser.value()?.to_string_lossy().into_owned();
    let engines: Option<Vec<_>> = value.split(',').map(Engine::named).collect();
    engines.ok_or_else(|| {
        let names = Engine::ALL.map(Engine::name).join(",");
        Failure(format!("--engines takes some of {names}, not '{value}'"), 2)
    })
}

/// `None` means memory.
fn store(parser: &mut Parser) -> Outcome<Option<PathBuf>> {
    let value = parser.value()?.to_string_lossy().into_owned();
    match value.split_once(':') {
        None if value == "memory" => Ok(None),
        Some(("sqlite", path)) if !path.is_empty() => Ok(Some(path.into())),
        _ => Err(Failure(
            format!("--store takes memory or sqlite:PATH, not '{value}'"),
            2,
        )),
    }
}

fn create(path: &Path) -> Outcome<File> {
    File::create(path).map_err(|error| cannot_write(path, &error))
}

fn cannot_write(path: &Path, error: &std::io::Error) -> Failure {
    Failure(format!("cannot write '{}': {error}", path.display()), 2)
}

fn days(duration: Duration) -> String {
    format!("{:.1} days", duration.as_secs_f64() / 86_400.0)
}

/// Prints a line. A reader who has gone away (`| head`) is no reason to panic.
fn say(line: impl Display) {
    let _ = writeln!(std::io::stdout(), "{line}");
}
