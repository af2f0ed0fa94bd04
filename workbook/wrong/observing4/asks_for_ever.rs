//! Wrong: whatever goes wrong, it reads on.

use std::{io, time::Duration};

use stage::Instrument;
use tokio::{
    io::{AsyncBufRead, AsyncBufReadExt, BufReader},
    time::timeout,
};
use tracing::{info, info_span};

const PATIENCE: Duration = Duration::from_secs(2);

/// The next weight in kilograms.
async fn weigh(wire: &mut (impl AsyncBufRead + Unpin)) -> io::Result<u32> {
    loop {
        let mut line = String::new();
        let read = timeout(PATIENCE, wire.read_line(&mut line)).await;
        if read.is_err() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        if let Ok(weight) = kilograms(line.trim_end()) {
            return Ok(weight);
        }
        tokio::task::yield_now().await;
    }
}


// From here on as in the solution:
// fn kilograms(line: &str) -> io::Result<u32> {
