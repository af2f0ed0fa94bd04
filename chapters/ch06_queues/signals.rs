//! What the system sends a process that should stop.

use std::{fmt, io, time::Duration};

use tokio::time::sleep;

/// A request to stop, made by a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopSignal {
    /// SIGINT, or Ctrl-C on a terminal.
    Interrupt,
    /// SIGTERM, what `kill` and most service managers send.
    Terminate,
}

impl StopSignal {
    /// The exit code by which shells tell that this signal ended a process: 128 + its number.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Interrupt => 130,
            Self::Terminate => 143,
        }
    }
}

impl fmt::Display for StopSignal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Interrupt => "SIGINT",
            Self::Terminate => "SIGTERM",
        })
    }
}

/// Listens from the moment of its creation: from then on these signals no longer end the
/// process, and none that comes before [`next`](Self::next) is called is missed.
#[cfg(unix)]
#[derive(Debug)]
pub struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// Begins to listen. Two listeners both hear every signal.
    ///
    /// # Errors
    ///
    /// If the system does not let us listen.
    ///
    /// # Panics
    ///
    /// Outside a Tokio runtime.
    pub fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// The next signal. Several of one kind that came since the last call count as one.
    ///
    /// Cancel safe: a signal is not lost when this is dropped.
    pub async fn next(&mut self) -> StopSignal {
        tokio::select! {
            biased;
            // Both are cancel safe.
            _ = self.interrupt.recv() => StopSignal::Interrupt,
            _ = self.terminate.recv() => StopSignal::Terminate,
        }
    }
}

/// Listens for Ctrl-C from the moment of its creation.
#[cfg(windows)]
#[derive(Debug)]
pub struct Signals(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Signals {
    /// Begins to listen. Two listeners both hear every Ctrl-C.
    ///
    /// # Errors
    ///
    /// If the system does not let us listen.
    ///
    /// # Panics
    ///
    /// Outside a Tokio runtime.
    pub fn listen() -> io::Result<Self> {
        tokio::signal::windows::ctrl_c().map(Self)
    }

    /// The next Ctrl-C.
    ///
    /// Cancel safe: it is not lost when this is dropped.
    pub async fn next(&mut self) -> StopSignal {
        self.0.recv().await;
        StopSignal::Interrupt
    }
}

impl Signals {
    /// Why to stop: the name of the next signal, or that `limit` has passed without one.
    pub async fn next_within(mut self, limit: Duration) -> String {
        tokio::select! {
            biased;
            // Cancel safe, both of them.
            signal = self.next() => signal.to_string(),
            () = sleep(limit) => "time is up".into(),
        }
    }
}
