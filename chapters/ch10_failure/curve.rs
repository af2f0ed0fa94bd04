//! What the pauses between tries look like: their ceilings, and twenty draws each.

use std::time::Duration;

use rand::{SeedableRng, rngs::StdRng};
use tracing::info;

use super::retry::Backoff;

/// Draws a line for each pause, with one column for every `scale`: dots for where it came to lie in
/// twenty retries, and a bar for its ceiling.
///
/// # Panics
///
/// If `scale` is shorter than a millisecond.
pub fn draw(backoff: Backoff, scale: Duration) {
    let mut rng = StdRng::seed_from_u64(10);
    let place = |pause: Duration| (pause.as_millis() / scale.as_millis()) as usize;
    for failures in 1..backoff.tries {
        let mut line = vec![' '; place(backoff.longest) + 1];
        for _ in 0..20 {
            line[place(backoff.pause(failures, &mut rng))] = '·';
        }
        let ceiling = backoff.ceiling(failures);
        line[place(ceiling)] = '│';
        let line: String = line.into_iter().collect();
        info!("{failures}. {} at most {ceiling:?}", line.trim_end());
    }
}
