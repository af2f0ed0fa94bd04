//! A retry is a small loop around a call, one would think. "Too many calls, wait for 20 minutes",
//! says the platform; the bot waits, and kicks somebody who has sent the code ten minutes ago; and
//! somebody who had left, has come back, and has not been warned at all since. And other groups say
//! that the bot does nothing for twenty minutes.
//!
//! Goal: a kick that begins is of somebody who is pending in that moment, in the stay that was
//! planned; if there is nobody to kick any more, there is no call, and all is well. What the
//! platform asks is waited for, and after no answer `PAUSE`; no longer, and other errors are not
//! tried again. Who `Gone` is about is not there any more. A place is held during a call, and no
//! longer.
//!
//! Lesson: `chapters/ch15_group_verification/README.md`, "A retry is a decision"

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use ch15_group_verification::{
    model::{GroupId, UserId},
    platform::{Answer, Call, CallError, Platform, Reply},
};
use futures::future::join_all;
use stage::Instrument;
use tokio::{
    sync::Semaphore,
    time::{Instant, sleep, sleep_until},
};
use tracing::{info, info_span};

const GROUP: GroupId = GroupId(1);
/// Calls that may be under way at the same time, for all groups together.
const PLACES: usize = 1;
/// From a call without an answer to the next try.
const PAUSE: Duration = Duration::from_secs(30);

/// A member in one of their stays.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Stay(UserId, u32);

/// Kicks this member, if that is still called for.
async fn kick(
    planned: Stay,
    group: &Group,
    places: &Semaphore,
    platform: &impl Platform,
) -> Result<(), CallError> {
    loop {
        let place = places.acquire().await.expect("never closed");
        // Decided when nothing is waited for any more, also for a place.
        if !group.is_pending(planned) {
            return Ok(());
        }
        let answer = platform.call(&Call::Kick(GROUP, planned.0)).await;
        drop(place);
        match answer {
            Ok(_) => {
                group.kicked(planned);
                return Ok(());
            }
            Err(CallError::RateLimited(wait)) => sleep(wait).await,
            Err(CallError::Transient) => sleep(PAUSE).await,
            Err(CallError::Gone) => return Ok(()),
            Err(error) => return Err(error),
        }
    }
}

/// What the bot knows of its members; news reach it at once.
#[derive(Default)]
struct Group(Mutex<BTreeMap<UserId, Member>>);

#[derive(Clone, Copy)]
struct Member {
    /// One more each time the member comes back.
    stay: u32,
    pending: bool,
    warnings: u8,
}

impl Group {
    /// The stay in which the member is at this moment, or was.
    fn stay(&self, user: UserId) -> Stay {
        Stay(user, self.members()[&user].stay)
    }

    /// Whether the code is still missing in this stay.
    fn is_pending(&self, Stay(user, stay): Stay) -> bool {
        let members = self.members();
        members
            .get(&user)
            .is_some_and(|member| member.pending && member.stay == stay)
    }

    /// Takes down that the bot has kicked somebody out of this stay.
    fn kicked(&self, stay: Stay) {
        if self.is_pending(stay) {
            self.change(stay.0, |member| member.pending = false);
        }
    }

    fn change(&self, user: UserId, change: impl FnOnce(&mut Member)) {
        change(self.members().get_mut(&user).expect("a member"));
    }

