//! `simulate`: days of the bot's life in a simulated world.

use std::{path::PathBuf, sync::Arc};

use ch15_group_verification::{
    bot::Scans,
    policy::Policy,
    sim::Settings,
    store::{Memory, OffThread, Sqlite},
};
use lexopt::{Arg, Parser};

use crate::{
    ending::{Ended, Ending, unusable},
    flags::{engine, help, number, store},
    live::live,
    places,
    world_file::{self, WorldFile},
};

/// Simulates, and tells what happened. What was asked wrongly is refused before anything is made
/// or emptied.
pub fn simulate(parser: Parser) -> Ended {
    let flags = Simulation::parse(parser)?;
    let outputs = [
        ("--transcript", flags.transcript.as_deref()),
        ("--svg", flags.svg.as_deref()),
    ];
    places::check(flags.sqlite.as_deref(), outputs)?;
    match &flags.sqlite {
        None => {
            let store = Arc::new(Memory::default());
            live(&flags, Arc::clone(&store), &*store, None)
        }
        Some(path) => {
            world_file::check(path)?;
            let store = Arc::new(Sqlite::open(path).map_err(unusable)?);
            let world = WorldFile::open(path, &flags.settings, &*store)?;
            let off_thread = OffThread::new(Arc::clone(&store));
            live(&flags, off_thread, &*store, Some(world))
        }
    }
}

/// The flags of `simulate`.
pub struct Simulation {
    pub settings: Settings,
    pub scans: Scans,
    pub max_in_flight: usize,
    pub rate: u32,
    sqlite: Option<PathBuf>,
    /// How many times faster than the real clock; `None` for the virtual one.
    pub speed: Option<f64>,
    pub transcript: Option<PathBuf>,
    pub svg: Option<PathBuf>,
    pub json: bool,
    pub timeline: bool,
}

impl Simulation {
    fn parse(mut parser: Parser) -> Ended<Self> {
        let mut flags = Self::default();
        let settings = &mut flags.settings;
        let (mut real, mut speed) = (false, None);
        while let Some(argument) = parser.next()? {
            match argument {
                Arg::Long("groups") => {
                    settings.groups = number(&mut parser, "--groups", 1..=10_000)?;
                }
                Arg::Long("members") => {
                    settings.members = number(&mut parser, "--members", 1..=1000)?;
                }
                Arg::Long("days") => settings.days = number(&mut parser, "--days", 1..=365)?,
                Arg::Long("seed") => settings.seed = number(&mut parser, "--seed", 0..=u64::MAX)?,
                Arg::Long("engine") => flags.scans = engine(&mut parser)?,
                Arg::Long("faults") => {
                    settings.faults = number(&mut parser, "--faults", 0.0..=1.0)?;
                }
                Arg::Long("trouble") => {
                    settings.trouble = number(&mut parser, "--trouble", 0.0..=1.0)?;
                }
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
                Arg::Long("help") | Arg::Short('h') => return Err(help()),
                unknown => return Err(unknown.unexpected().into()),
            }
        }
        flags.speed = match speed {
            Some(speed) if !real => {
                let words = format!("--speed {speed} needs --real; the virtual clock has no speed");
                return Err(Ending::Wrong(words));
            }
            speed => real.then_some(speed.unwrap_or(1.0)),
        };
        Ok(flags)
    }
}

impl Default for Simulation {
    fn default() -> Self {
        Self {
            settings: Settings {
                seed: 1,
                groups: 20,
                members: 10,
                days: 3,
                faults: 0.02,
                trouble: 0.0,
                owner: Policy::default().owner,
            },
            scans: Scans::Bounded,
            max_in_flight: 32,
            rate: 50,
            sqlite: None,
            speed: None,
            transcript: None,
            svg: None,
            json: false,
            timeline: true,
        }
    }
}
