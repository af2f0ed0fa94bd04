//! Writing to a terminal: lines, and colours for them.

use std::io::{self, IsTerminal, Write};

/// Prints a line. A reader who has gone away (`| head`) is no reason to panic.
pub(crate) fn say(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}

/// Colours for a terminal, or none.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Paint {
    on: bool,
}

impl Paint {
    /// Colour if standard output is a terminal that has it and `NO_COLOR` is not set.
    pub(crate) fn for_stdout() -> Self {
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        Self {
            on: io::stdout().is_terminal() && !set("NO_COLOR") && !dumb,
        }
    }

    fn with(self, code: u8, text: &str) -> String {
        if self.on {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }

    pub(crate) fn bold(self, text: &str) -> String {
        self.with(1, text)
    }

    pub(crate) fn dim(self, text: &str) -> String {
        self.with(2, text)
    }

    pub(crate) fn red(self, text: &str) -> String {
        self.with(31, text)
    }

    pub(crate) fn green(self, text: &str) -> String {
        self.with(32, text)
    }

    pub(crate) fn yellow(self, text: &str) -> String {
        self.with(33, text)
    }

    pub(crate) fn blue(self, text: &str) -> String {
        self.with(34, text)
    }

    pub(crate) fn magenta(self, text: &str) -> String {
        self.with(35, text)
    }

    /// Neighbouring lanes in different colours.
    pub(crate) fn lane(self, lane: Option<usize>, text: &str) -> String {
        const COLOURS: [u8; 5] = [36, 33, 35, 32, 34];
        match lane {
            Some(lane) => self.with(COLOURS[lane % COLOURS.len()], text),
            None => text.to_owned(),
        }
    }
}