    fn members(&self) -> MutexGuard<'_, BTreeMap<UserId, Member>> {
        self.0.lock().unwrap()
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Happens {
    Code(u64),
    Leaves(u64),
    Returns(u64),
}

/// How a call ends, after so many seconds (or one).
#[derive(Clone, Copy, Debug, PartialEq)]
enum Ends {
    Done(u64),
    Wait(u64, Duration),
    /// Whether it happened is not known.
    Lost(u64),
    Refused,
    Gone,
}

struct Chat {
    group: Arc<Group>,
    /// How the calls for each member will end; after these, with `Done(1)`.
    ends: Mutex<BTreeMap<UserId, VecDeque<Ends>>>,
    /// Not to be called before.
    not_before: Mutex<BTreeMap<UserId, Instant>>,
    calls: Mutex<Vec<(UserId, Instant)>>,
    under_way: Mutex<usize>,
}

impl Chat {
    /// Looks closely at a call, and tells how it will end.
    fn begin(&self, user: UserId) -> Ends {
        info!("kick {user}!");
        let member = self.group.members()[&user];
        assert!(
            member.pending,
            "{user} is not pending when this kick begins"
        );
        assert!(
            member.warnings == 3,
            "{user} is kicked after {} warnings in this stay, the one with number {}",
            member.warnings,
            member.stay
        );
        if let Some(not_before) = self.not_before.lock().unwrap().get(&user) {
            let early = not_before.saturating_duration_since(Instant::now());
            assert!(
                early.is_zero(),
                "the kick of {user} is tried again {early:?} too early"
            );
        }
        self.calls.lock().unwrap().push((user, Instant::now()));
        let mut under_way = self.under_way.lock().unwrap();
        *under_way += 1;
        assert!(
            *under_way <= PLACES,
            "{under_way} calls are under way, {PLACES} may be"
        );
        let mut ends = self.ends.lock().unwrap();
        let next = ends.get_mut(&user).and_then(VecDeque::pop_front);
        next.unwrap_or(Ends::Done(1))
    }
}

impl Platform for Chat {
    async fn call(&self, call: &Call) -> Answer {
        let &Call::Kick(GROUP, user) = call else {
            panic!("nobody asked for {call:?}");
        };
        let end = self.begin(user);
        let (Ends::Done(seconds) | Ends::Wait(seconds, _) | Ends::Lost(seconds)) = end else {
            sleep(Duration::from_secs(1)).await;
            *self.under_way.lock().unwrap() -= 1;
            return Err(if end == Ends::Gone {
                CallError::Gone
            } else {
                CallError::Refused
            });
        };
        sleep(Duration::from_secs(seconds)).await;
        *self.under_way.lock().unwrap() -= 1;
        let (wait, answer) = match end {
            Ends::Wait(_, wait) => (wait, Err(CallError::RateLimited(wait))),
            Ends::Lost(_) => (PAUSE, Err(CallError::Transient)),
            _ => (Duration::ZERO, Ok(Reply::Done)),
        };
        self.not_before
            .lock()
            .unwrap()
            .insert(user, Instant::now() + wait);
        answer
    }
}

/// What a scan did: the calls and the results, for each kick.
#[derive(Debug, Default, PartialEq)]
struct Scan {
    /// (second, member)
    calls: Vec<(u64, u64)>,
    /// (second, member, result)
    results: Vec<(u64, u64, Result<(), CallError>)>,
}

/// Members are to be kicked, from these seconds on: (second, member). The calls for each end so:
/// (member, how), and meanwhile people go on: (second, what happens).
async fn scan(kicks: &[(u64, u64)], ends: &[(u64, Ends)], happens: &[(u64, Happens)]) -> Scan {
    let group = Arc::new(Group::default());
    for &(_, user) in kicks {
        let member = Member {
            stay: 1,
            pending: true,
            warnings: 3,
        };
        group.members().insert(UserId(user), member);
    }
    let mut ends_of: BTreeMap<_, VecDeque<_>> = BTreeMap::new();
    for &(user, end) in ends {
        ends_of.entry(UserId(user)).or_default().push_back(end);
    }
    let chat = Chat {
        group: Arc::clone(&group),
        ends: Mutex::new(ends_of),
        not_before: Mutex::default(),
        calls: Mutex::default(),
        under_way: Mutex::new(0),
    };
    let (begin, places) = (Instant::now(), Semaphore::new(PLACES));
    let second = |at: Instant| (at - begin).as_secs();
    let scan = join_all(kicks.iter().map(|&(at, user)| {
        let (group, places, chat) = (&group, &places, &chat);
        let kick = async move {
            sleep_until(begin + Duration::from_secs(at)).await;
            let result = kick(group.stay(UserId(user)), group, places, chat).await;
            info!("{result:?}");
            (second(Instant::now()), user, result)
        };
        kick.instrument(info_span!("member", user))
    }));
    let people = async {
        for &(at, what) in happens {
            sleep_until(begin + Duration::from_secs(at)).await;
            info!("{what:?}");
            match what {
                Happens::Code(user) | Happens::Leaves(user) => {
                    group.change(UserId(user), |member| member.pending = false);
                }
                Happens::Returns(user) => group.change(UserId(user), |member| {
                    let stay = member.stay + 1;
                    *member = Member {
                        stay,
                        pending: true,
                        warnings: 0,
                    };
                }),
            }
        }
    };
    let ((), results) = tokio::join!(biased; people, scan);
    let calls = chat.calls.lock().unwrap();
    let calls = calls
        .iter()
        .map(|&(user, at)| (second(at), user.0))
        .collect();
    Scan { calls, results }
}

fn main() {
    use Happens::Code;
    stage::play("Wait for 12 seconds, says the platform", async {
        let wait = Ends::Wait(1, Duration::from_secs(12));
        scan(&[(0, 7), (2, 8)], &[(7, wait)], &[(6, Code(7))]).await;
    });
}

#[cfg(test)]
mod tests {
    use stage::Recording;

    use super::*;
    use Ends::{Done, Gone, Lost, Refused, Wait};
    use Happens::{Code, Leaves, Returns};

    const HINT: &str = "Is a kick tried again without any waiting?";
    const TWENTY: Duration = Duration::from_mins(20);
    const OK: Result<(), CallError> = Ok(());

