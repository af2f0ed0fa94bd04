//! A robot mows a lawn, strip by strip, a minute each. When it rains, it is told to stop. It comes
//! home soaked: it looks at the sky only at the end of a strip. The first attempt to mend that, with
//! `abort`, left it standing on the lawn with turning blades.
//!
//! Goal: it stops in the middle of a strip as soon as it is told, lifts its blades (half a second,
//! always, and not to be interrupted), and reports how many strips are done.
//!
//! Lesson: `chapters/ch07_cancellation/README.md`, "A worker that is told to stop"

use std::time::Duration;

use stage::Instrument;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::{info, info_span};

#[derive(Debug, PartialEq)]
enum Report {
    Done,
    Stopped { strips: u32 },
}

async fn mow(strips: u32, strip: Duration, rain: &CancellationToken) -> Report {
    async {
        let mut done = 0;
        while done < strips {
            if rain.run_until_cancelled(sleep(strip)).await.is_none() {
                break;
            }
            info!("a strip");
            done += 1;
        }
        lift_blades().await;
        if done == strips {
            Report::Done
        } else {
            Report::Stopped { strips: done }
        }
    }
    .instrument(info_span!("robot"))
    .await
}

async fn lift_blades() {
    sleep(Duration::from_millis(500)).await;
    info!("blades are up");
}

/// It begins to rain after so many milliseconds.
async fn garden(strips: u32, strip: Duration, rains: u64) -> Report {
    let rain = CancellationToken::new();
    let sky = async {
        sleep(Duration::from_millis(rains)).await;
        info!("rain");
        rain.cancel();
    };
    tokio::join!(mow(strips, strip, &rain), sky).0
}

fn main() {
    stage::play("A lawn", async {
        let report = garden(5, Duration::from_secs(1), 2_300).await;
        info!("{report:?}");
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn it_stops_in_the_middle_of_a_strip() {
        for (rains, strips) in [(90_123, 1), (10, 0), (179_999, 2)] {
            let played = stage::record(garden(5, MINUTE, rains));
            assert_eq!(played.value, Report::Stopped { strips });
            let up = Duration::from_millis(rains + 500);
            assert_eq!(
                played.told("robot").last(),
                Some(&(up, "blades are up")),
                "half a second after the rain began"
            );
            assert_eq!(played.elapsed, up);
            assert!(
                played.lane("robot").polls <= u64::from(strips) + 4,
                "it looks at the sky again and again instead of being told"
            );
        }
    }

    #[test]
    fn blades_are_lifted_in_peace() {
        // The rain begins while the blades are being lifted.
        let played = stage::record(garden(2, MINUTE, 120_200));
        assert_eq!(played.value, Report::Done);
        assert_eq!(
            played.told("robot").last(),
            Some(&(Duration::from_millis(120_500), "blades are up")),
        );
    }

    #[test]
    fn without_rain_it_mows_the_whole_lawn() {
        for strips in [1, 7] {
            let played = stage::record(async {
                let sunshine = CancellationToken::new();
                mow(strips, MINUTE, &sunshine).await
            });
            assert_eq!(played.value, Report::Done);
            assert_eq!(played.elapsed, MINUTE * strips + Duration::from_millis(500));
        }
    }
}
