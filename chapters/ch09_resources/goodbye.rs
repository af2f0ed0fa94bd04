//! A report that closes its session, and four ways for the report to end.

use std::{panic::AssertUnwindSafe, time::Duration};

use futures::{FutureExt, future::join_all};
use stage::Instrument;
use tokio::time::{sleep, timeout};
use tracing::{info, info_span};

use crate::session::{ANSWER, Book, Failed, Server, Session};

/// How a report ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// With a value.
    Success,
    /// With an error of the server.
    Error,
    /// With a bug.
    Panic,
    /// By being dropped: its reader waits for 450 ms, and it takes longer.
    Cancelled,
}

impl Ending {
    /// All four.
    pub const ALL: [Self; 4] = [Self::Success, Self::Error, Self::Panic, Self::Cancelled];

    /// A word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Error => "error",
            Self::Panic => "panic",
            Self::Cancelled => "cancelled",
        }
    }
}

/// Closes on the last line but one: whoever leaves before hangs up.
///
/// # Errors
///
/// Those of the server.
pub async fn last_line_wrong(server: Server, ending: Ending) -> Result<u32, Failed> {
    let session = server.open("mail").await?;
    let pages = write(&session, ending).await?;
    session.close().await?;
    Ok(pages)
}

/// Closes before it looks at the result.
///
/// # Errors
///
/// Those of the server; if both fail, that of the report.
pub async fn before_looking(server: Server, ending: Ending) -> Result<u32, Failed> {
    let session = server.open("mail").await?;
    let pages = write(&session, ending).await;
    let closed = session.close().await;
    pages.and_then(|pages| closed.map(|()| pages))
}

/// Writes a report until it ends in this way: one query, and more.
///
/// # Errors
///
/// [`Failed::Query`] if that is how it is to end.
///
/// # Panics
///
/// If that is how it is to end.
pub async fn write(session: &Session, ending: Ending) -> Result<u32, Failed> {
    let pages = session.query().await?;
    match ending {
        Ending::Success => {}
        Ending::Error => return Err(Failed::Query(session.name())),
        Ending::Panic => panic!("no such page"),
        Ending::Cancelled => sleep(8 * ANSWER).await,
    }
    Ok(pages)
}

/// Plays all four endings of a way to report, each with a server of its own.
pub async fn four_endings<T>(
    report: impl AsyncFn(Server, Ending) -> Result<T, Failed>,
) -> [Server; 4] {
    const PATIENCE: Duration = Duration::from_millis(450);
    let servers = Ending::ALL.map(|_| Server::default());
    let reports = Ending::ALL
        .into_iter()
        .zip(&servers)
        .map(|(ending, server)| {
            let report = report(server.clone(), ending);
            let report = report.instrument(info_span!("report", how = ending.name()));
            // A panic ends the report and not the story.
            timeout(PATIENCE, AssertUnwindSafe(report).catch_unwind())
        });
    join_all(reports).await;
    servers
}

/// Reads the books of the four servers aloud.
pub fn books(servers: [Server; 4]) -> [Book; 4] {
    let books = servers.map(|server| server.book());
    let closed: u32 = books.iter().map(|book| book.closed).sum();
    let hung_up: u32 = books.iter().map(|book| book.hung_up).sum();
    info!("closed {closed}, hung up {hung_up}");
    books
}
