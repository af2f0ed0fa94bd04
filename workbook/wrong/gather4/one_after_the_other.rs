//! Wrong: the next mirror is asked when one has refused.

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
    let mut last = None;
    for &mirror in mirrors {
        match download(mirror).await {
            Ok(package) => return Ok(package),
            Err(refused) => last = Some(refused),
        }
    }
    Err(last.unwrap())
}

// From here on as in the solution:
// async fn download((mirror, answer): Mirror) -> Result<String, Refused> {
