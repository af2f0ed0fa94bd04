//! The same file lies on three mirrors. One copy is enough.

use std::time::Duration;

use futures::future::{join_all, select_all, select_ok};
use stage::Instrument;
use thiserror::Error;
use tokio::time::sleep;
use tracing::{info, info_span};

/// A server that may have the file.
#[derive(Clone, Debug)]
pub struct Mirror {
    name: &'static str,
    takes: Duration,
    has_it: bool,
}

/// A slow one, one that quickly says no, and one between them.
pub const MIRRORS: [Mirror; 3] = [
    mirror("north", 3, true),
    mirror("east", 1, false),
    mirror("south", 2, true),
];

const fn mirror(name: &'static str, seconds: u64, has_it: bool) -> Mirror {
    Mirror {
        name,
        takes: Duration::from_secs(seconds),
        has_it,
    }
}

/// Where a copy of the file came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct File(pub &'static str);

/// The mirror does not have the file.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("{0} does not have it")]
pub struct NotFound(pub &'static str);

/// Downloads every copy to the end and keeps one.
///
/// # Errors
///
/// What the last mirror in the list said, if none of them has the file.
///
/// # Panics
///
/// If there are no mirrors.
pub async fn all(mirrors: &[Mirror]) -> Result<File, NotFound> {
    let copies = join_all(mirrors.iter().map(download)).await;
    copies.into_iter().reduce(Result::or).expect("a mirror")
}

/// What the first mirror to answer says, be it yes or no.
///
/// # Errors
///
/// If the first answer is that the file is not there.
///
/// # Panics
///
/// If there are no mirrors.
pub async fn first_answer(mirrors: &[Mirror]) -> Result<File, NotFound> {
    let downloads = mirrors.iter().map(|mirror| Box::pin(download(mirror)));
    let (answer, _index, losers) = select_all(downloads).await;
    drop(losers);
    answer
}

/// The first copy to be complete. Only if no mirror has the file it is an error.
///
/// # Errors
///
/// What the last mirror to answer said, if none of them has the file.
///
/// # Panics
///
/// If there are no mirrors.
pub async fn first_copy(mirrors: &[Mirror]) -> Result<File, NotFound> {
    let downloads = mirrors.iter().map(|mirror| Box::pin(download(mirror)));
    let (copy, losers) = select_ok(downloads).await?;
    drop(losers);
    Ok(copy)
}

/// A download, or nothing if the user clicks on *cancel* before it is complete.
///
/// # Cancel safety
///
/// Neither branch is polled again after the other has won, so nothing needs to survive: half a
/// download is thrown away, and a click that never came is not missed.
pub async fn unless_cancelled(
    mirror: &Mirror,
    click: impl Future<Output = ()>,
) -> Option<Result<File, NotFound>> {
    tokio::select! {
        biased;
        answer = download(mirror) => Some(answer),
        () = click => None,
    }
}

/// Saves a download on a lane of its own, and says where it came from.
///
/// # Errors
///
/// That of the download.
pub async fn saved(
    download: impl Future<Output = Result<File, NotFound>>,
) -> Result<File, NotFound> {
    async {
        let file = download.await;
        match &file {
            Ok(File(mirror)) => info!("saved, from {mirror}"),
            Err(error) => info!("failed: {error}"),
        }
        file
    }
    .instrument(info_span!("save"))
    .await
}

/// A user who clicks *cancel* after a while.
pub async fn click_after(seconds: u64) {
    async {
        sleep(Duration::from_secs(seconds)).await;
        info!("clicks");
    }
    .instrument(info_span!("user"))
    .await;
}

async fn download(mirror: &Mirror) -> Result<File, NotFound> {
    async {
        let _connection = Connection;
        sleep(mirror.takes).await;
        if mirror.has_it {
            info!("complete");
            Ok(File(mirror.name))
        } else {
            info!("404");
            Err(NotFound(mirror.name))
        }
    }
    .instrument(info_span!("mirror", mirror.name))
    .await
}

/// Open as long as it lives.
struct Connection;

impl Drop for Connection {
    fn drop(&mut self) {
        info!("hung up");
    }
}
