//! How a command ends when it does not run to its end.

use std::{io, path::Path, process::ExitCode};

use ch06_queues::signals::StopSignal;
use ch15_group_verification::store::{Problem, StoreError};

use crate::terminal::tell;

/// Why a command ends early.
pub enum Ending {
    /// All is said; exit code 0.
    Done,
    /// It was asked wrongly: words for standard error, and exit code 2.
    Wrong(String),
    /// It could not be done: words for standard error, and exit code 1.
    Failed(String),
    /// By a signal, to whose sender there is nothing to say.
    Stopped(StopSignal),
}

/// What a command or a part of it comes to.
pub type Ended<T = ()> = Result<T, Ending>;

impl Ending {
    /// Says the words, in one line whatever names they quote, and gives the exit code.
    pub fn tell(self) -> ExitCode {
        let (words, code) = match self {
            Self::Done => return ExitCode::SUCCESS,
            Self::Stopped(signal) => return signal.exit_code().into(),
            Self::Wrong(words) => (words, 2),
            Self::Failed(words) => (words, 1),
        };
        tell(&format!("error: {words}").replace(char::is_control, "\u{fffd}"));
        ExitCode::from(code)
    }
}

impl From<lexopt::Error> for Ending {
    fn from(error: lexopt::Error) -> Self {
        Self::Wrong(format!("{error}; see --help"))
    }
}

/// While it is used. One that cannot be opened may be [unusable].
impl From<StoreError> for Ending {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.to_string())
    }
}

/// A store that cannot be opened: another one could be, unless the system is in trouble.
pub fn unusable(error: StoreError) -> Ending {
    match error.problem {
        Problem::Other(_) => error.into(),
        _ => Ending::Wrong(error.to_string()),
    }
}

/// A file that cannot be opened for writing: another path would do, unless the disk is full.
pub fn cannot_open(path: &Path, error: &io::Error) -> Ending {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => cannot_write(path, error),
        _ => Ending::Wrong(unwritten(path, error)),
    }
}

/// A file that cannot be written to though it could be opened.
pub fn cannot_write(path: &Path, error: &io::Error) -> Ending {
    Ending::Failed(unwritten(path, error))
}

fn unwritten(path: &Path, error: &io::Error) -> String {
    format!("cannot write '{}': {error}", path.display())
}
