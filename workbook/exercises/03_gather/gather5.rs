//! A photo album makes small copies of big pictures. All at once would need more memory than there
//! is, so it works in groups of three. But a group is done only when its slowest picture is.
//!
//! Goal: never more than `at_once` pictures in work, and never fewer while some have not begun, also if
//! a slow one is among them; the small pictures in the order of the album.
//!
//! Lesson: `chapters/ch03_gather/README.md`, "A gallery: many, but not all at once"

use std::time::Duration;

use futures::future::join_all;
use stage::Instrument;
use tokio::time::sleep;
use tracing::info_span;

/// A picture's number, and the seconds it takes to shrink.
type Picture = (u32, u64);

async fn album(pictures: &[Picture], at_once: usize) -> Vec<u32> {
    // TODO: begin a new picture whenever one is done.
    let mut small = Vec::new();
    for group in pictures.chunks(at_once) {
        small.extend(join_all(group.iter().map(|&picture| shrink(picture))).await);
    }
    small
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

    /// An album of these pictures takes so many seconds.
    fn check(pictures: &[Picture], at_once: usize, seconds: u64) {
        let played = stage::record(album(pictures, at_once));
        let timeline = stage::timeline_of(&played, 100);
        let most = played.most_at_once("picture");
        let limit = at_once.min(pictures.len());
        assert!(
            most == limit,
            "{limit} pictures should be in work at the same time, and there were {most}:\n{timeline}"
        );
        let order: Vec<u32> = pictures.iter().map(|picture| picture.0).collect();
        let album = &played.value;
        assert!(
            *album == order,
            "the small pictures should stand in the order of the album\n  \
             expected: {order:?}\n  it was:   {album:?}\n{timeline}"
        );
        let (took, should) = (played.elapsed, Duration::from_secs(seconds));
        assert!(
            took == should,
            "with {at_once} at once it should take {should:?}, and took {took:?}: whenever a picture \
             is done, the next one should begin, even if a slow one before it is not done yet\n\
             {timeline}"
        );
    }

    #[test]
    fn ten_pictures_three_at_a_time() {
        let pictures: Vec<_> = (1..=10).map(|number| (number, 1)).collect();
        check(&pictures, 3, 4);
        check(&pictures, 20, 1);
        check(&[], 3, 0);
    }

    #[test]
    fn nobody_waits_for_the_slowest_of_a_group() {
        let pictures = [(1, 2), (2, 1), (3, 3), (4, 3), (5, 1), (6, 2)];
        for (at_once, seconds) in [(1, 12), (2, 7), (3, 5), (6, 3)] {
            check(&pictures, at_once, seconds);
        }
    }

    #[test]
    fn nobody_waits_for_a_slow_one_before() {
        let pictures = [(7, 6), (3, 1), (9, 1), (1, 1), (4, 1), (2, 1), (8, 1)];
        check(&pictures, 2, 6);
        check(&pictures, 3, 6);
    }
}
