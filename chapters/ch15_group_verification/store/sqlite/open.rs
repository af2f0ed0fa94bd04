//! How a store is opened: nothing is touched before it is clear what it is, and whatever a crash
//! left behind is no obstacle.

use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, ErrorCode, MAIN_DB, OpenFlags, TransactionBehavior, backup::Backup};

use super::{
    Problem,
    lock::Lock,
    schema::{APPLICATION_ID, VERSION, check, upgrade, version},
};

const READ_WRITE: OpenFlags = OpenFlags::SQLITE_OPEN_READ_WRITE;
const READ_ONLY: OpenFlags = OpenFlags::SQLITE_OPEN_READ_ONLY;

pub(super) fn for_writing(path: &Path) -> Result<(Connection, Lock), Problem> {
    let path = resolve(path)?;
    if !is_blank(&path)? {
        recognise(&path)?;
        if fs::metadata(&path)?.permissions().readonly() {
            return Err(Problem::ReadOnly);
        }
    }
    let lock = Lock::take(&path)?;
    // Not before: somebody may just have made it.
    if is_blank(&path)? {
        create(&path)?;
    }
    recognise(&path)?;
    let mut connection = connect(&path, READ_WRITE)?;
    if connection.is_readonly(MAIN_DB)? {
        return Err(Problem::ReadOnly);
    }
    // This is also where SQLite undoes or redoes what a crash left in a journal.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    upgrade(&transaction)?;
    check(&transaction)?;
    transaction.commit()?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // In WAL mode this is what makes a commit survive a power failure.
    connection.pragma_update(None, "synchronous", "FULL")?;
    // From here on a reader may come between; that is worth waiting for.
    connection.busy_timeout(Duration::from_secs(5))?;
    Ok((connection, lock))
}

pub(super) fn for_reading(path: &Path) -> Result<Connection, Problem> {
    if !path.try_exists()? && !path.is_symlink() {
        return Err(Problem::Missing);
    }
    let path = resolve(path)?;
    if is_blank(&path)? {
        return Err(Problem::NotADatabase);
    }
    recognise(&path)?;
    let mut connection = connect_to_read(&path)?;
    if version(&connection)? < VERSION {
        let mut copy = Connection::open_in_memory()?;
        Backup::new(&connection, &mut copy)?.run_to_completion(1000, Duration::ZERO, None)?;
        upgrade(&copy)?;
        connection = copy;
    }
    check(&connection)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

/// The file itself, whatever links lead to it, so that one store has one lock. It begins with a
/// folder, so that `SQLite` takes no name for an address (`file:x`) or a command (`:memory:`).
fn resolve(path: &Path) -> Result<PathBuf, Problem> {
    let wrong = |words: &str| Err(Problem::Place(words.into()));
    match path.canonicalize() {
        // Merely to open a FIFO would take for ever.
        Ok(path) if !path.is_file() => wrong("it is not a file"),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let (folder, name) = (path.parent(), path.file_name());
            let folder = folder.filter(|folder| !folder.as_os_str().is_empty());
            match (folder.unwrap_or(Path::new(".")).canonicalize(), name) {
                _ if path.is_symlink() => wrong("it is a link that leads nowhere"),
                (_, None) => wrong("it is not a file"),
                (Err(_), _) => wrong("its folder does not exist"),
                (Ok(folder), Some(name)) => Ok(folder.join(name)),
            }
        }
        path => Ok(path?),
    }
}

/// No file, or an empty one: what `SQLite` itself takes for a new database.
fn is_blank(path: &Path) -> Result<bool, Problem> {
    Ok(!path.try_exists()? || fs::metadata(path)?.len() == 0)
}

/// Whose database it is, without a trace: `SQLite` neither locks nor repairs what it is told is
/// immutable. It is `SQLite` that looks, because if this process closed the file by itself, it
/// would lose the locks that it may have there.
fn recognise(path: &Path) -> Result<(), Problem> {
    // What is shorter than a page, SQLite would take for empty.
    if fs::metadata(path)?.len() < 512 {
        return Err(Problem::NotADatabase);
    }
    let application = connect_as_is(path).and_then(|connection| {
        connection.pragma_query_value(None, "application_id", |row| row.get(0))
    });
    match application {
        Ok(APPLICATION_ID) => Ok(()),
        Ok(foreign) => Err(Problem::Foreign(foreign)),
        Err(error) => Err(match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Problem::NotADatabase,
            // The system knows why.
            Some(ErrorCode::CannotOpen) => match File::open(path) {
                Err(reason) => reason.into(),
                Ok(_) => error.into(),
            },
            _ => error.into(),
        }),
    }
}

/// A connection like a writer's if possible, for only a writer can tidy up after a crash, and
/// after itself.
fn connect_to_read(path: &Path) -> Result<Connection, Problem> {
    let look = |connection: Connection| {
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        Ok(connection)
    };
    let connection = connect(path, READ_WRITE)?;
    if !connection.is_readonly(MAIN_DB)? {
        match look(connection) {
            Err(error) if is_not_allowed(&error) => {}
            connection => return Ok(connection?),
        }
    }
    let is_filled = |name| fs::metadata(beside(path, name)).is_ok_and(|file| file.len() > 0);
    if ["-journal", "-wal"].into_iter().any(is_filled) {
        connect(path, READ_ONLY).and_then(look).map_err(|error| {
            if is_not_allowed(&error) {
                let words = "a crash left it half written, and it cannot be repaired here";
                Problem::Other(words.into())
            } else {
                error.into()
            }
        })
    } else {
        Ok(connect_as_is(path).and_then(look)?)
    }
}

fn is_not_allowed(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error_code();
    matches!(code, Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly))
}

/// Makes a new store beside its place and moves it there when it is whole.
fn create(path: &Path) -> Result<(), Problem> {
    // What an earlier attempt left, or a store that somebody deleted: SQLite would play that
    // one's journal into the new one.
    for litter in ["-new", "-journal", "-wal", "-shm"] {
        match fs::remove_file(beside(path, litter)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    let draft = beside(path, "-new");
    let built = build(&draft).and_then(|()| Ok(fs::rename(&draft, path)?));
    if built.is_err() {
        let _ = fs::remove_file(&draft);
    }
    built?;
    // The name, too, is to survive a power failure. Where a folder cannot be opened, the system
    // takes care of that.
    if let Some(folder) = path.parent().and_then(|folder| File::open(folder).ok()) {
        folder.sync_all()?;
    }
    Ok(())
}

fn build(draft: &Path) -> Result<(), Problem> {
    let file = private().create_new(true).open(draft)?;
    let connection = connect(draft, READ_WRITE)?;
    // Nobody knows of it yet, so there is nothing to undo, and the disk is waited for once.
    connection.pragma_update(None, "journal_mode", "OFF")?;
    connection.pragma_update(None, "synchronous", "OFF")?;
    upgrade(&connection)?;
    connection.close().map_err(|(_, error)| error)?;
    Ok(file.sync_all()?)
}

fn connect(path: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    // Somebody may be tidying up.
    connection.busy_timeout(Duration::from_millis(500))?;
    Ok(connection)
}

fn connect_as_is(path: &Path) -> rusqlite::Result<Connection> {
    let name = path.as_os_str().as_encoded_bytes().iter();
    let uri = name.fold(String::from("file:"), |uri, byte| {
        uri + &format!("%{byte:02x}")
    });
    let flags = READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    connect(Path::new(&(uri + "?immutable=1")), flags)
}

pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

/// For files that only their owner may read. What `SQLite` puts beside them is like them.
pub(super) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
