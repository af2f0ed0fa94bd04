use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use rusqlite::{Connection, ErrorCode, OpenFlags, Row, TransactionBehavior, params};

use super::{BlockingStore, Problem, StoreError};
use crate::model::{Code, GroupId, Member, MessageId, Roster, Status, Steps, Timestamp, UserId};

/// `awgv`: marks a database as ours.
const APPLICATION_ID: u32 = 0x6177_6776;
const VERSION: u32 = 1;

const SCHEMA: &str = "
CREATE TABLE member (
    group_id INTEGER NOT NULL,
    user_id  INTEGER NOT NULL,
    status   TEXT NOT NULL,
    code     TEXT NOT NULL,
    joined   INTEGER NOT NULL,
    warnings INTEGER NOT NULL,
    warned   INTEGER,
    greeting INTEGER,
    owed     INTEGER NOT NULL,
    PRIMARY KEY (group_id, user_id)
) STRICT, WITHOUT ROWID";

const SELECT: &str = "SELECT user_id, status, code, joined, warnings, warned, greeting, owed
    FROM member WHERE group_id = ?1 ORDER BY user_id";

const UPSERT: &str = "INSERT OR REPLACE INTO member
    (group_id, user_id, status, code, joined, warnings, warned, greeting, owed)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";

/// Keeps members in a `SQLite` database. Its calls block: async code wraps it in
/// [`OffThread`](super::OffThread).
#[derive(Debug)]
pub struct Sqlite {
    path: PathBuf,
    connection: Mutex<Connection>,
}

impl Sqlite {
    /// Opens a store for reading and writing, and makes a new one if there is no such file.
    ///
    /// Everything is checked before anything is written.
    ///
    /// # Errors
    ///
    /// If the file is damaged, of another version, of another program, read-only or locked.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let here = |problem| at(path, problem);
        if is_blank(path).map_err(here)? {
            create(path).map_err(|error| here(problem(&error)))?;
        } else {
            check_header(path).map_err(here)?;
            check_contents(path).map_err(here)?;
        }
        if std::fs::metadata(path).is_ok_and(|file| file.permissions().readonly()) {
            return Err(here(Problem::ReadOnly));
        }
        let connection = open_for_writing(path).map_err(|error| here(problem(&error)))?;
        Ok(Self::with(path, connection))
    }

    /// Opens an existing store for reading only.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open), save that it may be read-only, and must exist.
    pub fn open_read_only(path: &Path) -> Result<Self, StoreError> {
        let here = |problem| at(path, problem);
        if !path.exists() {
            return Err(here(Problem::Missing));
        }
        check_header(path).map_err(here)?;
        let connection = check_contents(path).map_err(here)?;
        Ok(Self::with(path, connection))
    }

    fn with(path: &Path, connection: Connection) -> Self {
        Self {
            path: path.to_owned(),
            connection: Mutex::new(connection),
        }
    }

    fn run<T>(
        &self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        work(&mut self.lock()).map_err(|error| at(&self.path, problem(&error)))
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
        self.run(|connection| {
            connection
                .prepare_cached("SELECT DISTINCT group_id FROM member ORDER BY group_id")?
                .query_map([], |row| Ok(GroupId(unsigned(row, 0)?)))?
                .collect()
        })
    }

    fn load(&self, group: GroupId) -> Result<Roster, StoreError> {
        self.run(|connection| {
            connection
                .prepare_cached(SELECT)?
                .query_map([group.0.cast_signed()], member)?
                .collect()
        })
    }

    fn save(&self, group: GroupId, members: Vec<Member>) -> Result<(), StoreError> {
        self.run(|connection| {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            {
                let mut upsert = transaction.prepare_cached(UPSERT)?;
                for member in members {
                    upsert.execute(params![
                        group.0.cast_signed(),
                        member.user.0.cast_signed(),
                        member.status.name(),
                        member.code.to_string(),
                        member.joined.0.cast_signed(),
                        member.warnings,
                        member.warned.map(|at| at.0.cast_signed()),
                        member.greeting.map(|id| id.0.cast_signed()),
                        member.owed.bits(),
                    ])?;
                }
            }
            transaction.commit()
        })
    }
}

