//! An engine for other people's servers should be polite; this one scans all groups at once. It had
//! a limit, until that was taken out again: scans that panicked had kept their places, and one day
//! nothing moved any more.
//!
//! Goal: no more than `limit` scans under way, nor more tasks than that; the next one begins in the
//! moment when any of them ends. A group that fails or panics leaves the others alone. The report
//! tells of every group, in order. Dropped, the engine leaves nothing running.
//!
//! Lesson: `chapters/ch15_group_verification/README.md`, "Four engines"

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use ch15_group_verification::{
    model::{GroupId, MessageId, UserId},
    platform::{Answer, Call, CallError, Message, Platform, Reply},
};
use stage::Instrument;
use tokio::{runtime::Handle, task::JoinSet, time::sleep};
use tracing::{info, info_span};

#[derive(Clone, Copy, Debug, PartialEq)]
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

/// How many seconds each of the two calls for group 1, 2, 3 … takes.
struct Chat {
    seconds: &'static [u64],
    /// The most tasks that there were during a call.
    tasks: Mutex<usize>,
}

/// Answers, after so many seconds, that it cannot be done.
const REFUSES: u64 = 13;
/// Not even that.
const PANICS: u64 = 17;

impl Chat {
    fn new(seconds: &'static [u64]) -> Self {
        let tasks = Mutex::new(0);
        Self { seconds, tasks }
    }
}

impl Platform for Chat {
    async fn call(&self, call: &Call) -> Answer {
        let (Call::SendToGroup(GroupId(group), _) | Call::Kick(GroupId(group), _)) = call else {
            return Err(CallError::Gone);
        };
        {
            let mut tasks = self.tasks.lock().unwrap();
            *tasks = Handle::current().metrics().num_alive_tasks().max(*tasks);
        }
        let seconds = self.seconds[usize::try_from(group - 1).expect("a small number")];
        sleep(Duration::from_secs(seconds)).await;
        match seconds {
            REFUSES => Err(CallError::Refused),
            PANICS => panic!("the answer was empty"),
            _ => Ok(Reply::Message(MessageId(1))),
        }
    }
}

fn all(groups: usize) -> Vec<GroupId> {
    (1..).take(groups).map(GroupId).collect()
}

fn main() {
    stage::play("Six groups, at most two", async {
        let chat = Arc::new(Chat::new(&[2, 1, 1, 3, 1, 1]));
        for (group, outcome) in engine(chat, &all(6), 2).await {
            info!("group {group}: {outcome:?}");
        }
    });
}

#[cfg(test)]
mod tests {
    use stage::Recording;
    use tokio::time::timeout;

    use super::*;
    use Outcome::{Done, Failed, Panicked};

    const HINT: &str = "Has a scan that panicked kept its place?";

