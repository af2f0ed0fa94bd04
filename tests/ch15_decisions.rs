//! The core of the group-verification bot: every decision, without any waiting.

use std::time::Duration;

use async_workbook::ch15_group_verification::{
    decide::{Happening, decide, done},
    model::{Code, GroupId, Member, MessageId, Roster, Status, Step, Steps, Timestamp, UserId},
    platform::{Answer, Call, CallError, Message},
    policy::Policy,
    round::{Move, Round, Scope},
};
use proptest::{collection::vec, prelude::*};

const USER: UserId = UserId(7);
const GROUP: GroupId = GroupId(3);
const NOON: Timestamp = Timestamp(12 * 3_600_000);
const GREETING: MessageId = MessageId(55);

fn code(byte: u8) -> Code {
    Code::from_random_bytes([byte; 16])
}

fn member(status: Status) -> Member {
    Member {
        user: USER,
        status,
        code: code(1),
        joined: NOON,
        warnings: 2,
        warned: Some(NOON),
        greeting: Some(GREETING),
        owed: Steps::default(),
    }
}

fn steps(wanted: &[Step]) -> Steps {
    wanted
        .iter()
        .fold(Steps::default(), |all, &step| all.with(step))
}

/// Every status, and nobody at all, against every event: 7 x 7 decisions.
#[test]
fn decisions_table_is_complete() {
    use Happening::{Joined, KickedByAdmin, KickedByBot, Left, Said, UnmutedByAdmin};
    let later = NOON.after(Duration::from_hours(1));
    let happenings = || {
        [
            Joined(code(2)),
            Said(code(1).to_string()),
            Said(code(2).to_string()),
            Left,
            KickedByAdmin,
            KickedByBot,
            UnmutedByAdmin,
        ]
    };
    let begins = Some((Status::Pending, vec![Step::Mute, Step::Greet]));

    let nobody = [begins.clone(), None, None, None, None, None, None];
    let pending = [
        Some((Status::Pending, vec![Step::Mute])),
        Some((
            Status::Verified,
            vec![Step::Unmute, Step::Welcome, Step::Recall],
        )),
        None,
        Some((Status::Left, vec![Step::Recall])),
        Some((Status::KickedByAdmin, vec![Step::Recall])),
        Some((Status::KickedByTimeout, vec![Step::Recall])),
        Some((Status::UnmutedByAdmin, vec![Step::Unmute, Step::Recall])),
    ];
    let closed = [begins, None, None, None, None, None, None];

    let rows = [
        (None, nobody),
        (Some(Status::Pending), pending),
        (Some(Status::Verified), closed.clone()),
        (Some(Status::UnmutedByAdmin), closed.clone()),
        (Some(Status::Left), closed.clone()),
        (Some(Status::KickedByAdmin), closed.clone()),
        (Some(Status::KickedByTimeout), closed),
    ];
    for (status, expected) in rows {
        let known = status.map(member);
        for (happening, expected) in happenings().iter().zip(expected) {
            let decided = decide(USER, known.as_ref(), happening, later);
            let found = decided.as_ref().map(|member| (member.status, member.owed));
            let expected = expected.map(|(status, owed)| (status, steps(&owed)));
            assert_eq!(found, expected, "{status:?} and {happening:?}");
            // A new case begins from nothing; an old one keeps what it knows.
            if let Some(decided) = decided {
                let fresh = status != Some(Status::Pending);
                assert_eq!(decided.warnings, if fresh { 0 } else { 2 });
                assert_eq!(decided.code, code(if fresh { 2 } else { 1 }));
                assert_eq!(decided.joined, if fresh { later } else { NOON });
            }
        }
    }
}

#[test]
fn decisions_without_a_greeting_recall_nothing() {
    let silent = Member {
        greeting: None,
        ..member(Status::Pending)
    };
    let left = decide(USER, Some(&silent), &Happening::Left, NOON).unwrap();
    assert_eq!(left.owed, Steps::default());
    let again = decide(USER, Some(&silent), &Happening::Joined(code(9)), NOON).unwrap();
    assert_eq!(again.owed, steps(&[Step::Mute, Step::Greet]));
}

#[test]
fn decisions_remember_the_greeting_and_forget_it_when_recalled() {
    let fresh = decide(USER, None, &Happening::Joined(code(1)), NOON).unwrap();
    let muted = done(&fresh, Step::Mute, None);
    let greeted = done(&muted, Step::Greet, Some(GREETING));
    assert_eq!(
        (greeted.greeting, greeted.owed.first()),
        (Some(GREETING), None)
    );
    let verified = decide(
        USER,
        Some(&greeted),
        &Happening::Said(code(1).to_string()),
        NOON,
    );
    let recalled = done(&verified.unwrap(), Step::Recall, None);
    assert_eq!(recalled.greeting, None);
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
            joined: hours(joined),
            warned: None,
            ..member(Status::Pending)
        };
        policy.due(&member)
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
    prop_oneof![
        (0..4_u8).prop_map(|byte| Happening::Joined(code(byte))),
        (0..4_u8).prop_map(|byte| Happening::Said(code(byte).to_string())),
        ".*".prop_map(Happening::Said),
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
                warned: (hour % 3 == 0).then_some(Timestamp(hour * 3_600_000)),
                joined: Timestamp(hour * 3_600_000),
                ..member(status)
            })
            .collect()
    }
}

