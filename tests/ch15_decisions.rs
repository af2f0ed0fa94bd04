//! The core of the group-verification bot: every decision, without any waiting.

use std::time::Duration;

use async_workbook::ch15_group_verification::{
    decide::{Happening, compare, decide, done, due, kicked},
    model::{Code, GroupId, Member, MessageId, Status, Step, Steps, Timestamp, UserId},
    platform::{Answer, Call, CallError, Message, Present, Reply},
    policy::Policy,
    roster::Roster,
    round::{Move, Round, Scope},
};
use proptest::{collection::vec, prelude::*};

const USER: UserId = UserId(7);
const GROUP: GroupId = GroupId(3);
const HOUR: Duration = Duration::from_hours(1);
const NOON: Timestamp = Timestamp(12 * 3_600_000);
const GREETING: MessageId = MessageId(55);

fn code(byte: u8) -> Code {
    Code::from_random_bytes([byte; 16])
}

/// In their third stay, since noon.
fn member(status: Status) -> Member {
    let pending = status == Status::Pending;
    Member {
        user: USER,
        status,
        stay: 3,
        code: code(1),
        joined: NOON,
        as_of: NOON,
        warnings: 2,
        told: Some(NOON),
        greeting: pending.then_some(GREETING),
        stale: Box::default(),
        owed: Steps::default(),
    }
}

/// Every status, and nobody at all, against everything that can happen, in this stay and before.
#[test]
fn decisions_table_is_complete() {
    use Happening::{Joined, KickedByAdmin, KickedByBot, Left, Said, UnmutedByAdmin};
    let later = NOON.after(HOUR);
    let before = Timestamp(NOON.0 - 1);
    let happenings = [
        (Joined(code(2)), later),
        // Told twice, and told late.
        (Joined(code(2)), NOON),
        (Joined(code(2)), before),
        (Said(code(1).to_string()), later),
        (Said(code(2).to_string()), later),
        (Left, later),
        (Left, before),
        (KickedByAdmin, later),
        (KickedByAdmin, before),
        (KickedByBot, later),
        (KickedByBot, before),
        (UnmutedByAdmin, later),
        (UnmutedByAdmin, before),
    ];
    let begins = || Some((Status::Pending, vec![Step::Mute, Step::Greet]));
    let recall = Step::Recall(GREETING);

    let nobody = [
        begins(),
        begins(),
        begins(),
        None,
        None,
        None,
        None,
        None,
        None,
        None,
        None,
        None,
        None,
    ];
    let pending = [
        Some((Status::Pending, vec![Step::Mute, Step::Greet, recall])),
        None,
        None,
        Some((Status::Verified, vec![Step::Unmute, Step::Welcome, recall])),
        None,
        Some((Status::Left, vec![recall])),
        None,
        Some((Status::KickedByAdmin, vec![recall])),
        None,
        Some((Status::KickedByTimeout, vec![recall])),
        None,
        Some((Status::UnmutedByAdmin, vec![Step::Unmute, recall])),
        None,
    ];
    let closed = |status: Status| {
        // Nothing but that they are not there any more.
        let gone = || Some((status, vec![]));
        let let_in = (Status::Verified, vec![Step::Unmute, Step::Welcome]);
        [
            begins(),
            // Who went away in this moment may have come back in it.
            begins().filter(|_| status.is_away()),
            None,
            // And may have left before the stay that began in it.
            (status == Status::Left).then_some(let_in),
            None,
            gone(),
            None,
            gone(),
            None,
            gone(),
            None,
            None,
            None,
        ]
    };
    let rows = Status::ALL.into_iter().map(|status| match status {
        Status::Pending => (Some(status), pending.clone()),
        closed_as => (Some(status), closed(closed_as)),
    });
    for (status, expected) in rows.chain([(None, nobody)]) {
        let known = status.map(member);
        for ((happening, at), expected) in happenings.iter().zip(expected) {
            let decided = decide(USER, known.as_ref(), happening, *at);
            let found = decided
                .as_ref()
                .map(|member| (member.status, steps(member)));
            assert_eq!(found, expected, "{status:?} and {happening:?} at {at:?}");
            let Some(decided) = decided else { continue };
            if let Joined(code) = happening {
                // A new case begins from nothing.
                assert_eq!((decided.warnings, decided.told), (0, None));
                assert_eq!((decided.code, decided.joined), (*code, *at));
                assert_eq!(
                    decided.stay,
                    known.as_ref().map_or(1, |known| known.stay + 1)
                );
            } else {
                assert_eq!((decided.stay, decided.joined), (3, NOON));
                assert_eq!(decided.as_of, *at);
            }
        }
    }
}

