//! Right: the moment is fixed when the line begins.

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
        let until = tokio::time::Instant::now() + PATIENCE;
        let mut line = String::new();
        let read = tokio::time::timeout_at(until, wire.read_line(&mut line)).await;
        read.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
        if !line.ends_with('\n') {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if line != "alive\n" {
            return kilograms(line.trim_end_matches('\n'));
        }
    }
}


// From here on as in the solution:
// fn kilograms(line: &str) -> io::Result<u32> {
