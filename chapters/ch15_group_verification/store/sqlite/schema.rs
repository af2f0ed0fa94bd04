//! What stands in the database, and how it came to be so, version by version.

use rusqlite::{Connection, Row, types::Type};

use super::Problem;
use crate::model::{Code, Member, MessageId, Status, Steps, Timestamp, UserId};

/// `awgv`: marks a database as ours.
pub(super) const APPLICATION_ID: u32 = 0x6177_6776;

pub(super) const VERSION: u32 = 2;

/// Each step leads from one version to the next, the first one from an empty database. A new
/// version is one more entry; what stands here is never changed, for there are stores that it made.
const STEPS: [&str; VERSION as usize] = [
    "CREATE TABLE member (
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
    ) STRICT, WITHOUT ROWID;",
    // Bit 4 of `owed` was the recall of the greeting of a closed case. Whoever is pending without
    // a greeting was never given the code: such a case begins anew, with the greeting (bit 1).
    "ALTER TABLE member RENAME TO member_1;
    CREATE TABLE member (
        group_id INTEGER NOT NULL,
        user_id  INTEGER NOT NULL,
        status   TEXT NOT NULL,
        stay     INTEGER NOT NULL,
        code     TEXT NOT NULL,
        joined   INTEGER NOT NULL,
        as_of    INTEGER NOT NULL,
        warnings INTEGER NOT NULL,
        told     INTEGER,
        greeting INTEGER,
        stale    TEXT NOT NULL, -- message ids with spaces between them
        owed     INTEGER NOT NULL,
        PRIMARY KEY (group_id, user_id)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO member
        SELECT group_id, user_id, status, 1, code, joined, max(joined, coalesce(warned, joined)),
            iif(uninformed, 0, warnings),
            iif(uninformed, NULL, coalesce(warned, joined)),
            iif(status = 'pending', greeting, NULL),
            iif(status <> 'pending' AND owed & 16, format('%u', greeting), ''),
            iif(uninformed, owed | 2, owed) & 15
        FROM (SELECT *, status = 'pending' AND greeting IS NULL AS uninformed FROM member_1);
    CREATE TABLE met (
        group_id INTEGER PRIMARY KEY,
        since    INTEGER NOT NULL
    ) STRICT;
    INSERT INTO met SELECT group_id, min(joined) FROM member_1 GROUP BY group_id;
    DROP TABLE member_1;",
];

pub(super) const SELECT: &str = "SELECT * FROM member WHERE group_id = ?1";

pub(super) const UPSERT: &str =
    "INSERT OR REPLACE INTO member VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";

/// The version of a database that is ours.
pub(super) fn version(connection: &Connection) -> Result<u32, Problem> {
    let found = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > VERSION {
        return Err(Problem::OtherVersion {
            found,
            known: VERSION,
        });
    }
    Ok(found)
}

/// Brings a database up to date. To be called inside a transaction, if all or nothing of it is
/// to happen.
pub(super) fn upgrade(connection: &Connection) -> Result<(), Problem> {
    let found = version(connection)?;
    if found < VERSION {
        for step in &STEPS[found as usize..] {
            connection.execute_batch(step)?;
        }
        connection.pragma_update(None, "application_id", APPLICATION_ID)?;
        connection.pragma_update(None, "user_version", VERSION)?;
    }
    Ok(())
}

/// Reads every page and every member.
pub(super) fn check(connection: &Connection) -> Result<(), Problem> {
    let verdict: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if verdict != "ok" {
        return Err(Problem::Corrupt(verdict));
    }
    connection.prepare("SELECT * FROM met")?;
    connection
        .prepare("SELECT * FROM member")?
        .query_map([], member)?
        .try_for_each(|member| member.map(drop))?;
    Ok(())
}

pub(super) fn member(row: &Row<'_>) -> rusqlite::Result<Member> {
    let moment = |column| number(row, column).map(Timestamp);
    Ok(Member {
        user: UserId(number(row, "user_id")?),
        status: Status::named(text(row, "status")?).ok_or_else(|| wrong("status"))?,
        stay: row.get("stay")?,
        code: Code(text(row, "code")?.parse().map_err(|_| wrong("code"))?),
        joined: moment("joined")?,
        as_of: moment("as_of")?,
        warnings: row.get("warnings")?,
        told: optional(row, "told")?.map(Timestamp),
        greeting: optional(row, "greeting")?.map(MessageId),
        stale: messages(text(row, "stale")?).ok_or_else(|| wrong("stale"))?,
        owed: Steps::from_bits(row.get("owed")?).ok_or_else(|| wrong("owed"))?,
    })
}

fn text<'a>(row: &'a Row<'_>, column: &str) -> rusqlite::Result<&'a str> {
    Ok(row.get_ref(column)?.as_str()?)
}

/// `SQLite` knows signed numbers only; the bits are the same.
pub(super) fn number(row: &Row<'_>, column: &str) -> rusqlite::Result<u64> {
    row.get::<_, i64>(column).map(i64::cast_unsigned)
}

fn optional(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<u64>> {
    let value: Option<i64> = row.get(column)?;
    Ok(value.map(i64::cast_unsigned))
}

pub(super) fn words(messages: &[MessageId]) -> String {
    let words: Vec<_> = messages.iter().map(|id| id.0.to_string()).collect();
    words.join(" ")
}

fn messages(words: &str) -> Option<Box<[MessageId]>> {
    let ids = words
        .split_whitespace()
        .map(|word| word.parse().map(MessageId));
    ids.collect::<Result<_, _>>().ok()
}

fn wrong(column: &str) -> rusqlite::Error {
    rusqlite::Error::InvalidColumnType(0, column.into(), Type::Text)
}
