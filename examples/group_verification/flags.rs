//! The values of flags, each with one clear line for whoever mistypes it.

use std::{
    ffi::OsStr,
    fmt::Display,
    ops::RangeInclusive,
    path::{Path, PathBuf},
    str::FromStr,
};

use ch15_group_verification::{
    bot::Scans,
    compare::{Engine, StoreKind},
};
use lexopt::Parser;

use crate::{
    ending::{Ended, Ending},
    terminal::say,
};

/// Prints the help, which ends the command.
pub fn help() -> Ending {
    match say(include_str!("help.txt").trim_end()) {
        Ok(()) => Ending::Done,
        Err(ending) => ending,
    }
}

/// A number within bounds.
pub fn number<T>(parser: &mut Parser, flag: &str, allowed: RangeInclusive<T>) -> Ended<T>
where
    T: FromStr + PartialOrd + Display,
{
    let value = parser.value()?;
    let number = value.to_str().and_then(|value| value.parse().ok());
    let number = number.filter(|number| allowed.contains(number));
    number.ok_or_else(|| {
        let (from, to) = (allowed.start(), allowed.end());
        let value = value.display();
        Ending::Wrong(format!(
            "{flag} takes a number from {from} to {to}, not '{value}'"
        ))
    })
}

/// How a bot carries out the scans that its owner asks for.
pub fn engine(parser: &mut Parser) -> Ended<Scans> {
    let value = parser.value()?;
    match value.to_str().and_then(Engine::named) {
        Some(Engine::Gather) => Ok(Scans::Gather),
        Some(Engine::Bounded) => Ok(Scans::Bounded),
        _ => {
            let value = value.display();
            let words = format!("--engine takes gather or bounded, not '{value}'");
            Err(Ending::Wrong(words))
        }
    }
}

/// Where members are kept while engines are compared.
pub fn store_kind(parser: &mut Parser) -> Ended<StoreKind> {
    let value = parser.value()?;
    value.to_str().and_then(StoreKind::named).ok_or_else(|| {
        let value = value.display();
        Ending::Wrong(format!("--store takes memory or sqlite, not '{value}'"))
    })
}

/// Some engines for one scan.
pub fn engines(parser: &mut Parser) -> Ended<Vec<Engine>> {
    let value = parser.value()?;
    let parse = |value: &str| value.split(',').map(Engine::named).collect();
    value.to_str().and_then(parse).ok_or_else(|| {
        let (all, value) = (Engine::ALL.map(Engine::name).join(","), value.display());
        Ending::Wrong(format!("--engines takes some of {all}, not '{value}'"))
    })
}

/// The path of a store on disk; `None` means memory.
pub fn store(parser: &mut Parser) -> Ended<Option<PathBuf>> {
    let value = parser.value()?;
    if value == "memory" {
        return Ok(None);
    }
    match after_sqlite(&value) {
        Some(path) if !path.as_os_str().is_empty() => Ok(Some(path.to_owned())),
        _ => Err(Ending::Wrong(format!(
            "--store takes memory or sqlite:PATH, not '{}'",
            value.display()
        ))),
    }
}

/// `PATH` of `sqlite:PATH`, which need not be UTF-8.
#[cfg(unix)]
fn after_sqlite(value: &OsStr) -> Option<&Path> {
    use std::os::unix::ffi::OsStrExt;
    let path = value.as_bytes().strip_prefix(b"sqlite:")?;
    Some(Path::new(OsStr::from_bytes(path)))
}

/// `PATH` of `sqlite:PATH`.
#[cfg(not(unix))]
fn after_sqlite(value: &OsStr) -> Option<&Path> {
    Some(Path::new(value.to_str()?.strip_prefix("sqlite:")?))
}
