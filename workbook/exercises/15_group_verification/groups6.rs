//! The bot is one future: a router takes the events and puts each into the inbox of its group, and
//! workers, one for each group, store who has come and then mute them. An inbox has room for a few,
//! so that a flood is slowed down where it comes from. On quiet days it works. When many join at
//! once, the bot stands still for ever; and when one call hangs, for an hour, all groups wait for
//! that hour.
//!
//! Goal: the workers go on whatever the router waits for, and a worker hears its inbox also while a
//! call is under way, so that no group waits for another one. Everybody is stored and then muted,
//! once, in the order of coming; a group makes one call at a time. Inboxes keep their room: the
//! router takes an event when it has handed on the one before. When there are no more events, all
//! work is completed; when the bot is dropped, nothing of it goes on.
//!
//! Lesson: `chapters/ch15_group_verification/README.md`, "The bot"

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use ch15_group_verification::{
    model::{GroupId, UserId},
    platform::{Answer, Call, Platform, Reply},
};
use futures::{StreamExt, stream::FuturesUnordered};
use stage::Instrument;
use tokio::{
    sync::mpsc,
    time::{Instant, sleep, sleep_until, timeout},
};
use tracing::{info, info_span};

/// How many may wait in an inbox.
const ROOM: usize = 2;

/// Somebody has joined a group.
struct Joined(GroupId, UserId);

/// Hands out events to workers, until there are no more and all work is done.
async fn bot(mut events: mpsc::Receiver<Joined>, world: &World) {
    let mut inboxes = BTreeMap::new();
    let mut workers = FuturesUnordered::new();
    // TODO: who waits for whom here, and in `worker`?
    loop {
        tokio::select! {
            biased;
            Some(()) = workers.next() => {}
            event = events.recv() => {
                let Some(Joined(group, user)) = event else { break };
                let inbox = inboxes.entry(group).or_insert_with(|| {
                    let (inbox, people) = mpsc::channel(ROOM);
                    let worker = worker(group, people, world);
                    workers.push(worker.instrument(info_span!("group", %group)));
                    inbox
                });
                // A worker ends when its inbox is closed, not before.
                let _ = inbox.send(user).await;
            }
        }
    }
    drop(inboxes);
    while let Some(()) = workers.next().await {}
}

/// Stores and mutes those who have joined a group.
async fn worker(group: GroupId, mut inbox: mpsc::Receiver<UserId>, world: &World) {
    while let Some(user) = inbox.recv().await {
        world.store(group, user).await;
        let _ = world.call(&Call::Mute(group, user)).await;
    }
}

/// What really happens.
#[derive(Clone, Default)]
struct World(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// How long it takes to mute these; others take a second.
    slow: BTreeMap<UserId, Duration>,
    /// Who has joined, been stored, and been muted, in order.
    joined: Vec<(GroupId, UserId)>,
    stored: Vec<(GroupId, UserId, Instant)>,
    muted: Vec<(GroupId, UserId, Instant)>,
    /// What is being stored, and which calls are under way.
    storing: Vec<GroupId>,
    calls: Vec<GroupId>,
    wrong: Vec<String>,
}

impl World {
    fn new(slow: &[(u64, Duration)]) -> Self {
        let slow = slow
            .iter()
            .map(|&(user, long)| (UserId(user), long))
            .collect();
        Self(Arc::new(Mutex::new(State {
            slow,
            ..State::default()
        })))
    }

