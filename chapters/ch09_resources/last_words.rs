//! What happens to a goodbye that is left to `Drop`.

use std::panic::AssertUnwindSafe;

use futures::FutureExt;
use stage::Instrument;
use tokio::{
    io::{self, AsyncReadExt, AsyncWriteExt, BufWriter, duplex},
    runtime::Handle,
};
use tracing::{info, info_span};

use crate::session::{Failed, Server, Session};

/// Wants to wait in `Drop`.
struct Waits(Option<Session>);

impl Drop for Waits {
    fn drop(&mut self) {
        if let Some(session) = self.0.take() {
            let _ = Handle::current().block_on(session.close());
        }
    }
}

/// Starts a task in `Drop`, which nobody owns.
struct Spawns(Option<Session>);

impl Drop for Spawns {
    fn drop(&mut self) {
        if let Some(session) = self.0.take() {
            tokio::spawn(session.close().instrument(info_span!("goodbye")));
        }
    }
}

/// A thread of the runtime may not wait for a future: Tokio panics.
///
/// # Errors
///
/// Those of the server.
pub async fn waits_wrong(server: Server) -> Result<bool, Failed> {
    let session = server.open("mail").await?;
    let report = async {
        let session = Waits(Some(session));
        info!("report written");
        drop(session);
    };
    let report = report.instrument(info_span!("report"));
    Ok(AssertUnwindSafe(report).catch_unwind().await.is_ok())
}

/// The task says its goodbye if the program lives long enough. This one does not.
///
/// # Errors
///
/// Those of the server.
pub async fn spawns_wrong(server: Server) -> Result<(), Failed> {
    let session = Spawns(Some(server.open("mail").await?));
    info!("report written");
    drop(session);
    Ok(())
}

/// What arrives of a letter whose writer is dropped with a buffer full of words.
///
/// # Errors
///
/// If the pipe fails.
pub async fn buffered_wrong() -> io::Result<String> {
    letter(async |mut writer| {
        writer.write_all(b"Dear Ann").await?;
        drop(writer);
        Ok(())
    })
    .await
}

/// What arrives if the writer is shut down first: that writes out the buffer.
///
/// # Errors
///
/// If the pipe fails.
pub async fn shut_down() -> io::Result<String> {
    letter(async |mut writer| {
        writer.write_all(b"Dear Ann").await?;
        writer.shutdown().await
    })
    .await
}

async fn letter(
    write: impl AsyncFnOnce(BufWriter<io::DuplexStream>) -> io::Result<()>,
) -> io::Result<String> {
    let (here, mut there) = duplex(64);
    let mut arrived = String::new();
    let read = there.read_to_string(&mut arrived);
    tokio::try_join!(write(BufWriter::new(here)), read)?;
    info!("{arrived:?} arrived");
    Ok(arrived)
}
