//! The core of the group-verification bot, one group at a time: what it does next, and when.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use async_workbook::ch15_group_verification::{
    decide::Happening,
    group::{Group, Next, OrderId, Task},
    model::{Code, GroupId, Member, MessageId, Status, Steps, Timestamp, UserId},
    platform::{Answer, Call, CallError, Message, Present, Reply, Tally},
    policy::Policy,
    roster::Roster,
};
use proptest::{collection::vec, prelude::*};

const HERE: GroupId = GroupId(3);
const OWNER: UserId = UserId(1);
const USER: UserId = UserId(7);
const OTHER: UserId = UserId(8);
const NOON: Timestamp = Timestamp(12 * 3_600_000);
const MILLI: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

const FINE: fn(&Call) -> Answer = |_| Ok(Reply::Done);
const LOST: Answer = Err(CallError::Transient);
const GONE: Answer = Err(CallError::Gone);
const REFUSED: Answer = Err(CallError::Refused);

/// A group, what time it is there, and who is in it.
struct Story {
    group: Group,
    now: Timestamp,
    people: BTreeMap<UserId, Timestamp>,
    calls: Vec<(Timestamp, Call)>,
    messages: u64,
    codes: u8,
    orders: u64,
    ended: Vec<(OrderId, Option<Tally>)>,
    watch: Watch,
}

/// What must hold whatever happens.
struct Watch {
    connected: bool,
    connected_at: Timestamp,
    looked: bool,
    not_before: Timestamp,
    /// A start counts as one: somebody may have been kicked in the moment before.
    last_kick: Timestamp,
    last_order: Option<Timestamp>,
    /// Those who may have been kicked: nobody was asked since the answer was lost.
    in_doubt: BTreeSet<UserId>,
}

impl Story {
    /// A group that has looked who is there.
    fn begin(members: impl IntoIterator<Item = Member>) -> Self {
        let mut story = Self::start(members.into_iter().collect(), NOON);
        story.connect();
        let look = story.call();
        assert_eq!(look.call, Call::Members(HERE));
        story.answer(&look, Ok(Reply::Done));
        story
    }

    /// A group in which the bot is not yet.
    fn start(roster: Roster, now: Timestamp) -> Self {
        let there = roster.iter().filter(|member| !member.status.is_away());
        Self {
            people: there.map(|member| (member.user, member.joined)).collect(),
            group: Group::new(HERE, roster, Arc::new(Policy::default()), now),
            now,
            calls: Vec::new(),
            messages: 100,
            codes: 0,
            orders: 0,
            ended: Vec::new(),
            watch: Watch {
                connected: false,
                connected_at: now,
                looked: false,
                not_before: now,
                last_kick: now,
                last_order: None,
                in_doubt: BTreeSet::new(),
            },
        }
    }

    /// The process ends, and another one goes on from what is stored.
    fn restart(&mut self) {
        let roster = self.group.roster().clone();
        self.group = Group::new(HERE, roster, Arc::new(Policy::default()), self.now);
        let watch = &mut self.watch;
        (watch.connected, watch.looked) = (false, false);
        watch.not_before = self.now;
        watch.last_kick = self.now;
    }

    fn connect(&mut self) {
        self.group.connect(self.now);
        (self.watch.connected, self.watch.looked) = (true, false);
        self.watch.connected_at = self.now;
    }

    fn disconnect(&mut self) {
        self.group.disconnect(self.now);
        self.watch.connected = false;
    }

    fn order(&mut self) -> OrderId {
        self.orders += 1;
        self.group.order(OrderId(self.orders), self.now);
        self.watch.last_order = Some(self.now);
        OrderId(self.orders)
    }

    /// Somebody does something, and the bot hears of it.
    fn happens(&mut self, user: UserId, happening: &Happening) {
        match happening {
            Happening::Joined(_) => {
                self.people.insert(user, self.now);
            }
            Happening::Left | Happening::KickedByAdmin => {
                self.people.remove(&user);
            }
            _ => {}
        }
        self.group.hear(user, happening, self.now);
    }

    fn joins(&mut self, user: UserId) {
        self.codes += 1;
        let code = Code::from_random_bytes([self.codes; 16]);
        self.happens(user, &Happening::Joined(code));
    }

    /// What the group wants now. Asked twice, it says the same; and it never waits for the past.
    fn next(&mut self) -> Next {
        let next = self.group.next(self.now);
        assert_eq!(self.group.next(self.now), next, "asked again");
        self.ended.extend(self.group.ended_orders());
        match &next {
            Next::Call(task) => self.watch(&task.call),
            Next::Wait(until) => assert!(until.is_none_or(|until| until > self.now), "{until:?}"),
        }
        next
    }

