//! A photo album makes small copies of big pictures. All at once would need more memory than there
//! is, so it works in groups of three. But a group is done only when its slowest picture is.
//!
//! Goal: never more than `at_once` pictures in work, never fewer while there are any left, and the
//! small pictures in the order of the album.
//!
//! Lesson: `chapters/ch03_gather/README.md`, "A gallery: many, but not all at once"

use std::time::Duration;

use futures::stream::{self, StreamExt};
use stage::Instrument;
use tokio::time::sleep;
use tracing::info_span;

/// A picture's number, and the seconds it takes to shrink.
type Picture = (u32, u64);

async fn album(pictures: &[Picture], at_once: usize) -> Vec<u32> {
    stream::iter(pictures)
        .map(|&picture| shrink(picture))
        .buffered(at_once)
        .collect()
        .await
}

async fn shrink((number, seconds): Picture) -> u32 {
    async {
        sleep(Duration::from_secs(seconds)).await;
        number
    }
    .instrument(info_span!("picture", number))
    .await
}

fn main() {
    let pictures = [(1, 1), (2, 2), (3, 1), (4, 1), (5, 1), (6, 2)];
    stage::play("An album", album(&pictures, 3));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many lanes were alive at the same time, at most.
    fn at_once(lanes: &[stage::Lane]) -> usize {
        let alive = |lane: &stage::Lane, at| lane.created <= at && lane.ended > Some(at);
        lanes
            .iter()
            .map(|one| lanes.iter().filter(|lane| alive(lane, one.created)).count())
            .max()
            .unwrap_or(0)
    }

    #[test]
    fn ten_pictures_three_at_a_time() {
        let pictures: Vec<_> = (1..=10).map(|number| (number, 1)).collect();
        let played = stage::record(album(&pictures, 3));

        assert_eq!(played.value, (1..=10).collect::<Vec<_>>());
        assert_eq!(at_once(&played.lanes), 3);
        assert_eq!(played.elapsed, Duration::from_secs(4));
    }

    #[test]
    fn nobody_waits_for_the_slowest_of_a_group() {
        let pictures = [(1, 2), (2, 1), (3, 3), (4, 3), (5, 1), (6, 2)];
        for (limit, seconds) in [(1, 12), (2, 7), (3, 5), (6, 3)] {
            let played = stage::record(album(&pictures, limit));

            assert_eq!(played.value, [1, 2, 3, 4, 5, 6], "the order of the album");
            assert_eq!(at_once(&played.lanes), limit);
            assert_eq!(
                played.elapsed,
                Duration::from_secs(seconds),
                "{limit} at once: a free hand should take the next picture"
            );
        }
    }
}
