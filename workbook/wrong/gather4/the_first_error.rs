//! Wrong: if all refuse, the first error is told, not the last.

use std::time::Duration;

use futures::future::select_ok;
use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

/// A mirror's name; the seconds until it sends the package, or until it refuses.
type Mirror = (&'static str, Result<u64, u64>);

#[derive(Debug, PartialEq)]
struct Refused(&'static str);

async fn fastest(mirrors: &[Mirror]) -> Result<String, Refused> {
    use futures::{StreamExt, stream::FuturesUnordered};
    let mut downloads: FuturesUnordered<_> = mirrors.iter().map(|&m| download(m)).collect();
    let mut first = None;
    while let Some(ended) = downloads.next().await {
        match ended {
            Ok(package) => return Ok(package),
            Err(refused) => {
                first.get_or_insert(refused);
            }
        }
    }
    Err(first.unwrap())
}

// From here on as in the solution:
// async fn download((mirror, answer): Mirror) -> Result<String, Refused> {