    /// Expects these calls and results; what the three things are, see [`scan`].
    fn check(
        kicks: &'static [(u64, u64)],
        ends: &'static [(u64, Ends)],
        happens: &'static [(u64, Happens)],
        calls: &[(u64, u64)],
        results: &[(u64, u64, Result<(), CallError>)],
    ) {
        let (scan, played) = play(scan(kicks, ends, happens));
        assert!(
            scan.calls == calls,
            "the calls, as (second, member)\n  expected: {calls:?}\n  made:     {:?}\n{}",
            scan.calls,
            played.what_happened()
        );
        assert!(
            scan.results == results,
            "the results, as (second, member, result)\n  expected: {results:?}\n  \
             were:     {:?}\n{}",
            scan.results,
            played.what_happened()
        );
    }

    #[test]
    fn who_is_overdue_is_kicked() {
        check(&[(0, 7)], &[], &[], &[(0, 7)], &[(1, 7, OK)]);
        let two = &[(0, 7), (3, 8)];
        check(
            two,
            &[(7, Done(9))],
            &[],
            &[(0, 7), (9, 8)],
            &[(9, 7, OK), (10, 8, OK)],
        );
    }

    #[test]
    fn what_was_asked_for_is_waited_for() {
        let ends = &[(7, Wait(1, TWENTY)), (7, Wait(2, TWENTY))];
        check(
            &[(0, 7)],
            ends,
            &[],
            &[(0, 7), (1_201, 7), (2_403, 7)],
            &[(2_404, 7, OK)],
        );
    }

    #[test]
    fn no_answer_is_tried_again_after_the_pause() {
        let ends = &[(7, Lost(10)), (7, Lost(1))];
        check(
            &[(0, 7)],
            ends,
            &[],
            &[(0, 7), (40, 7), (71, 7)],
            &[(72, 7, OK)],
        );
        // It had happened.
        let ends = &[(7, Lost(10)), (7, Gone)];
        check(&[(0, 7)], ends, &[], &[(0, 7), (40, 7)], &[(41, 7, OK)]);
    }

    #[test]
    fn refusals_are_not_tried_again() {
        let refused = Err(CallError::Refused);
        check(
            &[(0, 7)],
            &[(7, Refused)],
            &[],
            &[(0, 7)],
            &[(1, 7, refused)],
        );
        check(&[(0, 7)], &[(7, Gone)], &[], &[(0, 7)], &[(1, 7, OK)]);
        let ends = &[(7, Wait(1, TWENTY)), (7, Refused)];
        check(
            &[(0, 7)],
            ends,
            &[],
            &[(0, 7), (1_201, 7)],
            &[(1_202, 7, refused)],
        );
    }

    #[test]
    fn the_code_comes_while_the_platform_makes_us_wait() {
        let ends = &[(7, Wait(1, TWENTY))];
        let calls = [(0, 7)];
        let (scan, played) = play(scan(&[(0, 7)], ends, &[(600, Code(7))]));
        let well = matches!(scan.results[..], [(600..=1_201, 7, Ok(()))]);
        assert!(
            scan.calls == calls && well,
            "one call, and a good end by second 1201, are expected: {scan:?}{}",
            played.what_happened()
        );
    }

    #[test]
    fn somebody_else_comes_back_under_the_same_name() {
        for ends in [&[(7, Wait(1, TWENTY))], &[(7, Lost(1))]] {
            let happens = &[(10, Leaves(7)), (20, Returns(7))];
            let (scan, played) = play(scan(&[(0, 7)], ends, happens));
            assert!(
                scan.calls == [(0, 7)] && scan.results[0].2 == OK,
                "the kick was meant for another stay; one call is expected: {scan:?}{}",
                played.what_happened()
            );
        }
    }

    #[test]
    fn the_code_comes_while_a_place_is_waited_for() {
        let kicks = &[(0, 7), (1, 8), (1, 9)];
        let ends = &[(7, Done(60))];
        let happens = &[(30, Code(8)), (40, Leaves(9)), (50, Returns(9))];
        let (scan, played) = play(scan(kicks, ends, happens));
        assert!(
            scan.calls == [(0, 7)] && scan.results.iter().all(|result| result.2 == OK),
            "8 and 9 waited for a place for so long that nothing is left to do: {scan:?}{}",
            played.what_happened()
        );
    }

    #[test]
    fn a_place_is_held_for_no_longer_than_a_call() {
        let kicks = &[(0, 7), (2, 8), (4, 9)];
        let ends = &[(7, Wait(1, TWENTY)), (8, Lost(1))];
        let calls = [(0, 7), (2, 8), (4, 9), (33, 8), (1_201, 7)];
        check(
            kicks,
            ends,
            &[],
            &calls,
            &[(1_202, 7, OK), (34, 8, OK), (5, 9, OK)],
        );
    }

    #[test]
    fn what_was_done_is_taken_down() {
        let (scan, played) = play(scan(&[(0, 7), (5, 7)], &[], &[]));
        assert!(
            scan.calls == [(0, 7)],
            "7 was kicked once, and a second time: is it taken down? {scan:?}{}",
            played.what_happened()
        );
    }

    fn play<F: Future>(story: F) -> (F::Output, Recording) {
        stage::record_within(Duration::from_hours(24), HINT, story).split()
    }
}
