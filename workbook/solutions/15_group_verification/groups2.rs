//! Each group has a worker, and the worker an inbox: whoever sends the right code is put into it.
//! It kicks those who are overdue, one by one, and before each it waits a little. People complain:
//! "I had sent the code, and was kicked ten seconds later." And the router complains that it waits
//! for room in the inbox, while all other groups wait for the router.
//!
//! Goal: whose code is in the inbox when a kick begins is not kicked. Nobody waits for room in the
//! inbox, whatever the worker waits for. From the end of a kick to the next it is `KICK_GAP`,
//! neither more nor less; a kick that has begun is left to end. Who only looks now and then (polls)
//! does not hear. If nobody can put anything in any more, the work goes on.
//!
//! Lesson: `chapters/ch15_group_verification/README.md`, "The bot"

use std::{
    collections::BTreeSet,
    pin::pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use ch15_group_verification::{
    model::{GroupId, UserId},
    platform::{Answer, Call, Platform, Reply},
};
use futures::future::join_all;
use stage::Instrument;
use tokio::{
    sync::mpsc,
    time::{Instant, sleep, sleep_until},
};
use tracing::{info, info_span};

const GROUP: GroupId = GroupId(1);
const KICK_GAP: Duration = Duration::from_secs(10);
/// How many codes may wait in front of a worker.
const ROOM: usize = 1;

/// Kicks who is overdue, unless the code comes.
async fn worker(
    mut overdue: BTreeSet<UserId>,
    mut inbox: mpsc::Receiver<UserId>,
    platform: &impl Platform,
) {
    while !overdue.is_empty() {
        hear_during(sleep(KICK_GAP), &mut inbox, &mut overdue).await;
        // Only now is it decided who.
        let Some(user) = overdue.pop_first() else {
            return;
        };
        let call = Call::Kick(GROUP, user);
        let answer = hear_during(platform.call(&call), &mut inbox, &mut overdue).await;
        answer.expect("this platform refuses nothing");
    }
}

/// Waits, and hears the inbox meanwhile.
async fn hear_during<T>(
    waiting: impl Future<Output = T>,
    inbox: &mut mpsc::Receiver<UserId>,
    overdue: &mut BTreeSet<UserId>,
) -> T {
    let mut waiting = pin!(waiting);
    loop {
        // Both are cancel safe: a code stays in the inbox until it is received, and what is waited
        // for is only borrowed. The inbox first, so that it is empty when the waiting ends.
        tokio::select! {
            biased;
            Some(user) = inbox.recv() => {
                overdue.remove(&user);
            }
            value = &mut waiting => return value,
        }
    }
}

/// Needs two seconds for each kick.
#[derive(Default)]
struct Chat {
    /// Whose codes have been put into the inbox.
    codes: Mutex<BTreeSet<UserId>>,
    kicked: Mutex<Vec<(UserId, Instant)>>,
    under_way: AtomicBool,
}

impl Platform for Chat {
    async fn call(&self, call: &Call) -> Answer {
        let &Call::Kick(GROUP, user) = call else {
            panic!("this worker does nothing but kick, and asked for {call:?}");
        };
        info!("{user} is kicked");
        assert!(
            !self.codes.lock().unwrap().contains(&user),
            "{user} is kicked by a call that begins when the code is in the inbox already"
        );
        assert!(
            !self.under_way.swap(true, Relaxed),
            "the kick of {user} begins, and the one before was never seen to its end"
        );
        self.kicked.lock().unwrap().push((user, Instant::now()));
        sleep(Duration::from_secs(2)).await;
        self.under_way.store(false, Relaxed);
        Ok(Reply::Done)
    }
}

/// People 1, 2, 3 … are overdue; after so many milliseconds these send their codes: (ms, who). The
/// answer: who was kicked, and when.
async fn evening(overdue: u64, codes: &[(u64, u64)]) -> Vec<(u64, Duration)> {
    let chat = Arc::new(Chat::default());
    let begin = Instant::now();
    let (inbox, letters) = mpsc::channel(ROOM);
    let people = codes.iter().map(|&(at, user)| {
        let (inbox, chat, user) = (inbox.clone(), Arc::clone(&chat), UserId(user));
        async move {
            let at = begin + Duration::from_millis(at);
            sleep_until(at).await;
            // The worker may have nothing left to do, and be gone.
            let heard = inbox.send(user).await.is_ok();
            let waited = at.elapsed();
            assert!(
                waited < Duration::from_millis(250),
                "whoever brings the code of {user} has to wait {waited:?} for room in the inbox"
            );
            if heard {
                info!("code of {user}");
                chat.codes.lock().unwrap().insert(user);
            }
        }
    });
    let people = join_all(people.collect::<Vec<_>>());
    drop(inbox);
    let worker = worker((1..=overdue).map(UserId).collect(), letters, &*chat);
    // The people first: what they bring in an instant is there when the worker looks.
    tokio::join!(biased; people, worker.instrument(info_span!("worker")));
    let kicked = chat.kicked.lock().unwrap();
    kicked
        .iter()
        .map(|&(user, at)| (user.0, at - begin))
        .collect()
}

fn main() {
    stage::play("Codes come at any time", async {
        evening(3, &[(1_000, 2), (7_000, 3)]).await;
    });
}

#[cfg(test)]
mod tests {
    use stage::Recording;

    use super::*;

    const HINT: &str = "What does `recv` say when the inbox is closed?";

    /// Who must be kicked, and when, in milliseconds.
    fn check(overdue: u64, codes: &'static [(u64, u64)], expected: &[(u64, u128)]) {
        let (kicked, played) = play(evening(overdue, codes));
        let kicked = kicked.into_iter().map(|(user, at)| (user, at.as_millis()));
        let kicked: Vec<_> = kicked.collect();
        let polls = played.lane("worker").polls;
        assert!(
            kicked == expected,
            "{overdue} are overdue, codes (at ms, of) {codes:?}\n  \
             expected kicks (of, at ms): {expected:?}\n  \
             kicks:                      {kicked:?}\n{}",
            played.what_happened()
        );
        let enough = 20 + 8 * (overdue + codes.len() as u64);
        assert!(
            polls <= enough,
            "the worker was polled {polls} times, and {enough} would do: it looks again and again \
             instead of waiting{}",
            played.what_happened()
        );
    }

    #[test]
    fn without_codes_one_after_the_other() {
        check(0, &[], &[]);
        check(1, &[], &[(1, 10_000)]);
        check(3, &[], &[(1, 10_000), (2, 22_000), (3, 34_000)]);
    }

    #[test]
    fn a_code_during_the_pause_counts() {
        check(2, &[(5_003, 1)], &[(2, 10_000)]);
        check(3, &[(9_999, 2), (15_007, 1)], &[(1, 10_000), (3, 22_000)]);
    }

    #[test]
    fn a_code_during_a_kick_counts() {
        check(3, &[(11_003, 2)], &[(1, 10_000), (3, 22_000)]);
        // Too late: the kick has begun, and is not begun again.
        check(2, &[(11_007, 1)], &[(1, 10_000), (2, 22_000)]);
    }

    #[test]
    fn a_code_in_the_very_moment_counts() {
        for _ in 0..30 {
            check(2, &[(10_000, 1)], &[(2, 10_000)]);
            check(3, &[(22_000, 2)], &[(1, 10_000), (3, 22_000)]);
            check(2, &[(0, 1)], &[(2, 10_000)]);
        }
    }

    #[test]
    fn nobody_waits_for_room() {
        const BURST: &[(u64, u64)] = &[(3_000, 7), (3_000, 8), (3_000, 9), (3_000, 5), (3_000, 2)];
        check(3, BURST, &[(1, 10_000), (3, 22_000)]);
        const LATER: &[(u64, u64)] = &[
            (10_500, 7),
            (10_500, 8),
            (10_500, 9),
            (11_000, 3),
            (11_000, 6),
        ];
        check(3, LATER, &[(1, 10_000), (2, 22_000)]);
    }

    #[test]
    fn many_codes_do_not_delay_a_kick() {
        const MANY: &[(u64, u64)] = &[
            (1_000, 11),
            (3_000, 12),
            (5_000, 13),
            (7_000, 14),
            (9_000, 15),
            (11_000, 16),
            (13_000, 17),
            (15_000, 18),
            (17_000, 19),
            (19_000, 20),
            (21_000, 21),
        ];
        check(2, MANY, &[(1, 10_000), (2, 22_000)]);
    }

    fn play<F: Future>(story: F) -> (F::Output, Recording) {
        stage::record_within(Duration::from_hours(24), HINT, story).split()
    }
}
