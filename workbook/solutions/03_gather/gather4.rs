//! A package is on several mirrors, and nobody knows which one is quick today: ask all, take the
//! first copy, hang up on the rest. This program also takes the first *error*: a mirror that
//! refuses at once makes the whole download fail.
//!
//! Goal: the first mirror that succeeds wins and the others are cancelled in that moment. Only when
//! all have failed is the download a failure, with the last error.
//!
//! Lesson: `chapters/ch03_gather/README.md`, "Mirrors: only the first"

use std::time::Duration;

use futures::future::select_ok;
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
    let (package, _others) = select_ok(downloads).await?;
    Ok(package)
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
    use tokio::{runtime::Handle, task::yield_now};

    use super::*;

    #[test]
    fn the_first_success_wins_and_the_rest_is_cancelled() {
        let all = [
            ("Kyoto", Ok(3)),
            ("Porto", Err(1)),
            ("Quito", Ok(2)),
            ("Malmö", Ok(5)),
        ];
        for (mirrors, winner, seconds) in [
            (&all[..], "Quito", 2),
            (&all[..2], "Kyoto", 3),
            (&all[3..], "Malmö", 5),
        ] {
            let played = stage::record(async {
                let package = fastest(mirrors).await;
                yield_now().await;
                (package, Handle::current().metrics().num_alive_tasks())
            });

            let (package, still_running) = &played.value;
            assert_eq!(*package, Ok(format!("package from {winner}")));
            assert_eq!(played.elapsed, Duration::from_secs(seconds));
            for &(mirror, answer) in mirrors {
                let lane = played.lane(&format!("mirror {mirror}"));
                assert_eq!(lane.created, Duration::ZERO, "all are asked at once");
                if answer.is_ok_and(|needed| needed > seconds) {
                    assert_eq!(lane.outcome, Outcome::Cancelled, "{mirror} lost");
                }
            }
            assert_eq!(*still_running, 0, "somebody still downloads");
        }
    }

    #[test]
    fn if_all_refuse_the_last_error_is_told() {
        let mirrors = [("Kyoto", Err(2)), ("Porto", Err(4)), ("Quito", Err(3))];
        let played = stage::record(fastest(&mirrors));

        assert_eq!(played.value, Err(Refused("Porto")));
        assert_eq!(played.elapsed, Duration::from_secs(4));
    }
}
