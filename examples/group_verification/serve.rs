//! `serve`: the simulated world behind a WebSocket, for any bot that speaks `OneBot` v11.

use std::{
    net::SocketAddr,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use ch15_group_verification::{
    clock::Clock,
    model::UserId,
    onebot::{Gateway, GatewaySettings, script::Script},
    policy::Policy,
    report::{Standing, Summary},
    sim::{Checker, EPOCH, JournalFailure, Settings, SimPlatform, World, look_in},
};
use futures::future::pending;
use lexopt::{Arg, Parser};
use tokio::{net::TcpListener, runtime::Builder, select, sync::Notify, time::sleep};

use crate::{
    ending::{Ended, Ending},
    flags::{help, number},
    journal::{Files, failure_of},
    onebot_flags::{End, address, any_port, parsed, text, texts, token},
    output::Output,
    places,
    simulate::Simulation,
    stop,
    terminal::{say, tell},
    unfinished::Unfinished,
};

/// How soon a world that connects to a bot tries again.
const RECONNECT: Duration = Duration::from_secs(3);

/// Serves the world until it ends, and tells what happened in it.
pub fn serve(parser: Parser) -> Ended {
    let flags = Served::parse(parser)?;
    let outputs = [("--transcript", flags.transcript.as_deref()), ("", None)];
    places::check(None, outputs)?;
    let unfinished = Unfinished::default();
    let asked = stop::listen(true, &unfinished)?;
    let output = |path| Output::create(path, &unfinished);
    let transcript = flags.transcript.as_deref().map(output).transpose()?;
    let files = Files {
        world: None,
        transcript,
    };
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Ending::Failed(format!("no runtime: {error}")))?;
    if let Some(script) = &flags.script {
        return runtime.block_on(play(&flags, script, &asked));
    }
    let began = Instant::now();
    let platform = runtime.block_on(run(&flags, &files, &asked))?;
    drop(runtime);
    files.finish(&platform)?;
    tell_all(&flags, &platform, began.elapsed())
}

async fn run(flags: &Served, files: &Files, asked: &Notify) -> Ended<Arc<SimPlatform>> {
    let world = World::new(flags.settings.clone());
    let end = world.end();
    let platform = SimPlatform::new(world, Clock::new(EPOCH, flags.speed), files.journal()?);
    let policy = Policy {
        owner: flags.settings.owner,
        ..Policy::default()
    };
    // Frames take a moment, in which the world may be much older already.
    let slack = Duration::from_millis(250).mul_f64(flags.speed.max(10.0));
    platform.check(Checker::from_outside(policy, slack));
    let platform = Arc::new(platform);
    let gateway = Gateway::new(Arc::clone(&platform), flags.gateway.clone());
    let ends = async {
        gateway.begun().await;
        platform.clock().sleep_until(end).await;
    };
    let checks = async {
        gateway.begun().await;
        look_in(&platform).await;
    };
    let connected = async {
        match &flags.end {
            End::Connect(address) => gateway.connect(address, RECONNECT).await,
            End::Listen(address) => {
                let listener = listener(*address).await?;
                gateway.listen(&listener).await;
            }
        }
        Ok::<(), Ending>(())
    };
    // The first to end ends all; dropping them ends the connections.
    select! {
        biased;
        () = asked.notified() => {}
        () = ends => {}
        () = checks => {}
        () = gateway.run() => {}
        refused = connected => refused?,
        failure = failed(&platform) => return Err(files.failed(&failure)),
    }
    platform.stopped();
    Ok(platform)
}

async fn failed(platform: &SimPlatform) -> JournalFailure {
    loop {
        if let Some(failure) = failure_of(platform) {
            return failure;
        }
        sleep(Duration::from_millis(100)).await;
    }
}

/// Listens, and says where.
pub async fn listener(address: SocketAddr) -> Ended<TcpListener> {
    let listen = async || -> std::io::Result<(TcpListener, SocketAddr)> {
        let listener = TcpListener::bind(address).await?;
        let bound = listener.local_addr()?;
        Ok((listener, bound))
    };
    let (listener, bound) = listen()
        .await
        .map_err(|error| Ending::Wrong(format!("--listen {address}: {error}")))?;
    say(format!("listening on ws://{bound}"))?;
    Ok(listener)
}