fn member(row: &Row<'_>) -> rusqlite::Result<Member> {
    let wrong = |column| {
        rusqlite::Error::InvalidColumnType(
            column,
            format!("column {column}"),
            rusqlite::types::Type::Text,
        )
    };
    let optional = |column| {
        row.get::<_, Option<i64>>(column)
            .map(|value| value.map(i64::cast_unsigned))
    };
    Ok(Member {
        user: UserId(unsigned(row, 0)?),
        status: Status::named(row.get_ref(1)?.as_str()?).ok_or_else(|| wrong(1))?,
        code: Code(uuid::Uuid::try_parse(row.get_ref(2)?.as_str()?).map_err(|_| wrong(2))?),
        joined: Timestamp(unsigned(row, 3)?),
        warnings: row.get(4)?,
        warned: optional(5)?.map(Timestamp),
        greeting: optional(6)?.map(MessageId),
        owed: Steps::from_bits(row.get(7)?).ok_or_else(|| wrong(7))?,
    })
}

/// `SQLite` knows signed numbers only; the bits are the same.
fn unsigned(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    row.get::<_, i64>(column).map(i64::cast_unsigned)
}

fn at(path: &Path, problem: Problem) -> StoreError {
    StoreError {
        path: path.to_owned(),
        problem,
    }
}

fn problem(error: &rusqlite::Error) -> Problem {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Problem::Locked,
        Some(ErrorCode::ReadOnly) => Problem::ReadOnly,
        Some(ErrorCode::NotADatabase) => Problem::NotADatabase,
        // Without a code it is no error of the engine: a value is not what the schema promises.
        Some(ErrorCode::DatabaseCorrupt) | None => Problem::Corrupt(error.to_string()),
        Some(_) => Problem::Other(error.to_string()),
    }
}

/// No file, or an empty one: what `SQLite` itself takes for a new database.
fn is_blank(path: &Path) -> Result<bool, Problem> {
    match std::fs::metadata(path) {
        Ok(file) if file.is_file() => Ok(file.len() == 0),
        Ok(_) => Err(Problem::NotADatabase),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(Problem::Other(error.to_string())),
    }
}

/// Whose database it is can be read without opening it: <https://sqlite.org/fileformat.html>.
fn check_header(path: &Path) -> Result<(), Problem> {
    let mut header = [0; 100];
    File::open(path)
        .map_err(|error| Problem::Other(error.to_string()))?
        .read_exact(&mut header)
        .map_err(|_| Problem::NotADatabase)?;
    let number = |from: usize| {
        let bytes = [
            header[from],
            header[from + 1],
            header[from + 2],
            header[from + 3],
        ];
        u32::from_be_bytes(bytes)
    };
    let (version, application) = (number(60), number(68));
    if !header.starts_with(b"SQLite format 3\0") {
        Err(Problem::NotADatabase)
    } else if application != APPLICATION_ID {
        Err(Problem::Foreign(application))
    } else if version != VERSION {
        Err(Problem::OtherVersion {
            found: version,
            known: VERSION,
        })
    } else {
        Ok(())
    }
}

/// Reads the whole database through a connection that cannot write.
fn check_contents(path: &Path) -> Result<Connection, Problem> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let check = || {
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(std::time::Duration::ZERO)?;
        let verdict: String =
            connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        let groups: Vec<i64> = connection
            .prepare("SELECT DISTINCT group_id FROM member")?
            .query_map([], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        for group in groups {
            connection
                .prepare_cached(SELECT)?
                .query_map([group], member)?
                .try_for_each(|member| member.map(drop))?;
        }
        Ok((connection, verdict))
    };
    match check() {
        Ok((connection, verdict)) if verdict == "ok" => Ok(connection),
        Ok((_, verdict)) => Err(Problem::Corrupt(verdict)),
        Err(error) => Err(match problem(&error) {
            // The header is ours, so it was a database once.
            Problem::NotADatabase => Problem::Corrupt("its pages cannot be read".into()),
            // Such as a table that is not there.
            Problem::Other(words) => Problem::Corrupt(words),
            other => other,
        }),
    }
}

/// Writes the schema and the marks in one transaction, while the database is not yet in WAL mode:
/// so they are in the file itself, where [`check_header`] looks.
fn create(path: &Path) -> rusqlite::Result<()> {
    let mut connection = Connection::open(path)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Exclusive)?;
    transaction.execute_batch(SCHEMA)?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()
}

fn open_for_writing(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(std::time::Duration::ZERO)?;
    // Whether it may be written to, before anything is.
    connection
        .transaction_with_behavior(TransactionBehavior::Immediate)?
        .rollback()?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // In WAL mode this is what makes a commit survive a power failure.
    connection.pragma_update(None, "synchronous", "FULL")?;
    // From here on a reader may come between; that is worth waiting for.
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    Ok(connection)
}