/// What is to be done for a member, one step after the other.
fn steps(member: &Member) -> Vec<Step> {
    let (mut member, mut steps) = (member.clone(), vec![]);
    while let Some(step) = member.next_step() {
        steps.push(step);
        member = done(&member, member.stay, step, None, NOON);
    }
    steps
}

/// Platforms tell whole seconds, and in any order: who leaves and comes back within one may seem to have left last.
#[test]
fn decisions_let_in_who_sends_the_code_of_a_stay_that_ended_as_it_began() {
    let stay = decide(USER, None, &Happening::Joined(code(1)), NOON).unwrap();
    let said = Happening::Said(code(1).to_string());
    let left = |at| decide(USER, Some(&stay), &Happening::Left, at).unwrap();
    let at = NOON.after(HOUR);
    let let_in = decide(USER, Some(&left(NOON)), &said, at).unwrap();
    assert_eq!((let_in.status, let_in.as_of), (Status::Verified, at));
    assert_eq!(steps(&let_in), [Step::Unmute, Step::Welcome]);
    let second_later = NOON.after(Duration::from_secs(1));
    assert_eq!(decide(USER, Some(&left(second_later)), &said, at), None);
}

#[test]
fn decisions_without_a_greeting_recall_nothing() {
    let silent = Member {
        greeting: None,
        ..member(Status::Pending)
    };
    let left = decide(USER, Some(&silent), &Happening::Left, NOON).unwrap();
    assert_eq!(steps(&left), []);
}

#[test]
fn decisions_remember_the_greeting_and_forget_it_when_recalled() {
    let fresh = decide(USER, None, &Happening::Joined(code(1)), NOON).unwrap();
    let muted = done(&fresh, 1, Step::Mute, None, NOON);
    let policy = Policy::default();
    assert_eq!(due(&muted, &policy), None);
    let later = NOON.after(HOUR);
    let greeted = done(&muted, 1, Step::Greet, Some(GREETING), later);
    assert_eq!(
        (greeted.greeting, greeted.next_step()),
        (Some(GREETING), None)
    );
    assert_eq!(due(&greeted, &policy), Some(later.after(policy.scan_every)));
    let said = Happening::Said(code(1).to_string());
    let verified = decide(USER, Some(&greeted), &said, later).unwrap();
    assert_eq!(due(&verified, &policy), None);
    let recall = Step::Recall(GREETING);
    assert_eq!(steps(&verified), [Step::Unmute, Step::Welcome, recall]);
    let recalled = done(&verified, 1, recall, None, later);
    assert!(recalled.stale.is_empty());
}

/// The member went away and came back while a call was under way.
#[test]
fn decisions_do_not_finish_in_one_stay_what_was_begun_in_another() {
    let before = decide(USER, None, &Happening::Joined(code(1)), NOON).unwrap();
    let now = decide(
        USER,
        Some(&before),
        &Happening::Joined(code(2)),
        NOON.after(HOUR),
    )
    .unwrap();
    for (step, message) in [(Step::Mute, None), (Step::Greet, Some(GREETING))] {
        let done = done(&now, before.stay, step, message, NOON.after(HOUR));
        assert_eq!(done.owed, now.owed, "{step:?}");
        assert_eq!((done.greeting, done.told), (None, None), "{step:?}");
        assert_eq!(&*done.stale, message.as_slice(), "{step:?}");
    }
}

