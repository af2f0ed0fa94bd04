//! The flags that every example understands.

use std::{ffi::OsString, path::PathBuf, process};

use lexopt::{Arg, Parser, ValueExt};

/// Columns that `--width` may ask for.
const WIDTHS: std::ops::RangeInclusive<usize> = 40..=1000;

const HELP: &str = "\
Plays a story: narrates what happens, then draws it as a timeline.

Options:
      --virtual      play on a virtual clock: hours pass in milliseconds
      --svg FILE     also draw the timeline as an SVG picture
      --trace FILE   also write a trace for ui.perfetto.dev or chrome://tracing
      --width N      width of the timeline in columns, 40 to 1000 [default: 80]
      --no-timeline  narrate only
  -h, --help         print this help";

/// How a story is to be played and what is to be drawn of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Options {
    pub(crate) virtual_clock: bool,
    pub(crate) svg: Option<PathBuf>,
    pub(crate) trace: Option<PathBuf>,
    pub(crate) width: usize,
    pub(crate) timeline: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            virtual_clock: false,
            svg: None,
            trace: None,
            width: 80,
            timeline: true,
        }
    }
}

impl Options {
    /// Reads the program's own arguments. Asked for help, or given what it does not know, it
    /// says so and ends the program.
    pub(crate) fn from_env() -> Self {
        match Self::parse(std::env::args_os()) {
            Ok(Some(options)) => options,
            Ok(None) => {
                crate::paint::say(&format!("Usage: {} [OPTIONS]\n\n{HELP}", program_name()));
                process::exit(0);
            }
            Err(error) => {
                eprintln!("error: {error}; see --help");
                process::exit(2);
            }
        }
    }

    /// `None` means that help was asked for.
    fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Option<Self>, lexopt::Error> {
        let mut options = Self::default();
        let mut parser = Parser::from_iter(arguments);
        while let Some(argument) = parser.next()? {
            match argument {
                Arg::Long("virtual") => options.virtual_clock = true,
                Arg::Long("svg") => options.svg = Some(parser.value()?.into()),
                Arg::Long("trace") => options.trace = Some(parser.value()?.into()),
                Arg::Long("width") => options.width = width(&parser.value()?)?,
                Arg::Long("no-timeline") => options.timeline = false,
                Arg::Long("help") | Arg::Short('h') => return Ok(None),
                unknown => return Err(unknown.unexpected()),
            }
        }
        Ok(Some(options))
    }
}

fn width(value: &OsString) -> Result<usize, lexopt::Error> {
    value
        .parse()
        .ok()
        .filter(|width| WIDTHS.contains(width))
        .ok_or_else(|| {
            let (from, to) = (WIDTHS.start(), WIDTHS.end());
            let value = value.to_string_lossy();
            format!("--width takes a number of columns from {from} to {to}, not '{value}'").into()
        })
}

fn program_name() -> String {
    let path = PathBuf::from(std::env::args_os().next().unwrap_or_default());
    path.file_stem().map_or_else(
        || "story".into(),
        |name| name.to_string_lossy().into_owned(),
    )
}
