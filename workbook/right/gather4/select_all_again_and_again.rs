//! Right: the losers are handed back, and raced again.

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
    let mut downloads: Vec<_> = mirrors.iter().map(|&m| Box::pin(download(m))).collect();
    loop {
        let (first, _, others) = futures::future::select_all(downloads).await;
        if first.is_ok() || others.is_empty() {
            return first;
        }
        downloads = others;
    }
}

// From here on as in the solution:
// async fn download((mirror, answer): Mirror) -> Result<String, Refused> {