    /// What holds for each call.
    fn watch(&self, call: &Call) {
        let policy = Policy::default();
        let (now, watch) = (self.now, &self.watch);
        assert!(watch.connected, "{call:?} where the bot is not");
        assert!(now >= watch.not_before, "{call:?}, told to wait");
        let users = match call {
            Call::SendToGroup(_, Message::Warning(users) | Message::Announcement(users)) => users,
            Call::Kick(_, user) => &vec![*user],
            _ => return,
        };
        assert!(watch.looked, "{call:?}, and did not ask who is there");
        let ordered = watch
            .last_order
            .is_some_and(|order| now < order.after(policy.order_expires));
        assert!(ordered || policy.is_daytime(now), "{call:?} at night");
        for user in users {
            let member = self.group.roster().get(*user).unwrap();
            assert_eq!(member.status, Status::Pending, "{call:?}");
            assert!(member.told.is_some(), "{call:?} without a greeting");
        }
        if let Call::Kick(_, user) = call {
            let member = self.group.roster().get(*user).unwrap();
            assert!(member.warnings >= policy.warnings, "{call:?}: {member:?}");
            assert!(now >= watch.last_kick.after(policy.kick_gap), "two kicks");
            let in_doubt = watch.in_doubt.contains(user);
            assert!(
                !in_doubt,
                "{call:?} once more, and did not ask who is there"
            );
        }
    }

    /// The call that the group wants to make now.
    fn call(&mut self) -> Task {
        match self.next() {
            Next::Call(task) => task,
            Next::Wait(until) => panic!("waits until {until:?} at {:?}", self.now),
        }
    }

    /// The call is answered at once.
    fn answer(&mut self, task: &Task, answer: Answer) {
        self.answer_later(task, answer, self.now);
    }

    /// The answer to a call that began then.
    fn answer_later(&mut self, task: &Task, answer: Answer, began: Timestamp) {
        let there = || {
            let there = self.people.iter().map(|(&user, &joined)| Present {
                user,
                joined,
                muted: None,
            });
            Reply::Members(there.collect())
        };
        let answer = match (&task.call, answer) {
            (Call::Members(_), Ok(Reply::Done)) => Ok(there()),
            (Call::SendToGroup(..), Ok(Reply::Done)) => {
                self.messages += 1;
                Ok(Reply::Message(MessageId(self.messages)))
            }
            (_, answer) => answer,
        };
        let watch = &mut self.watch;
        match (&task.call, &answer) {
            (Call::Members(_), Ok(_)) => {
                watch.looked = began >= watch.connected_at;
                watch.in_doubt.clear();
            }
            (Call::Kick(_, user), answer) => {
                watch.last_kick = self.now;
                if answer.is_ok() {
                    self.people.remove(user);
                } else if *answer == LOST {
                    watch.in_doubt.insert(*user);
                }
            }
            _ => {}
        }
        if let Err(CallError::RateLimited(wait)) = answer {
            let wait = wait.min(Policy::default().longest_wait);
            watch.not_before = watch.not_before.max(self.now.after(wait));
        }
        self.calls.push((began, task.call.clone()));
        let codes = &mut self.codes;
        let code = || {
            *codes = codes.wrapping_add(1);
            Code::from_random_bytes([*codes; 16])
        };
        self.group.answered(task, &answer, began, self.now, code);
    }

    /// Everything the group wants in this time is done and answered so.
    fn passes(&mut self, time: Duration, mut answer: impl FnMut(&Call) -> Answer) {
        let until = self.now.after(time);
        let mut calls = 0;
        loop {
            match self.next() {
                Next::Call(task) => {
                    calls += 1;
                    assert!(calls < 50_000, "no end of calls: {:?}", task.call);
                    let answer = answer(&task.call);
                    self.answer(&task, answer);
                }
                Next::Wait(Some(at)) if at <= until => self.now = at,
                Next::Wait(_) => break,
            }
        }
        self.now = until;
    }

    /// The next call like this, up to which all is well.
    fn comes_to(&mut self, like: impl Fn(&Call) -> bool) -> Task {
        loop {
            match self.next() {
                Next::Call(task) if like(&task.call) => return task,
                Next::Call(task) => self.answer(&task, Ok(Reply::Done)),
                Next::Wait(until) => self.now = until.expect("something to do"),
            }
        }
    }

    fn member(&self, user: UserId) -> &Member {
        self.group.roster().get(user).unwrap()
    }

    fn times(&self, like: impl Fn(&Call) -> bool) -> Vec<Timestamp> {
        let calls = self.calls.iter().filter(|(_, call)| like(call));
        calls.map(|(at, _)| *at).collect()
    }

