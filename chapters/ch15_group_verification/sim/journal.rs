use std::{
    fs::File,
    io::{self, Write as _},
};

use super::entry::{Entry, Record};
use crate::{hash::Fnv1a, model::Timestamp};

/// Which file of a journal could not be written to, and why. Nothing more is written to it: after
/// half a line, no other may follow.
#[derive(Debug, thiserror::Error)]
pub enum JournalFailure {
    /// The one from which it can be read again.
    #[error("the journal cannot be written: {0}")]
    Own(io::Error),
    /// The one for people.
    #[error("the transcript cannot be written: {0}")]
    Transcript(io::Error),
}

/// Writes down everything that happens in the world, a line each, and hashes it.
#[derive(Debug, Default)]
pub struct Journal {
    hash: Fnv1a,
    own: Option<File>,
    transcript: Option<File>,
    line: String,
    failed: Option<JournalFailure>,
}

impl Journal {
    /// A journal in files: its `own`, from which it can be read again, and a `transcript` for
    /// people. Lines are written one by one, without a buffer, so that they survive the end of
    /// the process.
    #[must_use]
    pub fn new(own: Option<File>, transcript: Option<File>) -> Self {
        Self {
            own,
            transcript,
            ..Self::default()
        }
    }

    /// A number that is equal for equal journals.
    #[must_use]
    pub fn digest(&self) -> u64 {
        self.hash.value()
    }

    /// A failure to write, if there was one since this was asked last.
    pub fn take_failure(&mut self) -> Option<JournalFailure> {
        self.failed.take()
    }

    /// Takes in a line that was written before, without writing it again.
    pub(super) fn reread(&mut self, line: &str) {
        self.line.clear();
        self.line.extend([line, "\n"]);
        self.keep(false);
    }

    pub(super) fn write(&mut self, at: Timestamp, record: Record) {
        self.line = format!("{}\n", Entry { at, record });
        self.keep(true);
    }

    fn keep(&mut self, is_new: bool) {
        self.hash.add(self.line.as_bytes());
        let line = self.line.as_bytes();
        if let Err(error) = write_until_failure(&mut self.transcript, line) {
            self.failed.get_or_insert(JournalFailure::Transcript(error));
        }
        if is_new && let Err(error) = write_until_failure(&mut self.own, line) {
            self.failed = Some(JournalFailure::Own(error));
        }
    }
}

fn write_until_failure(file: &mut Option<File>, line: &[u8]) -> io::Result<()> {
    let written = file.as_mut().map_or(Ok(()), |file| file.write_all(line));
    if written.is_err() {
        *file = None;
    }
    written
}
