//! Wrong: two seconds for each piece of a line.

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
        while line.last() != Some(&b'\n') {
            let piece = timeout(PATIENCE, wire.fill_buf()).await??;
            if piece.is_empty() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let end = piece.iter().position(|&byte| byte == b'\n');
            let used = end.map_or(piece.len(), |end| end + 1);
            line.extend_from_slice(&piece[..used]);
            wire.consume(used);
        }
        match String::from_utf8_lossy(&line).trim_end() {
            "alive" => {}
            weight => return kilograms(weight),
        }
    }
}


// From here on as in the solution:
// fn kilograms(line: &str) -> io::Result<u32> {