    fn count(&self, like: impl Fn(&Call) -> bool) -> usize {
        self.times(like).len()
    }
}

/// Pending, since this morning, with so many warnings, the last of them an hour ago.
fn member(user: UserId, warnings: u8) -> Member {
    let morning = Timestamp(NOON.0 - 4 * 3_600_000);
    Member {
        user,
        status: Status::Pending,
        stay: 1,
        code: Code::from_random_bytes([99; 16]),
        joined: morning,
        as_of: morning,
        warnings,
        told: Some(Timestamp(NOON.0 - 3_600_000)),
        greeting: None,
        stale: Box::default(),
        owed: Steps::default(),
    }
}

fn is_kick(call: &Call) -> bool {
    matches!(call, Call::Kick(..))
}

fn is_warning(call: &Call) -> bool {
    matches!(call, Call::SendToGroup(_, Message::Warning(_)))
}

fn is_look(call: &Call) -> bool {
    matches!(call, Call::Members(_))
}

fn is_mute(call: &Call) -> bool {
    matches!(call, Call::Mute(..))
}

fn is_complaint(call: &Call) -> bool {
    *call == Call::SendToPerson(OWNER, Message::NoRights(HERE))
}

/// Nobody knows what the process before it did last.
#[test]
fn group_kicks_nobody_in_the_first_moment_after_a_start() {
    let mut story = Story::begin([member(USER, 3)]);
    story.order();
    story.comes_to(is_kick);
    assert_eq!(story.now, NOON.after(Policy::default().kick_gap));
}

/// The second one falls due when the first has just been kicked.
#[test]
fn group_keeps_the_gap_between_the_kicks_of_two_scans() {
    let told = Timestamp(NOON.0 + 5_100 - 600_000);
    let later = Member {
        told: Some(told),
        ..member(OTHER, 3)
    };
    let mut story = Story::begin([member(USER, 3), later]);
    story.now = NOON.after(SECOND * 5);
    story.order();
    story.passes(MILLI * 100, FINE);
    story.order();
    story.passes(SECOND * 2, FINE);
    let gap = Policy::default().kick_gap;
    let first = NOON.after(SECOND * 5);
    assert_eq!(story.times(is_kick), [first, first.after(gap)]);
}

/// Who is there now may not be who was there before.
#[test]
fn group_scans_nobody_before_it_has_looked() {
    let mut story = Story::start(Roster::from_iter([member(USER, 3)]), NOON);
    // Unheard, they went and came back.
    story.people.insert(USER, NOON);
    story.connect();
    story.order();
    story.passes(MINUTE * 5, |call| match call {
        Call::Members(_) => LOST,
        _ => Ok(Reply::Done),
    });
    assert_eq!(story.count(|call| !is_look(call)), 0);
    story.passes(MINUTE * 30, FINE);
    assert_eq!((story.member(USER).stay, story.count(is_kick)), (2, 0));
}

#[test]
fn group_looks_after_every_connection_but_arrives_once() {
    let mut story = Story::begin([]);
    assert_eq!(story.group.roster().since, Some(NOON));
    for _ in 0..3 {
        story.passes(MINUTE, FINE);
        story.connect();
        story.passes(SECOND, FINE);
    }
    assert_eq!(story.count(is_look), 4);
    assert_eq!(story.group.roster().since, Some(NOON));
}

/// The answers to all tries of a kick are lost, so the scan gives it up; or, since nobody says who
/// is there either, it breaks off, or goes on until its order is too old or night falls. An admin
/// asks for the next scan at once.
#[test]
fn group_asks_who_is_there_between_a_lost_kick_and_the_next_scan() {
    let lost = |call: &Call| match call {
        Call::Kick(..) => LOST,
        _ => Ok(Reply::Done),
    };
    let all_lost = |call: &Call| match call {
        Call::Kick(..) | Call::Members(_) => LOST,
        _ => Ok(Reply::Done),
    };
    let limited = |call: &Call| match call {
        Call::Kick(..) => LOST,
        Call::Members(_) => Err(CallError::RateLimited(MINUTE * 50)),
        _ => Ok(Reply::Done),
    };
    let answers: [fn(&Call) -> Answer; 3] = [lost, all_lost, limited];
    let almost_an_hour = Duration::from_secs(3597);
    let evening = NOON.after(HOUR * 9 + almost_an_hour);
    // When, and how long after the order, if there is one.
    let beginnings = [
        (NOON, Some(Duration::ZERO)),
        (NOON, Some(almost_an_hour)),
        (evening, None),
    ];
    for (answer, (begins, ordered)) in answers
        .into_iter()
        .flat_map(|answer| beginnings.map(|beginning| (answer, beginning)))
    {
        let mut story = Story::start([member(USER, 3)].into_iter().collect(), begins);
        story.connect();
        if let Some(waits) = ordered {
            story.order();
            story.now = story.now.after(waits);
        }
        story.comes_to(is_kick);
        // `Story::watch` looks on.
        story.passes(SECOND * 30, answer);
        story.order();
        story.passes(MINUTE * 110, answer);
        story.order();
        story.passes(DAY, FINE);
        assert!(!story.people.contains_key(&USER));
    }
}

