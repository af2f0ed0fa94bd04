//! A package is on several mirrors, and nobody knows which one is quick today: ask all, take the
//! first copy, hang up on the rest. This program also takes the first *error*: a mirror that
//! refuses at once makes the whole download fail.
//!
//! Goal: the first mirror that succeeds wins and the others are cancelled in that moment. Only when
//! all have failed is the download a failure, with the last error.
//!
//! Lesson: `chapters/ch03_gather/README.md`, "Mirrors: only the first"

use std::time::Duration;

use futures::future::select_all;
use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

/// A mirror's name; the seconds until it sends the package, or until it refuses.
type Mirror = (&'static str, Result<u64, u64>);

#[derive(Debug, PartialEq)]
struct Refused(&'static str);

/// The package's content.
async fn fastest(mirrors: &[Mirror]) -> Result<String, Refused> {
    let downloads = mirrors.iter().map(|&mirror| Box::pin(download(mirror)));
    // TODO: a mirror that refuses has not won.
    let (first, _, _others) = select_all(downloads).await;
    first
}

async fn download((mirror, answer): Mirror) -> Result<String, Refused> {
    async {
        sleep(Duration::from_secs(answer.unwrap_or_else(|until| until))).await;
        match answer {
            Ok(_) => {
                info!("sent");
                Ok(format!("package from {mirror}"))
            }
            Err(_) => {
                info!("refused");
                Err(Refused(mirror))
            }
        }
    }
    .instrument(info_span!("mirror", mirror))
    .await
}

fn main() {
    let mirrors = [("Kyoto", Ok(3)), ("Porto", Err(1)), ("Quito", Ok(2))];
    stage::play("Three mirrors", async {
        info!("{:?}", fastest(&mirrors).await);
    });
}

#[cfg(test)]
mod tests {
    use stage::Outcome;

    use super::*;

    /// Downloads, and sees what is left a second later.
    fn check(mirrors: &[Mirror], expected: Result<&str, Refused>, seconds: u64) {
        let client = || fastest(mirrors).instrument(info_span!("client"));
        let played = stage::record(async {
            let package = client().await;
            sleep(Duration::from_secs(1)).await;
            package
        });
        let timeline = stage::timeline_of(&played, 100);
        let (client, asked) = played.lanes.split_first().unwrap();
        let labels: Vec<_> = asked.iter().map(|lane| lane.label.as_str()).collect();
        let all: Vec<_> = mirrors
            .iter()
            .map(|one| format!("mirror {}", one.0))
            .collect();
        assert!(
            labels == all && asked.iter().all(|lane| lane.created.is_zero()),
            "all mirrors should be asked at once, and each of them once\n  \
             expected: {all:?}\n  it was:   {labels:?}\n{timeline}"
        );
        let expected = expected.map(|mirror| format!("package from {mirror}"));
        assert!(
            played.value == expected,
            "the result\n  expected: {expected:?}\n  it was:   {:?}\n{timeline}",
            played.value
        );
        let (ended, end) = (client.ended.unwrap(), Duration::from_secs(seconds));
        assert!(
            ended == end,
            "it should be there at {end:?}, and was there at {ended:?}:\n{timeline}"
        );
        for (lane, &(mirror, answer)) in asked.iter().zip(mirrors) {
            let takes = answer.unwrap_or_else(|until| until);
            if takes > seconds {
                assert!(
                    lane.outcome == Outcome::Cancelled && lane.ended == Some(end),
                    "{mirror} has lost at {end:?}, and nobody hangs up on it then:\n{timeline}"
                );
            }
        }
        let polls = client.polls;
        assert!(
            polls <= 2 * mirrors.len() as u64 + 2,
            "the client was polled {polls} times: it looks again and again instead of waiting to \
             be woken\n{timeline}"
        );
    }

    #[test]
    fn the_first_success_wins_and_the_rest_is_cancelled() {
        let all = [
            ("Kyoto", Ok(3)),
            ("Porto", Err(1)),
            ("Quito", Ok(2)),
            ("Malmö", Ok(5)),
        ];
        check(&all, Ok("Quito"), 2);
        check(&all[..2], Ok("Kyoto"), 3);
        check(&all[3..], Ok("Malmö"), 5);
    }

    #[test]
    fn several_may_refuse_before_one_sends() {
        let mirrors = [
            ("Kyoto", Err(1)),
            ("Porto", Err(2)),
            ("Quito", Err(2)),
            ("Malmö", Ok(4)),
            ("Lagos", Err(9)),
        ];
        check(&mirrors, Ok("Malmö"), 4);
    }

    #[test]
    fn if_all_refuse_the_last_error_is_told() {
        let mirrors = [("Kyoto", Err(2)), ("Porto", Err(4)), ("Quito", Err(3))];
        check(&mirrors, Err(Refused("Porto")), 4);
        check(&mirrors[..1], Err(Refused("Kyoto")), 2);
    }
}