    /// Calls for each group take so many seconds. Expects these outcomes, so many seconds in all,
    /// and so many scans at the same time.
    fn check(calls: &'static [u64], limit: usize, outcomes: &[Outcome], seconds: u64, most: usize) {
        let ((report, tasks, left), played) = play(async move {
            let chat = Arc::new(Chat::new(calls));
            let groups = all(calls.len());
            let engine = engine(Arc::clone(&chat), &groups, limit);
            let report = engine.instrument(info_span!("engine")).await;
            let tasks = *chat.tasks.lock().unwrap();
            (report, tasks, Handle::current().metrics().num_alive_tasks())
        });
        let mut wrong = Vec::new();
        let mut expect = |what: &str, was: String, expected: String| {
            if was != expected {
                wrong.push(format!("{what}\n  expected: {expected}\n  it was:   {was}"));
            }
        };
        let expected: Vec<_> = all(calls.len())
            .into_iter()
            .zip(outcomes.iter().copied())
            .collect();
        expect("the report", format!("{report:?}"), format!("{expected:?}"));
        expect(
            "seconds in all",
            played.elapsed.as_secs_f64().to_string(),
            seconds.to_string(),
        );
        let scans: Vec<_> = played
            .lanes
            .iter()
            .filter(|lane| lane.label.starts_with("group "))
            .collect();
        expect(
            "number of scans",
            scans.len().to_string(),
            calls.len().to_string(),
        );
        let at_once = |at| {
            let begun = scans.iter().filter(|scan| scan.created <= at);
            begun
                .filter(|scan| scan.ended.is_none_or(|ended| ended > at))
                .count()
        };
        let at_once = scans
            .iter()
            .map(|scan| at_once(scan.created))
            .max()
            .unwrap_or(0);
        expect(
            "scans at the same time, at most",
            at_once.to_string(),
            most.to_string(),
        );
        expect(
            "tasks beyond the limit",
            tasks.saturating_sub(limit).to_string(),
            "0".to_owned(),
        );
        let (polls, enough) = (played.lane("engine").polls, 20 + 5 * calls.len() as u64);
        expect(
            "polls of the engine beyond all need",
            polls.saturating_sub(enough).to_string(),
            "0".to_owned(),
        );
        expect(
            "tasks still running afterwards",
            left.to_string(),
            "0".to_owned(),
        );
        assert!(
            wrong.is_empty(),
            "calls of {calls:?} s, limit {limit}:\n{}\n{}",
            wrong.join("\n"),
            played.what_happened()
        );
    }

    #[test]
    fn as_many_as_the_limit_allows() {
        check(&[1; 12], 3, &[Done; 12], 8, 3);
        check(&[1; 12], 1, &[Done; 12], 24, 1);
        check(&[1; 12], 12, &[Done; 12], 2, 12);
        check(&[1; 2], 50, &[Done; 2], 2, 2);
        check(&[], 2, &[], 0, 0);
    }

    #[test]
    fn the_next_begins_when_any_ends() {
        check(&[4, 1, 1, 1, 1], 2, &[Done; 5], 8, 2);
        check(&[1, 9, 2, 3, 1, 2, 1], 2, &[Done; 7], 20, 2);
        check(&[6, 6, 1, 1, 1, 1, 1, 1], 3, &[Done; 8], 12, 3);
    }

    #[test]
    fn failures_leave_others_alone() {
        // 1 and 3 until 4, 2 until 13, 4 until 21, 5 until 53, 6 until 38, 7 until 40, 8 until 42.
        let calls = &[1, REFUSES, 1, PANICS, 20, PANICS, 1, 1];
        let refused = Failed(CallError::Refused);
        let outcomes = [Done, refused, Done, Panicked, Done, Panicked, Done, Done];
        check(calls, 2, &outcomes, 53, 2);
    }

    #[test]
    fn a_panic_gives_its_place_back() {
        let outcomes = [Panicked, Panicked, Panicked, Done];
        check(&[PANICS, PANICS, PANICS, 1], 1, &outcomes, 3 * 17 + 2, 1);
        check(&[PANICS; 3], 3, &[Panicked; 3], 17, 3);
    }

    #[test]
    fn dropped_it_leaves_nothing_running() {
        let ((ended, left), played) = play(async {
            let groups = all(5);
            let engine = engine(Arc::new(Chat::new(&[1; 5])), &groups, 2);
            let ended = timeout(Duration::from_millis(2_500), engine).await.is_ok();
            sleep(Duration::from_hours(1)).await;
            (ended, Handle::current().metrics().num_alive_tasks())
        });
        let begun_later = |label: &str| played.lanes.iter().any(|lane| lane.label == label);
        let cut_off = played.lane("group 4").outcome == stage::Outcome::Cancelled;
        assert!(
            !ended && left == 0 && cut_off && !begun_later("group 5"),
            "dropped after 2.5 s, group 4 is to be cut off, and group 5 never to begin; tasks \
             left: {left}{}",
            played.what_happened()
        );
    }

    fn play<F: Future>(story: F) -> (F::Output, Recording) {
        stage::record_within(Duration::from_hours(24), HINT, story).split()
    }
}
