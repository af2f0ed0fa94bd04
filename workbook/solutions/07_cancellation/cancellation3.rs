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

    /// It rains after so many milliseconds; the blades should be up after so many.
    fn check(strips: u32, rains: u64, report: Report, up: u64) {
        let played = stage::record(garden(strips, MINUTE, rains));
        let happened = played.what_happened();
        assert!(
            played.value == report,
            "{strips} strips, rain after {rains} ms: expected {report:?}, got {:?}{happened}",
            played.value
        );
        let lifted = played.when("blades are up");
        let should = [Duration::from_millis(up)];
        assert!(
            lifted == should,
            "{strips} strips, rain after {rains} ms: the blades should be up once, at {should:?}, \
             and were up at {lifted:?}: it takes half a second after the rain or the last strip, and \
             nothing may interrupt it{happened}"
        );
        let (polls, most) = (played.lane("robot").polls, u64::from(strips) + 6);
        assert!(
            polls <= most,
            "the robot was polled {polls} times for {strips} strips: it looks at the sky again and \
             again instead of being told{happened}"
        );
    }

    #[test]
    fn it_stops_in_the_middle_of_a_strip() {
        for (rains, strips) in [(90_123, 1), (10, 0), (179_999, 2), (250_001, 4)] {
            check(5, rains, Report::Stopped { strips }, rains + 500);
        }
    }

    #[test]
    fn blades_are_lifted_in_peace() {
        // The rain begins while the blades are being lifted.
        check(2, 120_200, Report::Done, 120_500);
    }

    #[test]
    fn without_rain_it_mows_the_whole_lawn() {
        for strips in [1, 7] {
            check(
                strips,
                3_600_000,
                Report::Done,
                u64::from(strips) * 60_000 + 500,
            );
        }
    }

    #[test]
    fn before_the_first_strip() {
        let played = stage::record(async {
            let rain = CancellationToken::new();
            rain.cancel();
            mow(3, MINUTE, &rain).await
        });
        let happened = played.what_happened();
        assert!(
            played.value == Report::Stopped { strips: 0 } && played.elapsed < MINUTE,
            "it rains already when the robot is sent out: it should begin no strip, and {:?} took \
             {:?}{happened}",
            played.value,
            played.elapsed
        );
    }
}
