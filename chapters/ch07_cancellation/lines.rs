//! Reading lines beside a heartbeat: one way loses bytes, the other does not.

use std::{io, time::Duration};

use stage::Instrument;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, duplex},
    time::{Instant, Interval, interval_at, sleep},
};
use tracing::{info, info_span};

/// `read_line` keeps what it has read of a line inside its future. Each heartbeat drops it.
///
/// # Errors
///
/// If the connection fails.
pub async fn read_line_wrong() -> io::Result<Vec<String>> {
    conversation(async |connection| {
        let mut reader = BufReader::new(connection);
        let mut heartbeat = heartbeat();
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            tokio::select! {
                biased;
                // NOT cancel safe: what it has read of a line is lost.
                read = reader.read_line(&mut line) => {
                    if read? == 0 {
                        return Ok(lines);
                    }
                    info!("{:?}", line.trim_end());
                    lines.push(line.trim_end().to_owned());
                }
                // Cancel safe.
                _ = heartbeat.tick() => info!("tick"),
            }
        }
    })
    .await
}

/// `Lines` keeps it in itself, and lives as long as the connection.
///
/// # Errors
///
/// If the connection fails.
pub async fn next_line() -> io::Result<Vec<String>> {
    conversation(async |connection| {
        // ANCHOR: next_line
        let mut reader = BufReader::new(connection).lines();
        let mut heartbeat = heartbeat();
        let mut lines = Vec::new();
        loop {
            tokio::select! {
                biased;
                // Cancel safe: what it has read stays in `reader`.
                line = reader.next_line() => {
                    let Some(line) = line? else { return Ok(lines) };
                    info!("{line:?}");
                    lines.push(line);
                }
                // Cancel safe.
                _ = heartbeat.tick() => info!("tick"),
            }
        }
        // ANCHOR_END: next_line
    })
    .await
}

/// The other cure: keep the future itself from one turn to the next. Nothing is dropped, so
/// nothing needs to be cancel safe.
///
/// # Errors
///
/// If the connection fails.
pub async fn same_future() -> io::Result<Vec<String>> {
    conversation(async |connection| {
        let mut reader = BufReader::new(connection);
        let mut heartbeat = heartbeat();
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            let read = {
                let mut reading = std::pin::pin!(reader.read_line(&mut line));
                loop {
                    tokio::select! {
                        biased;
                        // Borrowed, so it is not dropped when the heartbeat comes first.
                        read = &mut reading => break read?,
                        _ = heartbeat.tick() => info!("tick"),
                    }
                }
            };
            if read == 0 {
                return Ok(lines);
            }
            info!("{:?}", line.trim_end());
            lines.push(line.trim_end().to_owned());
        }
    })
    .await
}

async fn conversation(
    read: impl AsyncFnOnce(DuplexStream) -> io::Result<Vec<String>>,
) -> io::Result<Vec<String>> {
    let (here, there) = duplex(64);
    let (written, lines) = tokio::join!(
        write_in_pieces(there).instrument(info_span!("writer")),
        read(here).instrument(info_span!("reader")),
    );
    written?;
    lines
}

/// Bytes do not come line by line.
async fn write_in_pieces(mut connection: DuplexStream) -> io::Result<()> {
    for piece in ["alpha\n", "bra", "vo\ncha", "rlie", "\ndelta\n"] {
        sleep(Duration::from_millis(70)).await;
        info!("{piece:?}");
        connection.write_all(piece.as_bytes()).await?;
    }
    Ok(())
}

fn heartbeat() -> Interval {
    const BEAT: Duration = Duration::from_millis(100);
    interval_at(Instant::now() + BEAT, BEAT)
}
