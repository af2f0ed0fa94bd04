//! A hundred sites, each a second away: in turn, on a hundred threads, and joined.

use std::time::Duration;

use futures::future::join_all;
use stage::{Instrument, block_for, on_threads};
use tokio::time::sleep;
use tracing::{info, info_span};

/// How long a site takes to answer.
const LATENCY: Duration = Duration::from_secs(1);

/// Asks a site and blocks the thread until it answers with its number.
pub fn visit_blocking(site: u32) -> u32 {
    info_span!("site", site).in_scope(|| {
        block_for(LATENCY);
        site
    })
}

/// Asks a site and waits for its number.
pub async fn visit(site: u32) -> u32 {
    sleep(LATENCY).await;
    site
}

/// One site after the other: a second for each.
pub fn in_turn(sites: u32) -> Vec<u32> {
    let pages: Vec<u32> = (0..sites).map(visit_blocking).collect();
    info!(pages = pages.len(), "done");
    pages
}

/// Every site has a thread that blocks for it: a second in all.
pub fn on_a_thread_each(sites: u32) -> Vec<u32> {
    let pages = on_threads((0..sites).map(|site| move || visit_blocking(site)));
    info!(pages = pages.len(), "done");
    pages
}

/// One thread waits for all sites at once: a second in all.
pub async fn joined(sites: u32) -> Vec<u32> {
    let visits = (0..sites).map(|site| visit(site).instrument(info_span!("site", site)));
    let pages = join_all(visits).await;
    info!(pages = pages.len(), "done");
    pages
}

/// What one waiting visit occupies, in bytes.
pub fn size_of_a_visit() -> usize {
    size_of_val(&visit(0))
}
