//! Standard output, standard error, and the one line on a terminal that comes and goes.

use std::{
    fmt::Display,
    io::{self, ErrorKind::BrokenPipe, IsTerminal, Write},
};

use crate::ending::{Ended, Ending};

/// Prints a line. A reader who has gone away (`| head`) is no error, a full disk is one.
pub fn say(line: impl Display) -> Ended {
    let mut stdout = io::stdout();
    match writeln!(stdout, "{line}").and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != BrokenPipe => {
            let words = format!("cannot write to standard output: {error}");
            Err(Ending::Failed(words))
        }
        _ => Ok(()),
    }
}

/// Says a line on standard error, in place of the line of progress. If that fails, there is
/// nobody left to tell.
pub fn tell(line: &str) {
    let _ = writeln!(io::stderr(), "{}{line}", wipe());
}

/// Shows how far it is, in a line that the next one replaces.
pub fn show(line: &str) {
    // Cut off at the margin rather than wrapped: only one line can be wiped.
    let _ = write!(io::stderr(), "{}\x1b[?7l{line}\x1b[?7h\r", wipe());
}

/// Whether there is a terminal on which a line can be wiped.
pub fn has_progress() -> bool {
    let plain = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
    io::stderr().is_terminal() && !plain
}

/// Wipes the line of progress when it is dropped.
pub struct Wipe;

impl Drop for Wipe {
    fn drop(&mut self) {
        wipe_now();
    }
}

/// Wipes the line of progress, if there is one.
pub fn wipe_now() {
    let _ = write!(io::stderr(), "{}", wipe());
}

fn wipe() -> &'static str {
    if has_progress() { "\r\x1b[K" } else { "" }
}