/// What was asked before may have been answered before, too.
#[test]
fn group_looks_again_if_the_connection_broke_while_it_looked() {
    let mut story = Story::start(Roster::default(), NOON);
    story.connect();
    let look = story.call();
    story.now = NOON.after(SECOND);
    story.connect();
    story.answer_later(&look, Ok(Reply::Done), NOON);
    assert_eq!(story.call().call, Call::Members(HERE));
}

#[test]
fn group_takes_late_news_of_the_bot_itself_for_old() {
    let at = |seconds| NOON.after(SECOND * seconds);
    let mut story = Story::begin([]);
    story.group.disconnect(at(10));
    story.group.connect(at(5));
    assert!(!story.group.is_connected());
    story.group.connect(at(20));
    story.group.disconnect(at(15));
    assert!(story.group.is_connected());
}

/// Who joins while the answer is on its way is not in it.
#[test]
fn group_trusts_what_it_heard_after_it_asked() {
    let mut story = Story::begin([]);
    let look = story.comes_to(is_look);
    let began = story.now;
    story.now = began.after(SECOND);
    story.joins(USER);
    story.people.clear();
    story.now = began.after(SECOND * 2);
    story.answer_later(&look, Ok(Reply::Done), began);
    assert_eq!(story.member(USER).status, Status::Pending);
}

/// The kick is done when the platform says so, and was done some time before.
#[test]
fn group_hears_who_comes_back_before_the_kick_is_answered() {
    let mut story = Story::begin([member(USER, 3)]);
    story.order();
    let kick = story.comes_to(is_kick);
    let began = story.now;
    let back = began.after(SECOND);
    story.now = began.after(SECOND * 2);
    story.answer_later(&kick, Ok(Reply::Done), began);
    assert_eq!(story.member(USER).status, Status::KickedByTimeout);
    let joined = Happening::Joined(Code::from_random_bytes([5; 16]));
    story.group.hear(USER, &joined, back);
    let member = story.member(USER);
    assert_eq!((member.status, member.stay), (Status::Pending, 2));
}

#[test]
fn group_believes_who_left_before_they_were_kicked() {
    for (happening, status) in [
        (Happening::Left, Status::Left),
        (Happening::KickedByAdmin, Status::KickedByAdmin),
    ] {
        let mut story = Story::begin([member(USER, 3)]);
        story.order();
        let kick = story.comes_to(is_kick);
        story.happens(USER, &happening);
        story.answer(&kick, Ok(Reply::Done));
        assert_eq!(story.member(USER).status, status);
    }
}

/// A scan breaks off after its warning; the order is carried out again.
#[test]
fn group_warns_once_for_one_order() {
    let mut story = Story::begin([member(USER, 0), member(OTHER, 3)]);
    let order = story.order();
    let mut announced = 0;
    story.passes(MINUTE * 50, |call| match call {
        Call::SendToGroup(_, Message::Announcement(_)) => {
            announced += 1;
            if announced <= 12 {
                LOST
            } else {
                Ok(Reply::Done)
            }
        }
        _ => Ok(Reply::Done),
    });
    let times = story.times(|call| matches!(call, Call::SendToGroup(..)));
    // Long enough for another warning, and yet there was none.
    assert!(times.last().unwrap().since(times[0]) > MINUTE * 10);
    assert_eq!(story.member(USER).warnings, 1);
    assert_eq!(story.count(is_kick), 1);
    assert_eq!(story.ended.len(), 1);
    assert_eq!(story.ended[0].0, order);
}

/// That nobody is there to be greeted does not mean that they were.
#[test]
fn group_does_not_take_who_is_gone_for_greeted() {
    let mut story = Story::begin([]);
    story.joins(USER);
    let greet = story.comes_to(|call| matches!(call, Call::SendToGroup(..)));
    story.answer(&greet, GONE);
    assert_eq!(story.member(USER).told, None);
    assert!(story.member(USER).next_step().is_some());
}

