//! An engine for other people's servers should be polite; this one scans all groups at once. It had a
//! limit, until that was taken out again: scans that panicked had kept their places, and one day
//! nothing moved any more.
//!
//! Goal: no more than `limit` scans under way, nor more tasks than that; the next one begins in the
//! moment when any of them ends. A group that fails or panics leaves the others alone. The report
//! tells of every group, in order. Dropped, the engine leaves nothing running.
//!
//! Lesson: `chapters/ch15_group_verification/README.md`, "Four engines"

use std::{sync::Arc, time::Duration};

use ch15_group_verification::{
    model::{GroupId, UserId},
    platform::{Answer, Call, CallError, Message, Platform},
};
use stage::Instrument;
use tokio::{task::JoinSet, time::sleep};
use tracing::info_span;

#[derive(Clone, Debug, PartialEq)]
enum Outcome {
    Done,
    Failed(CallError),
    Panicked,
}

/// Scans all of these groups, up to `limit` at the same time.
async fn engine<P: Platform>(
    platform: Arc<P>,
    groups: &[GroupId],
    limit: usize,
) -> Vec<(GroupId, Outcome)> {
    // TODO: the limit, and panics.
    let mut scans = JoinSet::new();
    for &group in groups {
        let platform = Arc::clone(&platform);
        scans.spawn(async move {
            match scan(&*platform, group).await {
                Ok(()) => (group, Outcome::Done),
                Err(error) => (group, Outcome::Failed(error)),
            }
        });
    }
    scans.join_all().await
}

/// Scans one group.
async fn scan(platform: &impl Platform, group: GroupId) -> Result<(), CallError> {
    async {
        let message = Message::Warning(vec![UserId(7)]);
        platform.call(&Call::SendToGroup(group, message)).await?;
        platform.call(&Call::Kick(group, UserId(8))).await?;
        Ok(())
    }
    .instrument(info_span!("group", %group))
    .await
}