/// What was still owed for an earlier stay when the member came back.
#[test]
fn decisions_recall_the_greetings_of_earlier_stays() {
    let verified = Happening::Said(code(1).to_string());
    let verified = decide(USER, Some(&member(Status::Pending)), &verified, NOON).unwrap();
    let again = Happening::Joined(code(2));
    let again = decide(USER, Some(&verified), &again, NOON.after(HOUR)).unwrap();
    // The voice and the welcome were for the old stay.
    assert_eq!(
        steps(&again),
        [Step::Mute, Step::Greet, Step::Recall(GREETING)]
    );
    let greeted = done(&again, 4, Step::Greet, Some(MessageId(56)), NOON);
    let left = decide(USER, Some(&greeted), &Happening::Left, NOON.after(HOUR * 2)).unwrap();
    assert_eq!(&*left.stale, [GREETING, MessageId(56)]);
}

/// The admin's or the member's own word proves that they were there.
#[test]
fn decisions_take_a_joining_from_before_the_code_for_old() {
    let said = Happening::Said(code(1).to_string());
    let pending = member(Status::Pending);
    let verified = decide(USER, Some(&pending), &said, NOON.after(HOUR)).unwrap();
    let late = decide(
        USER,
        Some(&verified),
        &Happening::Joined(code(2)),
        NOON.after(HOUR / 2),
    );
    assert_eq!(late, None);
}

/// They may have come back by the time the answer to the kick is there.
#[test]
fn decisions_take_a_joining_from_before_the_kick_for_old() {
    let at = NOON.after(HOUR);
    let kicked = kicked(&member(Status::Pending), at);
    let joined = |at| decide(USER, Some(&kicked), &Happening::Joined(code(2)), at);
    assert_eq!(joined(NOON), None);
    assert_eq!(joined(NOON.after(HOUR / 2)), None);
    assert_eq!(joined(at.after(HOUR)).unwrap().stay, 4);
}

/// What the platform says may be older than the last thing that was heard.
#[test]
fn decisions_count_a_stay_from_when_they_were_last_known_to_be_away() {
    let last_seen = NOON.after(HOUR / 2);
    let there = Present {
        user: USER,
        joined: NOON.after(HOUR / 4),
        muted: None,
    };
    let compared = |status| {
        let known = Member {
            as_of: last_seen,
            ..member(status)
        };
        compare(Some(&known), Some(&there), NOON, NOON.after(HOUR), || {
            code(2)
        })
    };
    // The code was sent in the stay that the platform means.
    assert_eq!(compared(Status::Verified), None);
    let back = compared(Status::Left).unwrap();
    assert_eq!(
        (back.stay, back.joined, back.as_of),
        (4, last_seen, last_seen)
    );
}

#[test]
fn decisions_treat_who_came_or_went_unheard_as_if_heard() {
    let asked = NOON.after(HOUR);
    let since = NOON;
    let there = |joined, muted| Present {
        user: USER,
        joined,
        muted,
    };
    let compared = |known: Option<Member>, there: Option<Present>| {
        let changed = compare(known.as_ref(), there.as_ref(), since, asked, || code(2));
        changed.map(|member| (member.status, member.stay))
    };
    let now = there(NOON, Some(true));
    // Strangers, and those who were there before the bot.
    assert_eq!(compared(None, None), None);
    assert_eq!(compared(None, Some(now)), Some((Status::Pending, 1)));
    let before = there(Timestamp(NOON.0 - 1), Some(false));
    assert_eq!(compared(None, Some(before)), None);
    for status in Status::ALL {
        let known = || Some(member(status));
        let pending = status == Status::Pending;
        let went = pending.then_some((Status::Left, 3));
        assert_eq!(compared(known(), None), went, "{status:?}");
        // Still there; or there again, if they were away.
        let again = status.is_away().then_some((Status::Pending, 4));
        assert_eq!(compared(known(), Some(now)), again, "{status:?}");
        let back = there(NOON.after(HOUR / 2), Some(false));
        let came_back = Some((Status::Pending, 4));
        assert_eq!(compared(known(), Some(back)), came_back, "{status:?}");
        // Somebody has given them their voice.
        let free = pending.then_some((Status::UnmutedByAdmin, 3)).or(again);
        let loud = there(NOON, Some(false));
        assert_eq!(compared(known(), Some(loud)), free, "{status:?}");
        assert_eq!(
            compared(known(), Some(there(NOON, None))),
            again,
            "{status:?}"
        );
        // What was heard since then counts more.
        let newer = Member {
            as_of: asked,
            ..member(status)
        };
        assert_eq!(compared(Some(newer.clone()), None), None, "{status:?}");
        assert_eq!(compared(Some(newer), Some(back)), None, "{status:?}");
    }
    let not_muted_yet = Member {
        owed: Steps::of(&[Step::Mute]),
        ..member(Status::Pending)
    };
    assert_eq!(
        compared(Some(not_muted_yet), Some(there(NOON, Some(false)))),
        None
    );
}