    /// Stores that somebody has joined a group. Takes a second.
    async fn store(&self, group: GroupId, user: UserId) {
        self.state()
            .begin(group, |state| &mut state.storing, "changes of the store");
        sleep(Duration::from_secs(1)).await;
        info!("{user} is stored");
        let mut state = self.state();
        state.storing.retain(|&other| other != group);
        state.stored.push((group, user, Instant::now()));
        let order = |(g, user)| (g == group).then_some(user);
        let joined = state.joined.iter().copied().filter_map(order);
        let stored = state
            .stored
            .iter()
            .filter_map(|&(g, user, _)| order((g, user)));
        if !joined.take(stored.clone().count()).eq(stored) {
            state
                .wrong
                .push(format!("{user} is stored out of turn, or twice"));
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }
}

impl State {
    fn begin(&mut self, group: GroupId, busy: fn(&mut Self) -> &mut Vec<GroupId>, what: &str) {
        if busy(self).contains(&group) {
            self.wrong
                .push(format!("group {group}: two {what} at the same time"));
        }
        busy(self).push(group);
    }
}

impl Platform for World {
    async fn call(&self, call: &Call) -> Answer {
        let &Call::Mute(group, user) = call else {
            panic!("this bot does nothing but mute, and asked for {call:?}");
        };
        let long = {
            let mut state = self.state();
            state.begin(group, |state| &mut state.calls, "calls");
            if !state
                .stored
                .iter()
                .any(|&(g, u, _)| (g, u) == (group, user))
            {
                state
                    .wrong
                    .push(format!("{user} is muted before that is stored"));
            }
            state.slow.get(&user).copied()
        };
        sleep(long.unwrap_or(Duration::from_secs(1))).await;
        info!("{user} is muted");
        let mut state = self.state();
        state.calls.retain(|&other| other != group);
        state.muted.push((group, user, Instant::now()));
        let order = |&(g, user, _): &(GroupId, UserId, Instant)| (g == group).then_some(user);
        let stored = state.stored.iter().filter_map(order);
        let muted = state.muted.iter().filter_map(order);
        if !stored.take(muted.clone().count()).eq(muted) {
            state
                .wrong
                .push(format!("{user} is muted out of turn, or twice"));
        }
        Ok(Reply::Done)
    }
}

/// People who join at these milliseconds: (ms, group, user). Returns when the bot ends, or has been
/// dropped at that moment.
async fn day(people: &[(u64, u64, u64)], world: &World, dropped: Duration) {
    let begin = Instant::now();
    let (source, events) = mpsc::channel(1);
    let people = async move {
        for &(at, group, user) in people {
            sleep_until(begin + Duration::from_millis(at)).await;
            let (group, user) = (GroupId(group), UserId(user));
            // Joined before the bot can know.
            world.state().joined.push((group, user));
            if source.send(Joined(group, user)).await.is_err() {
                break;
            }
            let mut state = world.state();
            // One in the source, one in the hand of the router, and one being stored.
            let under_way = state.joined.len() - state.stored.len();
            let groups = state.joined.iter().map(|(group, _)| group);
            let groups = groups.collect::<std::collections::BTreeSet<_>>().len();
            if under_way > 2 + groups * (ROOM + 1) {
                state.wrong.push(format!(
                    "{under_way} events are taken and not stored: where are they?"
                ));
            }
        }
    };
    let bot = bot(events, world).instrument(info_span!("bot"));
    let bot = async {
        if timeout(dropped, bot).await.is_err() {
            info!("the bot is dropped");
        }
    };
    tokio::join!(people, bot);
}

fn main() {
    stage::play("Five join at once", async {
        let world = World::new(&[(3, Duration::from_secs(6))]);
        let people = [
            (0, 1, 1),
            (0, 1, 2),
            (0, 1, 3),
            (0, 1, 4),
            (0, 1, 5),
            (0, 2, 6),
        ];
        day(&people, &world, Duration::from_secs(20)).await;
    });
}

#[cfg(test)]
mod tests {
    use stage::Recording;

    use super::*;

    const HINT: &str = "Who polls the workers while the router waits for room in an inbox, and who closes the inboxes?";

    /// Each of these was stored so many milliseconds after they had joined, at most, and muted:
    /// (user, stored after, muted after).
    type Promises = &'static [(u64, u64, u64)];

    fn check(
        people: &'static [(u64, u64, u64)],
        slow: &'static [(u64, Duration)],
        promises: Promises,
    ) {
        let ((state, begin), played) = play(async move {
            let (world, begin) = (World::new(slow), Instant::now());
            day(people, &world, Duration::MAX).await;
            let state = std::mem::take(&mut *world.state());
            (state, begin)
        });
        let mut wrong = state.wrong;
        for &(at, _, user) in people {
            let joined = begin + Duration::from_millis(at);
            let promise = promises.iter().find(|promise| promise.0 == user);
            let (_, stored, muted) = promise.copied().unwrap_or((user, 86_400_000, 86_400_000));
            let lists = [
                (&state.stored, "stored", stored),
                (&state.muted, "muted", muted),
            ];
            for (list, what, promised) in lists {
                let promised = Duration::from_millis(promised);
                let done = list.iter().find(|&&(_, one, _)| one == UserId(user));
                match done.map(|&(_, _, at)| at - joined) {
                    None => wrong.push(format!("{user} is never {what}")),
                    Some(after) if after > promised => wrong.push(format!(
                        "{user} is {what} {after:?} after joining, expected within {promised:?}"
                    )),
                    Some(_) => {}
                }
            }
        }
        let polls = played.lane("bot").polls;
        let enough = 50 + 20 * people.len() as u64;
        if polls > enough {
            wrong.push(format!(
                "the bot was polled {polls} times, and {enough} would do: it looks again and again"
            ));
        }
        assert!(
            wrong.is_empty(),
            "{}\n{}",
            wrong.join("\n"),
            played.what_happened()
        );
    }

