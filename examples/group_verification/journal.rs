//! The files in which everything is written down, and whether that succeeds.

use std::io::ErrorKind::BrokenPipe;

use ch15_group_verification::sim::{Journal, JournalFailure, SimPlatform};

use crate::{
    ending::{Ended, Ending, cannot_write},
    output::Output,
    world_file::WorldFile,
};

/// The two files of the journal.
pub struct Files {
    pub world: Option<WorldFile>,
    pub transcript: Option<Output>,
}

impl Files {
    /// What happened so far, a line each.
    pub fn past(&self) -> &str {
        self.world.as_ref().map_or("", |world| &world.past)
    }

    /// A journal that goes on in them.
    pub fn journal(&self) -> Ended<Journal> {
        let world = self.world.as_ref().map(WorldFile::file);
        let transcript = self.transcript.as_ref().map(Output::file);
        Ok(Journal::new(world.transpose()?, transcript.transpose()?))
    }

    /// Puts the transcript in its place, if all was written.
    pub fn finish(self, platform: &SimPlatform) -> Ended {
        if let Some(failure) = failure_of(platform) {
            return Err(self.failed(&failure));
        }
        self.world.as_ref().map_or(Ok(()), WorldFile::sync)?;
        self.transcript.map_or(Ok(()), Output::finish)
    }

    /// Names the file.
    pub fn failed(&self, failure: &JournalFailure) -> Ending {
        match (failure, &self.world, &self.transcript) {
            (JournalFailure::Own(error), Some(world), _) => cannot_write(&world.path, error),
            (JournalFailure::Transcript(error), _, Some(transcript)) => {
                cannot_write(transcript.path(), error)
            }
            _ => Ending::Failed(failure.to_string()),
        }
    }
}

/// A reader of the transcript who has gone away is no failure.
pub fn failure_of(platform: &SimPlatform) -> Option<JournalFailure> {
    let is_one = |failure: &JournalFailure| match failure {
        JournalFailure::Transcript(error) => error.kind() != BrokenPipe,
        JournalFailure::Own(_) => true,
    };
    platform.journal_failure().filter(is_one)
}
