//! A machine listens to a patient's heart. It should listen for a given time and then say what it has heard.
//! But what it says is: nothing.
//!
//! Goal: `listen` returns the beats that came within `whole`. It returns earlier if there was no beat for
//! `patience`, or if the stream has ended; and what was heard until then is never lost.
//!
//! Lesson: `chapters/ch08_streams/README.md`, "When nothing comes"

use std::time::Duration;

use futures::{Stream, StreamExt, stream};
use tokio::time::{sleep, timeout};
use tracing::info;

/// The beats of the time `whole`, or fewer, if the heart is silent for `patience`.
async fn listen(beats: impl Stream<Item = u32>, patience: Duration, whole: Duration) -> Vec<u32> {
    // TODO: keep what was heard; and `patience` is for each beat.
    let _ = patience;
    timeout(whole, beats.collect()).await.unwrap_or_default()
}

/// A beat after each of these pauses, in milliseconds; after the last there is silence, or the end.
fn heart(pauses: &[u64], ends: bool) -> impl Stream<Item = u32> {
    let beats = stream::iter((1..).zip(pauses.to_vec())).then(async |(number, pause)| {
        sleep(Duration::from_millis(pause)).await;
        info!("beat {number}");
        number
    });
    let silence = if ends { None } else { Some(stream::pending()) };
    beats.chain(stream::iter(silence).flatten())
}

fn main() {
    stage::play("A heart", async {
        let beats = heart(&[1_000, 1_000, 1_000, 4_000], false);
        let seconds = Duration::from_secs;
        let heard = listen(beats, seconds(2), seconds(9)).await;
        info!("heard: {heard:?}");
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What was heard, and after how many milliseconds. Two seconds of patience, 5.5 for the whole.
    fn heard(pauses: &[u64], ends: bool) -> (Vec<u32>, u128) {
        let played = stage::record(async {
            let beats = heart(pauses, ends);
            let (patience, whole) = (Duration::from_secs(2), Duration::from_millis(5_500));
            listen(beats, patience, whole).await
        });
        (played.value, played.elapsed.as_millis())
    }

    #[test]
    fn what_came_in_time_is_kept() {
        let steady = [1_000; 20];
        assert_eq!(
            heard(&steady, false),
            (vec![1, 2, 3, 4, 5], 5_500),
            "(beats, milliseconds): a beat every second, and 5.5 seconds to listen"
        );
        assert_eq!(
            heard(&[1_900; 20], false),
            (vec![1, 2], 5_500),
            "(beats, milliseconds): the time for the whole does not begin anew"
        );
    }

    #[test]
    fn silence_ends_it() {
        assert_eq!(
            heard(&[1_000, 1_000, 9_000, 1_000], false),
            (vec![1, 2], 4_000),
            "(beats, milliseconds): two beats, and then two seconds of silence"
        );
        assert_eq!(
            heard(&[9_000], false),
            (vec![], 2_000),
            "(beats, milliseconds): silence from the beginning"
        );
        assert_eq!(
            heard(&[1_500, 2_500, 500], false),
            (vec![1], 3_500),
            "(beats, milliseconds): 2.5 seconds of silence, and another beat later"
        );
    }

    #[test]
    fn the_end_ends_it() {
        assert_eq!(
            heard(&[1_000, 1_000], true),
            (vec![1, 2], 2_000),
            "(beats, milliseconds): two beats, and the stream ends"
        );
        assert_eq!(
            heard(&[], true),
            (vec![], 0),
            "(beats, milliseconds): the stream ends before the first beat"
        );
    }
}
