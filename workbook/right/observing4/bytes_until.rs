//! Right: bytes up to the end of the line.

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
        let mut line = Vec::new();
        tokio::select! {
            biased;
            // Dropped with `line`: after an error nobody reads on.
            read = wire.read_until(b'\n', &mut line) => read?,
            () = tokio::time::sleep(PATIENCE) => return Err(io::ErrorKind::TimedOut.into()),
        };
        let Some((b'\n', line)) = line.split_last() else {
            return Err(io::ErrorKind::UnexpectedEof.into());
        };
        if line != b"alive" {
            return kilograms(&String::from_utf8_lossy(line));
        }
    }
}


// From here on as in the solution:
// fn kilograms(line: &str) -> io::Result<u32> {
