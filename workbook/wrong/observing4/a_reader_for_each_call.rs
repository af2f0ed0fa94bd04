//! Wrong: what the reader has read ahead is lost with it.

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
    let mut wire = BufReader::new(wire);
    loop {
        let mut line = String::new();
        timeout(PATIENCE, wire.read_line(&mut line)).await??;
        match line.strip_suffix('\n').ok_or(io::ErrorKind::UnexpectedEof)? {
            "alive" => {}
            weight => return kilograms(weight),
        }
    }
}


// From here on as in the solution:
// fn kilograms(line: &str) -> io::Result<u32> {
