//! `compare`: one scan of the same groups by each engine, measured.

use std::{collections::BTreeSet, time::Duration};

use ch15_group_verification::compare::{
    Engine, Workload,
    report::{comparison_json, comparison_table, measured_json, naive_json},
};
use lexopt::{Arg, Parser};

use crate::{
    ending::{Ended, Ending},
    flags::{engines, help, number, store_kind},
    own_process::measure_all,
    terminal::say,
};

/// Measures engines and prints them side by side.
pub fn compare(parser: Parser) -> Ended {
    let flags = Comparison::parse(parser)?;
    let work = &flags.work;
    if flags.here {
        return measure_here(&flags);
    }
    let (measured, naive) = measure_all(work, &flags.engines)?;
    if flags.json {
        say(comparison_json(work, &measured, &naive))?;
    } else {
        say(format!(
            "One scan of {} groups of {}, {} of them to be kicked; {} ms a call\n",
            work.groups,
            work.members,
            work.kicks,
            work.latency.as_millis()
        ))?;
        say(comparison_table(&measured, &naive))?;
    }
    let states = measured.iter().map(|one| one["state_digest"].as_str());
    let states: BTreeSet<_> = states.collect();
    if states.len() > 1 {
        let words = format!("the engines disagree: {states:?}");
        return Err(Ending::Failed(words));
    }
    Ok(())
}

/// In a process of its own.
fn measure_here(flags: &Comparison) -> Ended {
    if flags.naive {
        return say(naive_json(&flags.work.naive()));
    }
    for &engine in &flags.engines {
        let measured = flags.work.measure(engine);
        let measured = measured.map_err(|error| Ending::Failed(error.to_string()))?;
        say(measured_json(engine, &measured))?;
    }
    Ok(())
}

/// The flags of `compare`.
struct Comparison {
    work: Workload,
    engines: Vec<Engine>,
    json: bool,
    /// Not for people: how this program asks itself for one engine, or for the naive program.
    here: bool,
    naive: bool,
}

impl Comparison {
    fn parse(mut parser: Parser) -> Ended<Self> {
        let mut work = Workload::default();
        let mut chosen = Engine::ALL.to_vec();
        let (mut json, mut here, mut naive) = (false, false, false);
        while let Some(argument) = parser.next()? {
            match argument {
                Arg::Long("groups") => {
                    work.groups = number(&mut parser, "--groups", 1..=1_000_000)?;
                }
                Arg::Long("members") => work.members = number(&mut parser, "--members", 1..=1000)?,
                Arg::Long("latency-ms") => {
                    let latency = number(&mut parser, "--latency-ms", 1..=60_000)?;
                    work.latency = Duration::from_millis(latency);
                }
                Arg::Long("kicks") => work.kicks = number(&mut parser, "--kicks", 0..=1000)?,
                Arg::Long("seed") => work.seed = number(&mut parser, "--seed", 0..=u64::MAX)?,
                Arg::Long("engines") => chosen = engines(&mut parser)?,
                Arg::Long("max-in-flight") => {
                    work.max_in_flight = number(&mut parser, "--max-in-flight", 1..=100_000)?;
                }
                Arg::Long("rate") => {
                    work.rate = Some(number(&mut parser, "--rate", 1..=1_000_000)?);
                }
                Arg::Long("json") => json = true,
                Arg::Long("store") => work.store = store_kind(&mut parser)?,
                Arg::Long("in-this-process") => here = true,
                Arg::Long("naive") => (here, naive) = (true, true),
                Arg::Long("help") | Arg::Short('h') => return Err(help()),
                unknown => return Err(unknown.unexpected().into()),
            }
        }
        if work.kicks > work.members {
            let (kicks, members) = (work.kicks, work.members);
            return Err(Ending::Wrong(format!(
                "--kicks takes a number from 0 to {members} (--members), not '{kicks}'"
            )));
        }
        Ok(Self {
            work,
            engines: chosen,
            json,
            here,
            naive,
        })
    }
}
