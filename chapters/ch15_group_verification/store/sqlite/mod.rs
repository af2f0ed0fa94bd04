//! Members in a `SQLite` database.

mod lock;
mod open;
mod schema;

use std::{
    io,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use rusqlite::{Connection, ErrorCode, OptionalExtension, TransactionBehavior, params};

use self::{
    lock::Lock,
    schema::{SELECT, UPSERT, member, number, words},
};
use super::{BlockingStore, Problem, StoreError};
use crate::{
    model::{GroupId, Member, Timestamp},
    roster::Roster,
};

/// Keeps members in a `SQLite` database. Its calls block: async code wraps it in
/// [`OffThread`](super::OffThread).
#[derive(Debug)]
pub struct Sqlite {
    path: PathBuf,
    connection: Mutex<Connection>,
    /// Given back after the connection is closed: fields are dropped in this order.
    _lock: Option<Lock>,
}

impl Sqlite {
    /// Opens a store for reading and writing, alone until it is dropped, and makes a new one if
    /// there is no such file or an empty one. Stores of older versions are brought up to date.
    ///
    /// The path is taken as it is written: it is no URI, and `:memory:` is a file. Everything is
    /// checked before anything is written. Whatever is made here, only its owner may read.
    ///
    /// # Errors
    ///
    /// If the file is damaged, of a newer version, of another program, read-only or in use.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let (connection, lock) = open::for_writing(path).map_err(at(path))?;
        Ok(Self::with(path, connection, Some(lock)))
    }

    /// Opens an existing store for reading only, also while somebody writes to it.
    ///
    /// What a crash left half done is tidied up as by any program that opens the file, and
    /// nothing is left beside it. Where nothing can be written, the store is read as it is. One of
    /// an older version is read in a copy in memory.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open), save that it may be read-only or in use, and must exist.
    pub fn open_read_only(path: &Path) -> Result<Self, StoreError> {
        let connection = open::for_reading(path).map_err(at(path))?;
        Ok(Self::with(path, connection, None))
    }

    fn with(path: &Path, connection: Connection, lock: Option<Lock>) -> Self {
        Self {
            path: path.to_owned(),
            connection: Mutex::new(connection),
            _lock: lock,
        }
    }

    fn run<T>(
        &self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        work(&mut self.lock()).map_err(|error| at(&self.path)(error.into()))
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        // A transaction that a panic cut short was rolled back when it was dropped.
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl BlockingStore for Sqlite {
    fn groups(&self) -> Result<Vec<GroupId>, StoreError> {
        let mut groups: Vec<_> = self.run(|connection| {
            connection
                .prepare_cached("SELECT group_id FROM met UNION SELECT group_id FROM member")?
                .query_map([], |row| Ok(GroupId(number(row, "group_id")?)))?
                .collect()
        })?;
        // To SQLite, the upper half of the numbers is negative.
        groups.sort_unstable();
        Ok(groups)
    }

    fn load(&self, group: GroupId) -> Result<Roster, StoreError> {
        self.run(|connection| {
            let group = group.0.cast_signed();
            let mut roster: Roster = connection
                .prepare_cached(SELECT)?
                .query_map([group], member)?
                .collect::<rusqlite::Result<_>>()?;
            roster.since = connection
                .prepare_cached("SELECT since FROM met WHERE group_id = ?1")?
                .query_row([group], |row| Ok(Timestamp(number(row, "since")?)))
                .optional()?;
            Ok(roster)
        })
    }

    fn save(&self, group: GroupId, members: Vec<Member>) -> Result<(), StoreError> {
        self.save_all(&[(group, members)])
    }

    /// One transaction: the disk is waited for once.
    fn save_all(&self, saves: &[(GroupId, Vec<Member>)]) -> Result<(), StoreError> {
        self.run(|connection| {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            {
                let mut upsert = transaction.prepare_cached(UPSERT)?;
                for (group, members) in saves {
                    for member in members {
                        upsert.execute(params![
                            group.0.cast_signed(),
                            member.user.0.cast_signed(),
                            member.status.name(),
                            member.stay,
                            member.code.to_string(),
                            member.joined.0.cast_signed(),
                            member.as_of.0.cast_signed(),
                            member.warnings,
                            member.told.map(|at| at.0.cast_signed()),
                            member.greeting.map(|id| id.0.cast_signed()),
                            words(&member.stale),
                            member.owed.bits(),
                        ])?;
                    }
                }
            }
            transaction.commit()
        })
    }

    fn meet(&self, group: GroupId, since: Timestamp) -> Result<(), StoreError> {
        self.run(|connection| {
            connection
                .prepare_cached("INSERT OR IGNORE INTO met VALUES (?1, ?2)")?
                .execute([group.0.cast_signed(), since.0.cast_signed()])?;
            Ok(())
        })
    }
}

fn at(path: &Path) -> impl Fn(Problem) -> StoreError {
    move |problem| StoreError {
        path: path.to_owned(),
        problem,
    }
}

impl From<rusqlite::Error> for Problem {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                Self::Locked { holder: None }
            }
            Some(ErrorCode::ReadOnly) => Self::ReadOnly,
            // Known to be ours, so it was a database once; a table is missing (which has no code
            // of its own); or, without a code, a value is not what the schema promises.
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt | ErrorCode::Unknown)
            | None => Self::Corrupt(error.to_string()),
            Some(_) => Self::Other(error.to_string()),
        }
    }
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly,
            io::ErrorKind::NotFound
            | io::ErrorKind::NotADirectory
            | io::ErrorKind::PermissionDenied
            | io::ErrorKind::InvalidFilename => Self::Place(error.to_string()),
            _ => Self::Other(error.to_string()),
        }
    }
}