/// Some do not let strangers write to them, and who is away needs no voice.
#[test]
fn group_does_not_insist_on_what_nobody_needs() {
    let mut story = Story::begin([member(USER, 0)]);
    let said = Happening::Said(story.member(USER).code.to_string());
    story.happens(USER, &said);
    let unmute = story.comes_to(|call| matches!(call, Call::Unmute(..)));
    story.answer(&unmute, GONE);
    let welcome = story.comes_to(|call| matches!(call, Call::SendToPerson(USER, _)));
    story.answer(&welcome, REFUSED);
    assert_eq!(story.member(USER).next_step(), None);
}

#[test]
fn group_serves_a_new_stay_at_once_whatever_failed_before() {
    let mut story = Story::begin([]);
    story.joins(USER);
    story.passes(HOUR, |call| if is_mute(call) { LOST } else { FINE(call) });
    assert!(matches!(story.next(), Next::Wait(_)));
    story.happens(USER, &Happening::Left);
    story.now = story.now.after(MINUTE);
    story.joins(USER);
    assert_eq!(story.call().call, Call::Mute(HERE, USER));
}

/// Who could not be kicked is left alone for a while, but not if they came back meanwhile.
#[test]
fn group_serves_a_new_stay_at_once_after_a_missed_kick() {
    let mut story = Story::begin([member(USER, 3)]);
    story.order();
    let kick = story.comes_to(is_kick);
    story.now = story.now.after(SECOND);
    story.happens(USER, &Happening::Left);
    story.joins(USER);
    story.answer(&kick, GONE);
    story.passes(MINUTE, FINE);
    assert_eq!(story.count(is_mute), 1);
    assert!(story.member(USER).told.is_some());
}

/// A member fails often, succeeds, and fails again: that is a new story.
#[test]
fn group_forgets_failures_after_a_success() {
    let mut story = Story::begin([]);
    story.joins(USER);
    story.passes(
        MINUTE * 20,
        |call| if is_mute(call) { LOST } else { FINE(call) },
    );
    let greet = story.comes_to(|call| matches!(call, Call::SendToGroup(..)));
    story.answer(&greet, LOST);
    let failed = story.now;
    story.comes_to(|call| matches!(call, Call::SendToGroup(..)));
    assert!(story.now <= failed.after(SECOND), "{:?}", story.now);
}

/// Whether a step or a kick finds nobody: the group is asked, within a minute.
#[test]
fn group_looks_soon_when_somebody_seems_to_be_gone() {
    let looks_after = |mut story: Story, like: fn(&Call) -> bool| {
        story.passes(
            MINUTE * 2,
            |call| if like(call) { GONE } else { FINE(call) },
        );
        story.count(is_look)
    };
    let mut mute = Story::begin([]);
    mute.joins(USER);
    assert!(looks_after(mute, is_mute) >= 2);
    let mut kick = Story::begin([member(USER, 3)]);
    kick.order();
    assert_eq!(looks_after(kick, is_kick), 2);
}

/// No order changes what the bot may do, and no scan is tried again before the next one is due.
#[test]
fn group_without_the_right_to_warn_tries_at_scheduled_scans_only() {
    let refused: fn(&Call) -> Answer = |call| match call {
        Call::SendToGroup(..) => REFUSED,
        _ => Ok(Reply::Done),
    };
    let mut story = Story::begin([member(USER, 0)]);
    let orders = [story.order(), story.order()];
    story.passes(SECOND * 3, refused);
    let given_up = orders.map(|order| (order, None));
    story.ended.sort_by_key(|(order, _)| *order);
    assert_eq!(story.ended, given_up);
    story.passes(DAY * 2, refused);
    let tries = story.count(is_warning);
    assert!((4..=9).contains(&tries), "{tries} tries in two days");
    assert!(story.count(is_complaint) <= tries);
}

/// Wherever it stands: behind a connection that is broken, or in a scan that has to wait.
#[test]
fn group_wakes_up_to_give_up_an_order() {
    let expires = Policy::default().order_expires;
    let mut away = Story::begin([member(USER, 0)]);
    away.disconnect();
    let mut limited = Story::begin([member(USER, 0)]);
    let mut behind = Story::begin([member(USER, 0)]);
    behind.group.leave_alone_until(NOON.after(HOUR * 3));
    for story in [&mut away, &mut limited, &mut behind] {
        let order = story.order();
        story.passes(expires.saturating_sub(MILLI), |call| {
            if is_warning(call) {
                Err(CallError::RateLimited(HOUR * 2))
            } else {
                FINE(call)
            }
        });
        assert_eq!(story.ended, []);
        assert_eq!(story.next(), Next::Wait(Some(story.now.after(MILLI))));
        story.passes(MILLI, FINE);
        assert_eq!(story.ended, [(order, None)]);
    }
}

