//! `bot`: the bot itself, on any implementation of `OneBot` v11.

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use ch15_group_verification::{
    bot::{Bot, Codes, Scans},
    clock::Clock,
    model::{Timestamp, UserId},
    onebot::{Link, socket::Token, texts::Texts},
    platform::Polite,
    policy::Policy,
    report::{self, Standing},
    store::{BlockingStore, Memory, OffThread, Sqlite, Store},
};
use lexopt::{Arg, Parser};
use tokio::{
    runtime::Builder,
    select,
    sync::{Notify, mpsc, watch},
};

use crate::{
    ending::{Ended, Ending, unusable},
    flags::{engine, help, number, store},
    log,
    onebot_flags::{End, address, parsed, texts, token},
    serve::listener,
    stop,
    terminal::say,
    unfinished::Unfinished,
};

/// Events that may wait between the connection and the bot.
const INBOX: usize = 64;

const SHORTEST_TIMEOUT: Duration = Duration::from_millis(100);

/// Serves until it is asked to stop, and tells who stands where.
pub fn bot(parser: Parser) -> Ended {
    let flags = Flags::parse(parser)?;
    match &flags.sqlite {
        None => {
            let store = Arc::new(Memory::default());
            live(&flags, Arc::clone(&store), &*store)
        }
        Some(path) => {
            let store = Arc::new(Sqlite::open(path).map_err(unusable)?);
            live(&flags, OffThread::new(Arc::clone(&store)), &*store)
        }
    }
}

fn live(flags: &Flags, store: impl Store, reader: &dyn BlockingStore) -> Ended {
    let asked = stop::listen(true, &Unfinished::default())?;
    log::to_stderr();
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Ending::Failed(format!("no runtime: {error}")))?;
    runtime.block_on(run(flags, store, &asked))?;
    // Waits for calls of the store that have begun.
    drop(runtime);
    let standing = Standing::of(report::rosters(reader)?.values());
    if flags.json {
        say(standing.json())
    } else {
        say(standing.table().trim_end())
    }
}

async fn run(flags: &Flags, store: impl Store, asked: &Notify) -> Ended {
    let host = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let host = Timestamp(0).after(host);
    let policy = &flags.policy;
    // Only until the platform says what time it is.
    let clock = || Clock::new(host, flags.speed);
    let link = Arc::new(Link::new(policy.owner, flags.texts.clone(), clock()));
    let mut manners = policy.clone().at_speed(flags.speed);
    // However fast its time is, a world answers over a real socket.
    manners.call_timeout = manners.call_timeout.max(SHORTEST_TIMEOUT);
    let polite = Polite::new(Arc::clone(&link), &manners);
    let bot = Bot::new(
        polite,
        store,
        policy.clone(),
        clock(),
        Codes::System,
        flags.scans,
    );
    let (events, inbox) = mpsc::channel(INBOX);
    let (stop, stopped) = watch::channel(false);
    let connection = async {
        match &flags.end {
            End::Connect(address) => link
                .connect(address, flags.token.as_ref(), &events)
                .await
                .map_err(|error| Ending::Wrong(format!("{address}: {error}"))),
            End::Listen(address) => {
                let listener = listener(*address).await?;
                link.listen(&listener, flags.token.as_ref(), &events).await;
                Ok(())
            }
        }
    };
    let ending = async {
        asked.notified().await;
        stop.send_replace(true);
        std::future::pending::<()>().await;
    };
    // The connection lasts until the bot has ended.
    select! {
        biased;
        served = bot.run(inbox, stopped) => served?,
        refused = connection => refused?,
        () = ending => {}
    }
    Ok(())
}

/// The flags of `bot`.
struct Flags {
    end: End,
    token: Option<Token>,
    sqlite: Option<std::path::PathBuf>,
    policy: Policy,
    texts: Texts,
    scans: Scans,
    speed: f64,
    json: bool,
}

impl Flags {
    fn parse(mut parser: Parser) -> Ended<Self> {
        let (mut end, mut token_, mut owner, mut sqlite) = (None, None, None, None);
        let (mut policy, mut texts_) = (Policy::default(), Texts::default());
        let (mut scans, mut speed, mut json) = (Scans::Bounded, 1.0, false);
        while let Some(argument) = parser.next()? {
            match argument {
                Arg::Long("connect") => end = Some(End::Connect(parsed(&mut parser, "--connect")?)),
                Arg::Long("listen") => end = Some(End::Listen(address(&mut parser, "--listen")?)),
                Arg::Long("token") => token_ = Some(token(&mut parser)?),
                Arg::Long("store") => sqlite = store(&mut parser)?,
                Arg::Long("owner") => {
                    owner = Some(UserId(number(&mut parser, "--owner", 1..=u64::MAX)?));
                }
                Arg::Long("engine") => scans = engine(&mut parser)?,
                Arg::Long("max-in-flight") => {
                    policy.groups_in_flight = number(&mut parser, "--max-in-flight", 1..=100_000)?;
                }
                Arg::Long("rate") => {
                    policy.calls_per_second = Some(number(&mut parser, "--rate", 1..=1_000_000)?);
                }
                Arg::Long("utc-offset") => {
                    policy.utc_offset_minutes = number(&mut parser, "--utc-offset", -1440..=1440)?;
                }
                Arg::Long("texts") => texts_ = texts(&mut parser)?,
                Arg::Long("speed") => speed = number(&mut parser, "--speed", 0.001..=10_000.0)?,
                Arg::Long("json") => json = true,
                Arg::Long("help") | Arg::Short('h') => return Err(help()),
                unknown => return Err(unknown.unexpected().into()),
            }
        }
        let end =
            end.ok_or_else(|| Ending::Wrong("bot needs --connect URL or --listen ADDRESS".into()))?;
        policy.owner = owner.ok_or_else(|| Ending::Wrong("bot needs --owner ID".into()))?;
        let (token, texts) = (token_, texts_);
        Ok(Self {
            end,
            token,
            sqlite,
            policy,
            texts,
            scans,
            speed,
            json,
        })
    }
}
