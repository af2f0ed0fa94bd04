//! Wrong: takes what came before the wire was cut for a line.

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
        timeout(PATIENCE, wire.read_line(&mut line)).await??;
        if line.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        match line.trim_end() {
            "alive" => {}
            weight => return kilograms(weight),
        }
    }
}


// From here on as in the solution:
// fn kilograms(line: &str) -> io::Result<u32> {