/// Nobody's fault: nobody is set aside, and the scan goes on when it may.
#[test]
fn group_waits_as_long_as_it_was_asked_to_and_no_longer() {
    let limited = |story: &mut Story, like: fn(&Call) -> bool| {
        let task = story.comes_to(like);
        story.answer(&task, Err(CallError::RateLimited(HOUR)));
        let told = story.now;
        story.comes_to(like);
        story.now.since(told)
    };
    let mut story = Story::begin([]);
    story.joins(USER);
    assert_eq!(limited(&mut story, is_mute), HOUR);
    let mut story = Story::begin([member(USER, 0)]);
    story.passes(HOUR * 3, FINE);
    let waited = limited(&mut story, is_warning);
    assert!((HOUR..=HOUR + SECOND).contains(&waited), "{waited:?}");
}

#[test]
fn group_asks_less_and_less_often_who_is_there_while_nobody_answers() {
    let mut story = Story::start(Roster::default(), NOON);
    story.connect();
    story.passes(HOUR, |_| LOST);
    let looks = story.count(is_look);
    assert!((8..=20).contains(&looks), "{looks} looks");
}

/// All members fail one after the other: it is not about each of them.
#[test]
fn group_makes_few_calls_in_an_outage() {
    let mut story = Story::begin([]);
    for user in 10..110 {
        story.joins(UserId(user));
    }
    story.passes(HOUR, |_| LOST);
    let calls = story.calls.len();
    assert!(calls <= 300, "{calls} calls");
    story.passes(HOUR, FINE);
    assert!(story.group.roster().iter().all(|m| m.next_step().is_none()));
}

#[test]
fn group_tells_the_owner_of_every_scan() {
    let mut story = Story::begin([member(USER, 0)]);
    for _ in 0..2 {
        story.order();
        story.passes(MINUTE * 11, FINE);
    }
    let notice = |call: &Call| matches!(call, Call::SendToPerson(_, Message::Notice { .. }));
    assert_eq!((story.count(notice), story.count(is_warning)), (2, 2));
}

/// One who may not be kicked, or a group that does not say who is in it.
#[test]
fn group_complains_of_every_refusal_but_once() {
    for like in [is_kick, is_look] {
        let mut story = Story::start(Roster::from_iter([member(USER, 3)]), NOON);
        story.connect();
        // Whether the owner hears it or not.
        story.passes(HOUR * 4, |call| {
            if like(call) {
                REFUSED
            } else if is_complaint(call) {
                LOST
            } else {
                FINE(call)
            }
        });
        assert_eq!(story.count(is_complaint), 1);
    }
}

/// Where one who may not be kicked is the only one: a day goes by without a storm.
#[test]
fn group_announces_a_refused_kick_at_scheduled_scans_only() {
    for answer in [REFUSED, GONE] {
        let mut story = Story::begin([member(USER, 3)]);
        story.passes(DAY, |call| {
            if is_kick(call) {
                answer.clone()
            } else {
                FINE(call)
            }
        });
        let kicks = story.count(is_kick);
        assert!((3..=5).contains(&kicks), "{kicks} kicks in a day");
    }
}

/// Two may be about persons; the third in a row is about the bot.
#[test]
fn group_knows_a_lack_of_rights_from_a_protected_member() {
    let refuse_mute = |story: &mut Story| {
        let mute = story.comes_to(is_mute);
        story.answer(&mute, REFUSED);
    };
    let newcomers = || {
        let mut story = Story::begin([member(OTHER, 0)]);
        for user in 10..17 {
            story.joins(UserId(user));
        }
        story
    };
    let mut story = newcomers();
    refuse_mute(&mut story);
    refuse_mute(&mut story);
    // Another one can be muted.
    let mute = story.comes_to(is_mute);
    story.answer(&mute, Ok(Reply::Done));
    let served = story.now;
    refuse_mute(&mut story);
    refuse_mute(&mut story);
    assert_eq!((story.now, story.count(is_complaint)), (served, 0));
    refuse_mute(&mut story);
    story.passes(SECOND, FINE);
    assert_eq!(story.count(is_complaint), 1);
    let waits = |story: &mut Story| matches!(story.next(), Next::Wait(_));
    assert!(waits(&mut story));
    // A new connection may be due to new rights.
    story.connect();
    story.passes(SECOND, FINE);
    assert!(story.group.roster().get(UserId(16)).unwrap().told.is_some());

    // That somebody can be written to in private says nothing about the group.
    let mut story = newcomers();
    refuse_mute(&mut story);
    let said = Happening::Said(story.member(OTHER).code.to_string());
    story.happens(OTHER, &said);
    refuse_mute_after_a_welcome(&mut story);
    assert!(waits(&mut story));
}