fn any_answer() -> impl Strategy<Value = Answer> {
    prop_oneof![
        12 => Just(Ok(Some(MessageId(1)))),
        // Those that do not end a round.
        2 => Just(Err(CallError::Gone)),
        2 => Just(Err(CallError::Refused)),
        1 => Just(Err(CallError::Transient)),
        1 => Just(Err(CallError::RateLimited(Duration::from_secs(1)))),
    ]
}

proptest! {
    /// Only the right code verifies, and nothing but a new joining reopens a case.
    #[test]
    fn decisions_never_verify_without_the_code(happenings in vec(any_happening(), 0..30)) {
        let mut known: Option<Member> = None;
        for happening in happenings {
            let Some(next) = decide(USER, known.as_ref(), &happening, NOON) else { continue };
            if next.status == Status::Verified {
                let code = known.as_ref().unwrap().code;
                prop_assert_eq!(happening, Happening::Said(code.to_string()));
            } else if let Some(known) = known.filter(|known| known.status != Status::Pending) {
                prop_assert!(matches!(happening, Happening::Joined(_)), "{:?}", known);
            }
            known = Some(next);
        }
    }

    /// An event that is delivered twice in a row, as after a crash, changes no status.
    #[test]
    fn decisions_bear_a_repeated_event(happenings in vec(any_happening(), 0..30)) {
        let mut known: Option<Member> = None;
        for happening in happenings {
            if let Some(next) = decide(USER, known.as_ref(), &happening, NOON) {
                known = Some(next);
            }
            if let Some(again) = decide(USER, known.as_ref(), &happening, NOON) {
                let known = known.as_ref().unwrap();
                prop_assert_eq!((again.status, again.code), (known.status, known.code));
            }
        }
    }

    /// Whatever the platform answers: nobody who is not concerned or not there, warnings only
    /// where delivered, kicks only after all warnings and an announcement, never two kicks without
    /// a pause, and always an end.
    #[test]
    fn decisions_of_a_round_keep_the_rules(
        roster in any_roster(),
        answers in vec(any_answer(), 60),
        ordered in any::<bool>(),
        hour in 0..48_u64,
    ) {
        let policy = Policy::default();
        let now = Timestamp(hour * 3_600_000);
        let scope = if ordered { Scope::Ordered(now) } else { Scope::Due };
        let concerned = |member: &Member| {
            let last = member.warned.unwrap_or(member.joined);
            let by_day = (8..22).contains(&(hour % 24));
            member.status == Status::Pending
                && if ordered { last < now } else { by_day && policy.due(member) <= now }
        };
        let before = roster.clone();
        let mut roster = roster;
        let Some(mut round) = Round::plan(GROUP, &roster, scope, now, &policy) else {
            return Ok(());
        };
        let mut answers = answers.into_iter();
        let (mut announced, mut rested, mut gone) = (vec![], true, vec![]);
        while let Some(next) = round.next(&roster) {
            let call = match next {
                Move::Pause(gap) => {
                    prop_assert_eq!(gap, policy.kick_gap);
                    rested = true;
                    continue;
                }
                Move::Call(call) => call,
            };
            let answer = answers.next().expect("a round ends");
            match &call {
                Call::Mute(_, user) => {
                    prop_assert!(concerned(before.get(*user).unwrap()));
                    gone.extend((answer == Err(CallError::Gone)).then_some(*user));
                }
                Call::SendToGroup(_, Message::Warning(users)) => {
                    for user in users {
                        prop_assert!(concerned(before.get(*user).unwrap()));
                        prop_assert!(!gone.contains(user));
                    }
                }
                Call::SendToGroup(_, Message::Announcement(users)) if answer.is_ok() => {
                    announced.clone_from(users);
                }
                Call::Kick(_, user) => {
                    let member = before.get(*user).unwrap();
                    prop_assert!(member.warnings >= policy.warnings);
                    prop_assert!(concerned(member));
                    prop_assert!(announced.contains(user));
                    prop_assert!(rested);
                    rested = false;
                }
                _ => {}
            }
            let changed = match round.settle(&mut roster, answer, now) {
                Ok(changed) => changed,
                Err(error) => {
                    prop_assert_eq!(answer, Err(error));
                    return Ok(());
                }
            };
            for member in changed {
                prop_assert!(answer.is_ok());
                let old = before.get(member.user).unwrap();
                match &call {
                    Call::SendToGroup(_, Message::Warning(users)) => {
                        prop_assert!(users.contains(&member.user));
                        prop_assert_eq!(member.warnings, old.warnings + 1);
                    }
                    Call::Kick(_, user) => {
                        prop_assert_eq!(member.user, *user);
                        prop_assert_eq!(member.status, Status::KickedByTimeout);
                    }
                    other => prop_assert!(false, "{:?} changed {:?}", other, member),
                }
            }
        }
    }
}