#[test]
fn decisions_accept_a_code_with_spaces_and_capitals() {
    let sent = format!("  {}\n", code(1).to_string().to_uppercase());
    assert!(
        decide(
            USER,
            Some(&member(Status::Pending)),
            &Happening::Said(sent),
            NOON
        )
        .is_some()
    );
}

/// 14:00 and every 4 h; what falls into the night waits for 8 in the morning.
#[test]
fn decisions_keep_to_the_hours_of_the_day() {
    let hours = |hours: f64| Timestamp(0).after(Duration::from_secs_f64(hours * 3600.0));
    let due = |joined: f64, offset: i32| {
        let policy = Policy {
            utc_offset_minutes: offset,
            ..Policy::default()
        };
        let member = Member {
            told: Some(hours(joined)),
            ..member(Status::Pending)
        };
        policy.in_daytime(due(&member, &policy).unwrap())
    };
    assert_eq!(due(10.0, 0), hours(14.0));
    assert_eq!(due(17.99, 0), hours(21.99));
    assert_eq!(due(18.0, 0), hours(32.0));
    assert_eq!(due(23.0, 0), hours(32.0));
    assert_eq!(due(4.0, 0), hours(8.0));
    // 10:00 in London is 18:00 in Shanghai: due at 22:00 there, which is too late.
    assert_eq!(due(10.0, 8 * 60), hours(24.0));
    assert_eq!(due(10.0, -3 * 60), hours(14.0));
}

/// Looks at every minute in turn.
#[test]
fn decisions_know_hours_that_go_over_midnight() {
    #[expect(clippy::reversed_empty_ranges, reason = "from 22 to 6 in the morning")]
    let all_hours = [8..22, 22..6, 0..24, 0..1, 23..24, 23..0, 7..7, 6..5];
    for hours in all_hours {
        for utc_offset_minutes in [0, 60, -300, 345, 840] {
            let policy = Policy {
                hours: hours.clone(),
                utc_offset_minutes,
                ..Policy::default()
            };
            let open = |minute: u64| {
                let local = minute.strict_add_signed(utc_offset_minutes.into());
                let hour = u8::try_from(local / 60 % 24).unwrap();
                let (start, end) = (hours.start, hours.end);
                if start < end {
                    (start..end).contains(&hour)
                } else {
                    start == end || hour >= start || hour < end
                }
            };
            let midnight = 1_750_032_000_000 / 60_000;
            let edges = (0..24).flat_map(|hour| [0, 30, 59].map(|minute| hour * 60 + minute));
            for minute in edges.map(|minute| midnight + minute) {
                let at = Timestamp(minute * 60_000 + 59_999);
                let found = policy.in_daytime(at);
                let expected = if open(minute) {
                    at
                } else {
                    let mut day = minute + 1..minute + 24 * 60;
                    let next = day.find(|&minute| open(minute)).unwrap();
                    Timestamp(next * 60_000)
                };
                assert_eq!(found, expected, "{hours:?} {utc_offset_minutes} {at:?}");
            }
        }
    }
}

#[test]
fn decisions_change_one_roster_and_not_its_clone() {
    let before: Roster = [member(Status::Pending)].into_iter().collect();
    let mut after = before.clone();
    after.put(member(Status::Verified));
    after.put(Member {
        user: UserId(8),
        ..member(Status::Left)
    });
    assert!(before.iter().eq(&[member(Status::Pending)]));
    assert_eq!(after.get(USER).unwrap().status, Status::Verified);
    assert_eq!(after.iter().count(), 2);
}