/// The voice is refused, too; the welcome, which does not belong to the group, is delivered.
fn refuse_mute_after_a_welcome(story: &mut Story) {
    let welcome = |call: &Call| matches!(call, Call::SendToPerson(OTHER, _));
    for _ in 0..3 {
        let task = story.call();
        let answer = if welcome(&task.call) {
            FINE(&task.call)
        } else {
            REFUSED
        };
        story.answer(&task, answer);
    }
    story.passes(SECOND, |call| {
        if is_complaint(call) {
            FINE(call)
        } else {
            REFUSED
        }
    });
}

/// Begun in the last minute of the day.
#[test]
fn group_ends_a_scheduled_scan_at_night() {
    let users = || (10..20).map(|user| member(UserId(user), 3));
    let mut story = Story::start(users().collect::<Roster>(), NOON.after(HOUR * 8));
    story.connect();
    story.now = NOON.after((HOUR * 10).saturating_sub(SECOND * 4));
    story.passes(HOUR * 9, FINE);
    let kicks = story.count(is_kick);
    assert!((1..=5).contains(&kicks), "{kicks} kicks");
    story.passes(HOUR * 2, FINE);
    assert_eq!(story.count(is_kick), 10);
}

/// A refusal now and then is not about all.
#[test]
fn group_tries_to_kick_everybody_if_some_can_be_kicked() {
    let users = (10..20).map(UserId);
    let mut story = Story::begin(users.clone().map(|user| member(user, 3)));
    story.order();
    story.passes(MINUTE, |call| match call {
        Call::Kick(_, user) if user.0 % 3 != 0 => REFUSED,
        _ => Ok(Reply::Done),
    });
    for user in users {
        assert_eq!(story.count(|call| *call == Call::Kick(HERE, user)), 1);
    }
}

/// The first may not be kicked, the answer to the second is lost.
#[test]
fn group_does_not_go_back_to_a_kick_that_was_refused() {
    let mut story = Story::begin([member(USER, 3), member(OTHER, 3)]);
    story.order();
    let mut kicks = 0;
    story.passes(MINUTE, |call| match call {
        Call::Kick(_, USER) => REFUSED,
        Call::Kick(..) => {
            kicks += 1;
            if kicks == 1 { LOST } else { Ok(Reply::Done) }
        }
        _ => Ok(Reply::Done),
    });
    assert_eq!(story.count(|call| *call == Call::Kick(HERE, USER)), 1);
    assert_eq!(story.count(|call| *call == Call::Kick(HERE, OTHER)), 2);
}

#[test]
fn group_ends_an_order_with_nobody_to_scan() {
    let mut story = Story::begin([]);
    let orders = [story.order(), story.order()];
    assert!(matches!(story.next(), Next::Wait(_)));
    let nothing = orders.map(|order| (order, Some(Tally::default())));
    assert_eq!(story.ended, nothing);
}

#[derive(Clone, Debug)]
enum Deed {
    Join(UserId),
    Say(UserId, bool),
    Leave(UserId),
    AdminKicks(UserId),
    AdminUnmutes(UserId),
    /// Untrue, or long ago.
    Rumour(UserId, bool, u64),
    /// Nobody tells the bot.
    ComeUnheard(UserId),
    GoUnheard(UserId),
    Order,
    Disconnect,
    Connect,
    Restart,
}

fn any_deed() -> impl Strategy<Value = Deed> {
    use Deed as D;
    let user = || (10..18_u64).prop_map(UserId);
    prop_oneof![
        6 => user().prop_map(D::Join),
        3 => (user(), any::<bool>()).prop_map(|(user, right)| D::Say(user, right)),
        2 => user().prop_map(D::Leave),
        1 => user().prop_map(D::AdminKicks),
        1 => user().prop_map(D::AdminUnmutes),
        2 => (user(), any::<bool>(), 0..7_200_000_u64).prop_map(|(u, came, ago)| D::Rumour(u, came, ago)),
        1 => user().prop_map(D::ComeUnheard),
        1 => user().prop_map(D::GoUnheard),
        2 => Just(D::Order),
        1 => Just(D::Disconnect),
        2 => Just(D::Connect),
        1 => Just(D::Restart),
    ]
}

/// Mostly short, sometimes days.
fn any_time() -> impl Strategy<Value = Duration> {
    let millis = |range| Strategy::prop_map(range, Duration::from_millis);
    prop_oneof![
        4 => millis(0..3_000_u64),
        4 => millis(0..900_000_u64),
        3 => millis(0..20_000_000_u64),
        1 => millis(0..100_000_000_u64),
    ]
}