/// How many seconds each call for group 1, 2, 3 … takes.
struct Chat(&'static [u64]);

/// Answers that it cannot be done.
const REFUSES: u64 = 13;
/// Not even that.
const PANICS: u64 = 17;

impl Platform for Chat {
    async fn call(&self, call: &Call) -> Answer {
        let (Call::SendToGroup(GroupId(group), _) | Call::Kick(GroupId(group), _)) = call else {
            return Err(CallError::Gone);
        };
        let seconds = usize::try_from(group - 1).map(|place| self.0[place]);
        let seconds = seconds.expect("a group");
        sleep(Duration::from_secs(seconds)).await;
        match seconds {
            REFUSES => Err(CallError::Refused),
            PANICS => panic!("the answer was empty"),
            _ => Ok(None),
        }
    }
}

fn all(groups: u64) -> Vec<GroupId> {
    (1..=groups).map(GroupId).collect()
}

fn main() {
    stage::play("Six groups, at most two", async {
        let chat = Arc::new(Chat(&[2, 1, 1, 3, 1, 1]));
        for (group, outcome) in engine(chat, &all(6), 2).await {
            tracing::info!("group {group}: {outcome:?}");
        }
    });
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use tokio::{runtime::Handle, time::timeout};

    use super::*;

    /// Notes how many tasks there are while it is asked.
    struct Counting(Chat, Mutex<usize>);

    impl Platform for Counting {
        async fn call(&self, call: &Call) -> Answer {
            let tasks = Handle::current().metrics().num_alive_tasks();
            {
                let mut most = self.1.lock().unwrap();
                *most = tasks.max(*most);
            }
            self.0.call(call).await
        }
    }

    /// Results, how many seconds it took, and how many scans there were at most. Dropped after an
    /// hour.
    fn run(calls: &'static [u64], limit: usize) -> (Vec<Outcome>, u64, usize) {
        let played = stage::record(async {
            let chat = Arc::new(Counting(Chat(calls), Mutex::default()));
            let groups = all(calls.len() as u64);
            let engine = engine(Arc::clone(&chat), &groups, limit);
            let report = timeout(Duration::from_hours(1), engine).await;
            let most = *chat.1.lock().unwrap();
            assert!(most <= limit, "{most} tasks, limit {limit}");
            let report = report.expect("the engine stands still");
            let order: Vec<_> = report.iter().map(|(group, _)| *group).collect();
            assert_eq!(order, groups, "every group, in order");
            report.into_iter().map(|(_, outcome)| outcome).collect()
        });
        assert_eq!(played.elapsed.as_millis() % 1_000, 0);
        let lanes = || {
            let lanes = played.lanes.iter();
            lanes.filter(|lane| lane.label.starts_with("group "))
        };
        assert_eq!(lanes().count(), calls.len(), "one scan for each group");
        let at_once = |at| {
            let begun = lanes().filter(|lane| lane.created <= at);
            begun.filter(|lane| lane.ended.unwrap() > at).count()
        };
        let most = lanes().map(|lane| at_once(lane.created)).max();
        (played.value, played.elapsed.as_secs(), most.unwrap_or(0))
    }

    fn done(calls: &'static [u64], limit: usize) -> (u64, usize) {
        let (outcomes, seconds, most) = run(calls, limit);
        assert_eq!(outcomes, vec![Outcome::Done; calls.len()]);
        (seconds, most)
    }

    #[test]
    fn as_many_as_the_limit_allows() {
        assert_eq!(done(&[1; 12], 3), (8, 3));
        assert_eq!(done(&[1; 12], 1), (24, 1));
        assert_eq!(done(&[1; 12], 12), (2, 12));
        assert_eq!(done(&[1; 2], 50), (2, 2));
        assert_eq!(done(&[], 2), (0, 0));
    }

    #[test]
    fn the_next_begins_when_any_ends() {
        assert_eq!(done(&[4, 1, 1, 1, 1], 2), (8, 2));
        assert_eq!(done(&[1, 9, 2, 3, 1, 2, 1], 2), (20, 2));
        assert_eq!(done(&[6, 6, 1, 1, 1, 1, 1, 1], 3), (12, 3));
    }

    #[test]
    fn failures_leave_others_alone() {
        let (outcomes, seconds, most) = run(&[1, REFUSES, 1, PANICS, 20, PANICS, 1, 1], 2);
        let refused = Outcome::Failed(CallError::Refused);
        let panicked = Outcome::Panicked;
        let ok = Outcome::Done;
        let expected = [&ok, &refused, &ok, &panicked, &ok, &panicked, &ok, &ok];
        assert_eq!(outcomes.iter().collect::<Vec<_>>(), expected);
        // 1 and 3 until 4, 2 until 13, 4 until 21, 5 until 53, 6 until 38, 7 until 40, 8 until 42.
        assert_eq!((seconds, most), (53, 2));
    }

    #[test]
    fn a_panic_gives_its_place_back() {
        let (outcomes, seconds, _) = run(&[PANICS, PANICS, PANICS, 1], 1);
        let panicked = Outcome::Panicked;
        assert_eq!(outcomes[..3], [const { Outcome::Panicked }; 3]);
        assert_eq!((&outcomes[3], seconds), (&Outcome::Done, 3 * 17 + 2));
        assert_eq!(run(&[PANICS; 3], 3).0, vec![panicked; 3]);
    }

    #[test]
    fn dropped_it_leaves_nothing_running() {
        let played = stage::record(async {
            let groups = all(5);
            let engine = engine(Arc::new(Chat(&[1; 5])), &groups, 2);
            let ended = timeout(Duration::from_millis(2_500), engine).await.is_ok();
            tokio::task::yield_now().await;
            (ended, Handle::current().metrics().num_alive_tasks())
        });
        assert_eq!(played.value, (false, 0), "(ended, still running)");
        assert_eq!(played.lane("group 4").outcome, stage::Outcome::Cancelled);
        assert!(played.lanes.iter().all(|lane| lane.label != "group 5"));
    }
}