fn any_status() -> impl Strategy<Value = Status> {
    prop::sample::select(Status::ALL.to_vec())
}

fn mostly_pending() -> impl Strategy<Value = Status> {
    prop_oneof![3 => Just(Status::Pending), 1 => any_status()]
}

fn any_happening() -> impl Strategy<Value = Happening> {
    prop_oneof![5 => any_short_happening(), 1 => ".*".prop_map(Happening::Said)]
}

fn any_short_happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        (0..4_u8).prop_map(|byte| Happening::Joined(code(byte))),
        (0..4_u8).prop_map(|byte| Happening::Said(code(byte).to_string())),
        Just(Happening::Left),
        Just(Happening::KickedByAdmin),
        Just(Happening::KickedByBot),
        Just(Happening::UnmutedByAdmin),
    ]
}

prop_compose! {
    fn any_roster()(
        members in vec((mostly_pending(), 0..6_u8, 0..48_u64), 0..12)
    ) -> Roster {
        members
            .into_iter()
            .enumerate()
            .map(|(index, (status, warnings, hour))| Member {
                user: UserId(index as u64),
                warnings,
                told: (hour % 7 != 0).then_some(Timestamp(hour * 3_600_000)),
                ..member(status)
            })
            .collect()
    }
}

fn any_answer() -> impl Strategy<Value = Answer> {
    prop_oneof![
        12 => Just(Ok(Reply::Message(MessageId(1)))),
        // Everybody is there.
        2 => Just(Err(CallError::Gone)),
        2 => Just(Err(CallError::Refused)),
        2 => Just(Err(CallError::Transient)),
        1 => Just(Err(CallError::RateLimited(Duration::MAX))),
    ]
}