    const HOUR: Duration = Duration::from_hours(1);

    #[test]
    fn a_quiet_day() {
        check(&[], &[], &[]);
        check(&[(0, 1, 11)], &[], &[(11, 1_000, 2_000)]);
        check(
            &[(0, 1, 11), (5_000, 2, 21)],
            &[],
            &[(11, 1_000, 2_000), (21, 1_000, 2_000)],
        );
    }

    #[test]
    fn many_join_at_once() {
        const MANY: &[(u64, u64, u64)] = &[
            (0, 1, 11),
            (0, 1, 12),
            (0, 1, 13),
            (0, 1, 14),
            (0, 1, 15),
            (0, 1, 16),
            (0, 1, 17),
            (0, 1, 18),
            (0, 1, 19),
            (0, 1, 20),
        ];
        // A second to store each, and a second to mute; in whatever order.
        check(MANY, &[], &[(11, 1_000, 20_000), (20, 20_000, 21_000)]);
    }

    #[test]
    fn many_join_many_groups_at_once() {
        const MANY: &[(u64, u64, u64)] = &[
            (0, 1, 11),
            (0, 2, 21),
            (0, 1, 12),
            (0, 2, 22),
            (0, 1, 13),
            (0, 3, 31),
            (0, 1, 14),
            (0, 2, 23),
            (0, 3, 32),
            (0, 1, 15),
            (0, 2, 24),
            (0, 3, 33),
            (0, 1, 16),
            (0, 3, 34),
        ];
        check(
            MANY,
            &[],
            &[
                (11, 1_000, 14_000),
                (16, 14_000, 14_000),
                (34, 14_000, 14_000),
            ],
        );
    }

    #[test]
    fn groups_work_side_by_side() {
        const LONG: Duration = Duration::from_secs(10);
        let people = &[(0, 1, 11), (0, 2, 21), (0, 3, 31)];
        let slow = &[(11, LONG), (21, LONG), (31, LONG)];
        check(
            people,
            slow,
            &[
                (11, 1_000, 11_000),
                (21, 1_000, 11_000),
                (31, 1_000, 11_000),
            ],
        );
    }

    #[test]
    fn one_call_that_hangs_holds_up_nobody_else() {
        // After the call for 11 has begun, six more join group 1.
        const PEOPLE: &[(u64, u64, u64)] = &[
            (0, 1, 11),
            (2_000, 1, 12),
            (2_000, 1, 13),
            (3_000, 1, 14),
            (3_000, 1, 15),
            (9_000, 2, 21),
            (12_000, 1, 16),
            (12_000, 1, 17),
            (20_000, 2, 22),
            (20_000, 3, 31),
        ];
        check(
            PEOPLE,
            &[(11, HOUR)],
            &[
                (12, 1_000, 3_700_000),
                (15, 4_000, 3_700_000),
                (17, 3_000, 3_700_000),
                (21, 1_000, 2_000),
                (22, 1_000, 2_000),
                (31, 1_000, 2_000),
            ],
        );
    }

    #[test]
    fn dropped_nothing_of_it_goes_on() {
        const PEOPLE: &[(u64, u64, u64)] = &[(0, 1, 11), (0, 2, 21), (0, 1, 12), (1_000, 1, 13)];
        for millis in (500..6_000).step_by(500) {
            let (same, played) = play(async move {
                let world = World::new(&[]);
                day(PEOPLE, &world, Duration::from_millis(millis)).await;
                let done = |state: &State| (state.stored.clone(), state.muted.clone());
                let then = done(&world.state());
                sleep(HOUR).await;
                done(&world.state()) == then
            });
            assert!(
                same,
                "dropped after {millis} ms, and somebody still stores and mutes{}",
                played.what_happened()
            );
        }
    }

    fn play<F: Future>(story: F) -> (F::Output, Recording) {
        stage::record_within(Duration::from_hours(24), HINT, story).split()
    }
}
