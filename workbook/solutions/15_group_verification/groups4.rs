//! A scan that warns seven people writes seven messages into the group. People complain, and leave.
//! The platform lets a message name up to three people.
//!
//! Goal: as few messages as possible, one after the other. Each names only people who are still
//! pending when it is sent: somebody may send the code while an earlier one is under way. A warning
//! is counted when its message has been delivered; if one fails, the scan ends with that error.
//!
//! Lesson: `chapters/ch15_group_verification/README.md`, "A scan, one move at a time"

use std::{
    sync::{Mutex, MutexGuard},
    time::Duration,
};

use ch15_group_verification::{
    decide::{Happening, decide},
    model::{Code, GroupId, Member, Roster, Status, Timestamp, UserId},
    platform::{Answer, Call, CallError, Message, Platform},
};
use tokio::time::sleep;
use tracing::info;

/// How many people one message may name.
const NAMES: usize = 3;

/// Warns everybody who is pending, once.
async fn warn(platform: &impl Platform, group: &Group) -> Result<(), CallError> {
    let mut to_warn = group.pending();
    loop {
        // Asked anew before each message.
        let pending = group.pending();
        to_warn.retain(|user| pending.contains(user));
        if to_warn.is_empty() {
            return Ok(());
        }
        let named: Vec<_> = to_warn.drain(..NAMES.min(to_warn.len())).collect();
        let message = Message::Warning(named.clone());
        platform.call(&Call::SendToGroup(group.id, message)).await?;
        group.count(&named);
    }
}

/// A group that lives on while a scan waits.
struct Group {
    id: GroupId,
    roster: Mutex<Roster>,
}

impl Group {
    /// Members 1, 2, 3 …, all of them pending.
    fn of(members: u64) -> Self {
        let joined = Happening::Joined(Code::from_random_bytes([7; 16]));
        let member = |user| decide(UserId(user), None, &joined, Timestamp(0));
        Self {
            id: GroupId(1),
            roster: Mutex::new((1..=members).filter_map(member).collect()),
        }
    }

    /// Who is pending at this moment, in order.
    fn pending(&self) -> Vec<UserId> {
        let roster = self.roster();
        let pending = roster.iter().filter(|one| one.status == Status::Pending);
        pending.map(|member| member.user).collect()
    }

    /// These people have been warned once more.
    fn count(&self, users: &[UserId]) {
        for &user in users {
            self.change(user, |member| member.warnings += 1);
        }
    }

    fn verify(&self, user: u64) {
        self.change(UserId(user), |member| member.status = Status::Verified);
    }

    fn change(&self, user: UserId, change: impl FnOnce(&mut Member)) {
        let mut roster = self.roster();
        let mut member = roster.get(user).expect("a member").clone();
        change(&mut member);
        roster.put(member);
    }

    fn roster(&self) -> MutexGuard<'_, Roster> {
        self.roster.try_lock().expect("nobody waits with the lock")
    }
}

/// Needs a second for each message. One of them may fail.
#[derive(Default)]
struct Chat {
    sent: Mutex<Vec<Vec<u64>>>,
    fails_at: Option<usize>,
}

impl Platform for Chat {
    async fn call(&self, call: &Call) -> Answer {
        let Call::SendToGroup(GroupId(1), message @ Message::Warning(users)) = call else {
            return Err(CallError::Refused);
        };
        info!("{message}");
        let names = users.iter().map(|user| user.0).collect();
        let messages = {
            let mut sent = self.sent.lock().unwrap();
            sent.push(names);
            sent.len()
        };
        sleep(Duration::from_secs(1)).await;
        if self.fails_at == Some(messages) {
            return Err(CallError::Transient);
        }
        Ok(None)
    }
}

fn main() {
    stage::play("Seven warnings", async {
        if let Err(error) = warn(&Chat::default(), &Group::of(7)).await {
            info!("{error}");
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The result, the messages, and how many warnings each member has.
    type Scan = (Result<(), CallError>, Vec<Vec<u64>>, Vec<u8>);

    /// A scan; after so many milliseconds these people send their codes.
    fn scan(group: &Group, fails_at: Option<usize>, codes: &[(u64, u64)]) -> Scan {
        let chat = Chat {
            fails_at,
            ..Chat::default()
        };
        let played = stage::record(async {
            let people = async {
                let mut now = 0;
                for &(at, user) in codes {
                    sleep(Duration::from_millis(at - now)).await;
                    now = at;
                    group.verify(user);
                }
            };
            let scan = async {
                let begun = tokio::time::Instant::now();
                (warn(&chat, group).await, begun.elapsed())
            };
            tokio::join!(scan, people).0
        });
        let (result, took) = played.value;
        let sent = chat.sent.into_inner().unwrap();
        let seconds = Duration::from_secs(sent.len() as u64);
        assert_eq!(took, seconds, "one after the other: {sent:?}");
        let warnings = group.roster().iter().map(|one| one.warnings).collect();
        (result, sent, warnings)
    }

    #[test]
    fn three_names_in_one_message() {
        for (members, messages) in [
            (1, vec![vec![1]]),
            (3, vec![vec![1, 2, 3]]),
            (4, vec![vec![1, 2, 3], vec![4]]),
            (7, vec![vec![1, 2, 3], vec![4, 5, 6], vec![7]]),
        ] {
            let expected = (Ok(()), messages, vec![1; members]);
            assert_eq!(scan(&Group::of(members as u64), None, &[]), expected);
        }
    }

    #[test]
    fn nobody_is_warned_without_need() {
        assert_eq!(scan(&Group::of(0), None, &[]), (Ok(()), vec![], vec![]));
        let group = Group::of(5);
        for user in [1, 3, 5] {
            group.verify(user);
        }
        let expected = (Ok(()), vec![vec![2, 4]], vec![0, 1, 0, 1, 0]);
        assert_eq!(scan(&group, None, &[]), expected);
        let expected = (Ok(()), vec![vec![2, 4]], vec![0, 2, 0, 2, 0]);
        assert_eq!(scan(&group, None, &[]), expected, "the next scan");
    }

    #[test]
    fn people_go_on_while_the_scan_waits() {
        let group = Group::of(7);
        let (result, sent, warnings) = scan(&group, None, &[(500, 4), (700, 6), (1_500, 2)]);
        assert_eq!(result, Ok(()));
        assert_eq!(sent, [vec![1, 2, 3], vec![5, 7]], "as few as possible");
        assert_eq!(warnings, [1, 1, 1, 0, 1, 0, 1]);
        assert_eq!(group.pending(), [1, 3, 5, 7].map(UserId));

        let (_, sent, _) = scan(&Group::of(4), None, &[(999, 4)]);
        assert_eq!(sent, [[1, 2, 3]], "no message to nobody");
    }

    #[test]
    fn what_was_not_delivered_does_not_count() {
        let group = Group::of(7);
        let error = Err(CallError::Transient);
        let (result, sent, warnings) = scan(&group, Some(2), &[]);
        assert_eq!((result, sent.len()), (error, 2));
        assert_eq!(warnings, [1, 1, 1, 0, 0, 0, 0]);
        let (result, sent, warnings) = scan(&group, Some(1), &[]);
        assert_eq!((result, sent.len()), (error, 1));
        assert_eq!(warnings, [1, 1, 1, 0, 0, 0, 0]);
    }
}