proptest! {
    /// Only the right code verifies, and nothing but a new joining reopens a case.
    #[test]
    fn decisions_never_verify_without_the_code(happenings in vec(any_happening(), 0..30)) {
        let mut known: Option<Member> = None;
        let mut hours = 0;
        let mut at = || {
            hours += 1;
            NOON.after(HOUR * hours)
        };
        for happening in happenings {
            let Some(next) = decide(USER, known.as_ref(), &happening, at()) else { continue };
            if next.status == known.as_ref().map_or(Status::Pending, |known| known.status) {
                // Nothing but when they were last seen; or a new stay.
            } else if next.status == Status::Verified {
                let code = known.as_ref().unwrap().code;
                prop_assert_eq!(happening, Happening::Said(code.to_string()));
            } else if let Some(known) = known.filter(|known| known.status != Status::Pending) {
                prop_assert!(matches!(happening, Happening::Joined(_)), "{:?}", known);
            }
            known = Some(next);
        }
    }

    /// An event that is delivered once more, at any later time, changes nothing.
    #[test]
    fn decisions_bear_a_repeated_event(happenings in vec(any_happening(), 0..30)) {
        let mut known: Option<Member> = None;
        let at = |index: usize| NOON.after(HOUR * u32::try_from(index).unwrap());
        for (index, happening) in happenings.iter().enumerate() {
            if let Some(next) = decide(USER, known.as_ref(), happening, at(index)) {
                known = Some(next);
            }
            let Some(known) = &known else { continue };
            for (index, happening) in happenings[..=index].iter().enumerate() {
                // Not a code, which is right or wrong whenever it comes.
                if !matches!(happening, Happening::Said(_)) {
                    prop_assert_eq!(decide(USER, Some(known), happening, at(index)), None);
                }
            }
        }
    }

    /// Whatever the platform answers, and whoever comes and goes meanwhile: nobody who is not
    /// concerned or not there, or who came back since; warnings only where delivered, kicks only
    /// after all warnings and an announcement, never two without a pause, and always an end.
    #[test]
    fn decisions_of_a_round_keep_the_rules(
        roster in any_roster(),
        answers in vec(any_answer(), 250),
        changes in vec((0..12_u64, any_short_happening()), 250),
        ordered in any::<bool>(),
        hour in 0..48_u64,
    ) {
        let policy = Policy::default();
        let now = Timestamp(hour * 3_600_000);
        let scope = if ordered { Scope::Ordered(now) } else { Scope::Due };
        let concerned = |member: &Member| {
            let by_day = (8..22).contains(&(hour % 24));
            member.status == Status::Pending
                && member.told.is_some_and(|told| if ordered {
                    told < now && told.after(policy.ordered_scan_every) <= now
                } else {
                    by_day && told.after(policy.scan_every) <= now
                })
        };
        let before = roster.clone();
        let mut roster = roster;
        let Some(mut round) = Round::plan(GROUP, &roster, scope, now, &policy) else {
            prop_assert!(!before.iter().any(concerned));
            return Ok(());
        };
        let mut answers = answers.into_iter().zip(changes);
        let (mut announced, mut rested, mut gone) = (vec![], true, vec![]);
        let mut failed: Option<Call> = None;
        while let Some(next) = round.next(&roster, &policy) {
            let call = match next {
                Move::Pause(_) => {
                    rested = true;
                    continue;
                }
                Move::Call(call) => call,
            };
            let (mut answer, (who, happening)) = answers.next().expect("a round ends");
            let is_now = |user| {
                let (old, new) = (before.get(user).unwrap(), roster.get(user).unwrap());
                concerned(old) && new.status == Status::Pending && new.stay == old.stay
            };
            match &call {
                Call::Members(_) => {
                    // Asked only to know whether a kick has happened.
                    prop_assert!(matches!(failed, Some(Call::Kick(..) | Call::Members(_))));
                    let all = roster.iter().map(|member| Present {
                        user: member.user,
                        joined: member.joined,
                        muted: Some(true),
                    });
                    answer = answer.map(|_| Reply::Members(all.collect()));
                }
                Call::Mute(_, user) => {
                    prop_assert!(is_now(*user));
                    gone.extend((answer == Err(CallError::Gone)).then_some(*user));
                }
                Call::SendToGroup(_, Message::Warning(users)) => {
                    for user in users {
                        prop_assert!(is_now(*user));
                        prop_assert!(!gone.contains(user));
                        prop_assert!(before.get(*user).unwrap().warnings < policy.warnings);
                    }
                }
                Call::SendToGroup(_, Message::Announcement(users)) => {
                    prop_assert!(users.iter().all(|&user| is_now(user)));
                    if answer.is_ok() {
                        announced.clone_from(users);
                    }
                }
                Call::Kick(_, user) => {
                    prop_assert!(is_now(*user));
                    prop_assert!(before.get(*user).unwrap().warnings >= policy.warnings);
                    prop_assert!(announced.contains(user));
                    prop_assert!(rested);
                    // A kick whose answer was lost is not repeated on a guess.
                    prop_assert_ne!(failed.as_ref(), Some(&call));
                    rested = false;
                }
                _ => {}
            }
            let passing = matches!(answer, Err(error) if error.is_passing());
            failed = passing.then_some(call.clone());
            // Something happens while the call is under way.
            let user = UserId(who);
            if let Some(known) = roster.get(user).filter(|_| who % 3 == 0) {
                let changed = decide(user, Some(known), &happening, NOON.after(HOUR * 100));
                if let Some(member) = changed {
                    roster.put(member);
                }
            }
            let changed = match round.settle(&roster, &answer, now, now, &policy) {
                Ok(changed) => changed,
                Err(error) => {
                    prop_assert_eq!(answer, Err(error));
                    return Ok(());
                }
            };
            for member in changed {
                prop_assert!(answer.is_ok());
                let old = before.get(member.user).unwrap();
                prop_assert_eq!(member.stay, old.stay);
                match &call {
                    Call::SendToGroup(_, Message::Warning(users)) => {
                        prop_assert!(users.contains(&member.user));
                        prop_assert_eq!(member.warnings, old.warnings + 1);
                        prop_assert_eq!(member.told, Some(now));
                    }
                    Call::Kick(_, user) => {
                        prop_assert_eq!(member.user, *user);
                        prop_assert_eq!(member.status, Status::KickedByTimeout);
                    }
                    other => prop_assert!(false, "{:?} changed {:?}", other, member),
                }
                roster.put(member);
            }
        }
    }
}
