//! Wrong: two seconds for the weight, not for a line.

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
    let lines = async {
        loop {
            let mut line = String::new();
            wire.read_line(&mut line).await?;
            match line.strip_suffix('\n').ok_or(io::ErrorKind::UnexpectedEof)? {
                "alive" => {}
                weight => return kilograms(weight),
            }
        }
    };
    timeout(PATIENCE, lines).await?
}


// From here on as in the solution:
// fn kilograms(line: &str) -> io::Result<u32> {
