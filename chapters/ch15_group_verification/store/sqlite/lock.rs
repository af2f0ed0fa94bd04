//! One bot at a time.

use std::{
    fs::{File, TryLockError, read_to_string},
    io::Write,
    path::Path,
    process,
};

use super::{
    Problem,
    open::{beside, private},
};

/// Holds a store for one process, until it is dropped or the process ends, however it ends.
///
/// The lock is on a file of its own: on some systems a lock on the database itself would be in
/// the way of those that `SQLite` takes there. That file stays, since whoever removed it might
/// remove it from under somebody who has just opened it.
#[derive(Debug)]
pub(super) struct Lock(File);

impl Lock {
    pub(super) fn take(store: &Path) -> Result<Self, Problem> {
        let path = beside(store, "-lock");
        let mut file = private().create(true).truncate(false).open(&path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::Error(error)) => return Err(error.into()),
            Err(TryLockError::WouldBlock) => {
                let holder = read_to_string(path).ok();
                let holder = holder.and_then(|process| process.trim().parse().ok());
                return Err(Problem::Locked { holder });
            }
        }
        file.set_len(0)?;
        writeln!(file, "{}", process::id())?;
        Ok(Self(file))
    }
}

impl Drop for Lock {
    /// To close the file is not enough: a process that is being started just now has it open, too,
    /// for a moment.
    fn drop(&mut self) {
        let _ = self.0.unlock();
    }
}
