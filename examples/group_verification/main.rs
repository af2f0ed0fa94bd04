//! The group-verification bot: days of its life in a simulated world, its four ways to scan
//! side by side, a look into its store, and both ends of a real protocol.

mod bot;
mod compare;
mod ending;
mod flags;
mod inspect;
mod journal;
mod live;
mod log;
mod onebot_flags;
mod output;
mod own_process;
mod places;
mod serve;
mod simulate;
mod stop;
mod terminal;
mod told;
mod unfinished;
mod world_file;

use std::{ffi::OsString, process::ExitCode};

use ending::{Ended, Ending};
use lexopt::Parser;

fn main() -> ExitCode {
    match run(std::env::args_os().skip(1).collect()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(ending) => ending.tell(),
    }
}

fn run(mut arguments: Vec<OsString>) -> Ended {
    let is_command = |first: &OsString| !first.as_encoded_bytes().starts_with(b"-");
    let command = match arguments.first() {
        Some(first) if is_command(first) => arguments.remove(0),
        _ => "simulate".into(),
    };
    let parser = Parser::from_args(arguments);
    match command.to_str() {
        Some("simulate") => simulate::simulate(parser),
        Some("compare") => compare::compare(parser),
        Some("inspect") => inspect::inspect(parser),
        Some("serve") => serve::serve(parser),
        Some("bot") => bot::bot(parser),
        _ => Err(Ending::Wrong(format!(
            "unknown command '{}'; there are simulate, compare, inspect, serve and bot",
            command.display()
        ))),
    }
}