async fn play(flags: &Served, script: &Script, asked: &Notify) -> Ended {
    let played = async {
        match &flags.end {
            End::Connect(address) => script.play_to(address, &flags.gateway, RECONNECT).await,
            End::Listen(address) => {
                let listener = listener(*address).await?;
                script.play_for(&listener, &flags.gateway).await
            }
        }
        .map_err(|error| Ending::Failed(error.to_string()))
    };
    select! {
        biased;
        () = asked.notified() => pending().await,
        played = played => played?,
    }
    say(format!("{} steps", script.len()))
}

fn tell_all(flags: &Served, platform: &SimPlatform, wall: Duration) -> Ended {
    let violations = platform.violations(false);
    let summary = Summary {
        seed: flags.settings.seed,
        groups: flags.settings.groups,
        standing: platform.with_world(Standing::in_world),
        counts: platform.counts(),
        simulated: platform.clock().now().since(EPOCH),
        wall,
        transcript_digest: platform.transcript_digest(),
    };
    if flags.json {
        let mut json = summary.json();
        json["violations"] = violations.clone().into();
        say(json)?;
    } else {
        say(summary.table())?;
        for violation in &violations {
            tell(violation);
        }
    }
    match violations.len() {
        0 => Ok(()),
        broken => Err(Ending::Failed(format!("rules were broken {broken} times"))),
    }
}

/// The flags of `serve`.
struct Served {
    settings: Settings,
    end: End,
    gateway: GatewaySettings,
    speed: f64,
    script: Option<Script>,
    transcript: Option<PathBuf>,
    json: bool,
}

impl Served {
    fn parse(mut parser: Parser) -> Ended<Self> {
        let mut settings = Simulation::default().settings;
        let (mut end, mut gateway) = (any_port(), GatewaySettings::default());
        let (mut speed, mut script, mut transcript, mut json) = (1.0, None, None, false);
        while let Some(argument) = parser.next()? {
            match argument {
                Arg::Long("listen") => end = End::Listen(address(&mut parser, "--listen")?),
                Arg::Long("connect") => end = End::Connect(parsed(&mut parser, "--connect")?),
                Arg::Long("token") => gateway.token = Some(token(&mut parser)?),
                Arg::Long("groups") => {
                    settings.groups = number(&mut parser, "--groups", 1..=10_000)?;
                }
                Arg::Long("members") => {
                    settings.members = number(&mut parser, "--members", 1..=1000)?;
                }
                Arg::Long("days") => settings.days = number(&mut parser, "--days", 1..=365)?,
                Arg::Long("seed") => settings.seed = number(&mut parser, "--seed", 0..=u64::MAX)?,
                Arg::Long("faults") => {
                    settings.faults = number(&mut parser, "--faults", 0.0..=1.0)?;
                }
                Arg::Long("trouble") => {
                    settings.trouble = number(&mut parser, "--trouble", 0.0..=1.0)?;
                }
                Arg::Long("speed") => speed = number(&mut parser, "--speed", 0.001..=10_000.0)?,
                Arg::Long("owner") => {
                    settings.owner = UserId(number(&mut parser, "--owner", 1..=u64::MAX)?);
                }
                Arg::Long("self-id") => {
                    gateway.self_id = UserId(number(&mut parser, "--self-id", 1..=u64::MAX)?);
                }
                Arg::Long("heartbeat-ms") => {
                    let every: u64 = number(&mut parser, "--heartbeat-ms", 0..=3_600_000)?;
                    gateway.heartbeat = (every > 0).then(|| Duration::from_millis(every));
                }
                Arg::Long("texts") => gateway.texts = texts(&mut parser)?,
                Arg::Long("scripted") => script = Some(scripted(&mut parser)?),
                Arg::Long("transcript") => transcript = Some(parser.value()?.into()),
                Arg::Long("json") => json = true,
                Arg::Long("help") | Arg::Short('h') => return Err(help()),
                unknown => return Err(unknown.unexpected().into()),
            }
        }
        Ok(Self {
            settings,
            end,
            gateway,
            speed,
            script,
            transcript,
            json,
        })
    }
}

fn scripted(parser: &mut Parser) -> Ended<Script> {
    let (path, text) = text(parser, "--scripted")?;
    let script = text.parse();
    script.map_err(|error| Ending::Wrong(format!("--scripted '{}', {error}", path.display())))
}