fn any_answer() -> impl Strategy<Value = Answer> {
    prop_oneof![
        10 => Just(Ok(Reply::Done)),
        1 => Just(GONE),
        2 => Just(REFUSED),
        2 => Just(LOST),
        1 => (0..20_u64).prop_map(|mins| Err(CallError::RateLimited(Duration::from_mins(mins)))),
    ]
}

impl Story {
    fn does(&mut self, deed: &Deed) {
        match *deed {
            Deed::Join(user) => self.joins(user),
            Deed::Say(user, right) => {
                let code = self.group.roster().get(user).map(|member| member.code);
                let text = code
                    .filter(|_| right)
                    .map_or("?".into(), |code| code.to_string());
                self.happens(user, &Happening::Said(text));
            }
            Deed::Leave(user) => self.happens(user, &Happening::Left),
            Deed::AdminKicks(user) => self.happens(user, &Happening::KickedByAdmin),
            Deed::AdminUnmutes(user) => self.happens(user, &Happening::UnmutedByAdmin),
            Deed::Rumour(user, came, ago) => {
                let at = Timestamp(self.now.0.saturating_sub(ago));
                let joined = Happening::Joined(Code::from_random_bytes([77; 16]));
                let happening = if came { joined } else { Happening::Left };
                self.group.hear(user, &happening, at);
            }
            Deed::ComeUnheard(user) => {
                self.people.insert(user, self.now);
            }
            Deed::GoUnheard(user) => {
                self.people.remove(&user);
            }
            Deed::Order => {
                self.order();
            }
            Deed::Disconnect => self.disconnect(),
            Deed::Connect => self.connect(),
            Deed::Restart => {
                self.restart();
                // Orders that were not carried out come again.
                let ended: BTreeSet<_> = self.ended.iter().map(|(order, _)| *order).collect();
                for order in (1..=self.orders).map(OrderId) {
                    if !ended.contains(&order) {
                        self.group.order(order, self.now);
                    }
                }
                self.watch.last_order = Some(self.now);
            }
        }
    }

    /// What a group owes that has been left in peace for long enough.
    fn owes_nothing(&self) {
        for member in self.group.roster().iter() {
            assert_eq!(member.next_step(), None, "{member:?}");
            let pending = member.status == Status::Pending;
            assert!(!pending || member.told.is_some(), "{member:?}");
            let is_there = self.people.contains_key(&member.user);
            assert!(is_there || !pending, "{member:?}");
        }
        for user in self.people.keys() {
            assert!(self.group.roster().get(*user).is_some(), "{user} is lost");
        }
        let ended: BTreeSet<_> = self.ended.iter().map(|(order, _)| *order).collect();
        assert_eq!(ended, (1..=self.orders).map(OrderId).collect());
    }
}

proptest! {
    /// Whatever happens, whatever is answered, however much time passes: a wait ends in the
    /// future, asking again changes nothing, and each call keeps the rules of [`Story::watch`].
    /// Then all is well for an hour, and nothing is owed.
    #[test]
    fn group_comes_to_rest_whatever_has_happened(
        deeds in vec((any_deed(), any_time()), 0..40),
        answers in vec(any_answer(), 60),
    ) {
        let mut story = Story::start(Roster::default(), NOON);
        story.connect();
        let mut answers = answers.iter().cycle();
        for (deed, time) in &deeds {
            story.does(deed);
            story.passes(*time, |_| answers.next().unwrap().clone());
        }
        story.connect();
        story.passes(HOUR, FINE);
        story.owes_nothing();
    }

    /// The same with answers that take a while, in which more happens.
    #[test]
    fn group_keeps_its_rules_while_calls_are_under_way(
        deeds in vec((any_deed(), any_answer(), 0..10_000_u64), 0..120),
        warned in vec(0..4_u8, 0..6),
    ) {
        let known = (10..).zip(warned).map(|(user, warnings)| member(UserId(user), warnings));
        let mut story = Story::start(known.collect(), NOON);
        story.connect();
        for (deed, answer, time) in deeds {
            let began = story.now;
            let later = began.after(Duration::from_millis(time));
            match story.next() {
                Next::Call(task) => {
                    if !matches!(deed, Deed::Restart) {
                        story.does(&deed);
                    }
                    story.now = later;
                    story.answer_later(&task, answer, began);
                }
                Next::Wait(until) => {
                    story.now = until.unwrap_or(later);
                    story.does(&deed);
                }
            }
        }
        story.connect();
        story.passes(HOUR * 5, FINE);
        story.owes_nothing();
    }
}
