//! A scan that warns seven people writes seven messages into the group. People complain, and leave.
//! The platform lets a message name up to three people.
//!
//! Goal: as few messages as possible, one after the other, for those who are pending when the scan
//! begins. Each names only people who are still pending when it is sent: somebody may send the code
//! while an earlier one is under way. Who joins meanwhile is left to the next scan. A warning
//! counts for everybody whom a delivered message has named; if one fails, the scan ends with its
//! error.
//!
//! Lesson: `chapters/ch15_group_verification/README.md`, "A scan, one move at a time"

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use ch15_group_verification::{
    model::{GroupId, MessageId, UserId},
    platform::{Answer, Call, CallError, Message, Platform, Reply},
};
use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

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
    members: Mutex<BTreeMap<UserId, Member>>,
}

#[derive(Clone, Copy, Default)]
struct Member {
    /// Has sent the code.
    verified: bool,
    warnings: u32,
}

impl Group {
    /// Members 1, 2, 3 …, all of them pending.
    fn of(members: u64) -> Self {
        let members = (1..=members).map(|user| (UserId(user), Member::default()));
        Self {
            id: GroupId(1),
            members: Mutex::new(members.collect()),
        }
    }

    /// Who is pending at this moment, in order.
    fn pending(&self) -> Vec<UserId> {
        let members = self.members();
        let pending = members.iter().filter(|(_, member)| !member.verified);
        pending.map(|(&user, _)| user).collect()
    }

    /// These people have been warned once more.
    fn count(&self, users: &[UserId]) {
        for user in users {
            if let Some(member) = self.members().get_mut(user) {
                member.warnings += 1;
            }
        }
    }

    fn join(&self, user: u64) {
        self.members().insert(UserId(user), Member::default());
    }

    fn verify(&self, user: u64) {
        if let Some(member) = self.members().get_mut(&UserId(user)) {
            member.verified = true;
        }
    }

    fn members(&self) -> MutexGuard<'_, BTreeMap<UserId, Member>> {
        self.members.lock().unwrap()
    }
}

/// Needs a second for each message. One of them may fail.
struct Chat {
    group: Arc<Group>,
    fails_at: Option<usize>,
    /// The names in each message.
    sent: Mutex<Vec<Vec<u64>>>,
    under_way: AtomicBool,
}

impl Chat {
    fn new(group: Arc<Group>, fails_at: Option<usize>) -> Self {
        Self {
            group,
            fails_at,
            sent: Mutex::default(),
            under_way: AtomicBool::default(),
        }
    }

    fn send(&self, users: &[UserId]) -> usize {
        assert!(
            (1..=NAMES).contains(&users.len()),
            "a message names {} people; one to {NAMES} are allowed",
            users.len()
        );
        let pending = self.group.pending();
        if let Some(user) = users.iter().find(|user| !pending.contains(user)) {
            panic!("member {user} is warned, and is not pending any more");
        }
        let mut sent = self.sent.lock().unwrap();
        sent.push(users.iter().map(|user| user.0).collect());
        assert!(sent.len() < 100, "the scan goes on for ever");
        sent.len()
    }
}

impl Platform for Chat {
    async fn call(&self, call: &Call) -> Answer {
        let Call::SendToGroup(GroupId(1), message @ Message::Warning(users)) = call else {
            panic!("a scan that warns does not ask for {call:?}");
        };
        info!("{message}");
        let number = self.send(users);
        assert!(
            !self.under_way.swap(true, Relaxed),
            "message {number} is sent while the one before is under way"
        );
        sleep(Duration::from_secs(1)).await;
        self.under_way.store(false, Relaxed);
        if self.fails_at == Some(number) {
            info!("not delivered");
            return Err(CallError::Transient);
        }
        Ok(Reply::Message(MessageId(number as u64)))
    }
}

fn main() {
    stage::play("Seven warnings", async {
        let group = Arc::new(Group::of(7));
        let chat = Chat::new(Arc::clone(&group), None);
        let scan = warn(&chat, &group).instrument(info_span!("scan"));
        if let Err(error) = scan.await {
            info!("{error}");
        }
    });
}

#[cfg(test)]
mod tests {
    use stage::Recording;
    use tokio::time::{Instant, sleep_until};

    use super::*;

    const HINT: &str = "Does the scan go round without sending a message?";

    #[derive(Clone, Copy, Debug)]
    enum Happens {
        Code(u64),
        Joins(u64),
    }
    use Happens::{Code, Joins};

    /// What a scan did: its result, the names in its messages, and the warnings counted for each
    /// member.
    type Scan = (Result<(), CallError>, Vec<Vec<u64>>, Vec<u32>);

    /// Scans a group to whose members this happens, each after so many milliseconds.
    fn check(
        members: u64,
        happens: &'static [(u64, Happens)],
        fails_at: Option<usize>,
        expected: Scan,
    ) {
        let (scan, played) = play(async move {
            let group = Arc::new(Group::of(members));
            let chat = Chat::new(Arc::clone(&group), fails_at);
            let people = async {
                let begin = Instant::now();
                for &(at, what) in happens {
                    sleep_until(begin + Duration::from_millis(at)).await;
                    info!("{what:?}");
                    match what {
                        Code(user) => group.verify(user),
                        Joins(user) => group.join(user),
                    }
                }
            }
            .instrument(info_span!("people"));
            let scan = async {
                // What happened before is known when the scan begins.
                sleep(Duration::from_millis(1)).await;
                warn(&chat, &group).await
            }
            .instrument(info_span!("scan"));
            let (result, ()) = tokio::join!(scan, people);
            let warnings: Vec<_> = group.members().values().map(|one| one.warnings).collect();
            (result, chat.sent.into_inner().unwrap(), warnings)
        });
        let parts = |(result, sent, warnings): Scan| {
            [
                ("the names in its messages", format!("{sent:?}")),
                ("what the scan returned", format!("{result:?}")),
                (
                    "the warnings counted for each member",
                    format!("{warnings:?}"),
                ),
            ]
        };
        let fails = fails_at.map_or("nothing fails".to_owned(), |at| {
            format!("message {at} fails")
        });
        for ((what, was), (_, expected)) in parts(scan).into_iter().zip(parts(expected)) {
            assert!(
                was == expected,
                "{members} members, {happens:?}, {fails}: {what}\n  \
                 expected: {expected}\n  it was:   {was}\n{}",
                played.what_happened()
            );
        }
    }

    #[test]
    fn three_names_in_one_message() {
        for (members, messages) in [
            (0, vec![]),
            (1, vec![vec![1]]),
            (3, vec![vec![1, 2, 3]]),
            (4, vec![vec![1, 2, 3], vec![4]]),
            (7, vec![vec![1, 2, 3], vec![4, 5, 6], vec![7]]),
        ] {
            let warnings = (0..members).map(|_| 1).collect();
            check(members, &[], None, (Ok(()), messages, warnings));
        }
    }

    #[test]
    fn who_is_not_pending_is_not_warned() {
        let happens = &[(0, Code(1)), (0, Code(3)), (0, Code(5))];
        check(
            5,
            happens,
            None,
            (Ok(()), vec![vec![2, 4]], vec![0, 1, 0, 1, 0]),
        );
    }

    #[test]
    fn codes_are_sent_while_the_scan_waits() {
        let happens = &[(501, Code(4)), (701, Code(6))];
        let sent = vec![vec![1, 2, 3], vec![5, 7]];
        check(7, happens, None, (Ok(()), sent, vec![1, 1, 1, 0, 1, 0, 1]));
        // Nobody is left for a second message.
        let sent = vec![vec![1, 2, 3]];
        check(4, &[(901, Code(4))], None, (Ok(()), sent, vec![1, 1, 1, 0]));
    }

    #[test]
    fn codes_of_people_who_have_been_warned_already() {
        // 2 has read the first message, and so has 1, who sends the code in that very second.
        let happens = &[(501, Code(1)), (1_501, Code(2))];
        let sent = vec![vec![1, 2, 3], vec![4, 5, 6], vec![7, 8]];
        check(8, happens, None, (Ok(()), sent, vec![1; 8]));
        let happens = &[
            (1_501, Code(1)),
            (1_601, Code(2)),
            (1_701, Code(3)),
            (1_801, Code(4)),
        ];
        let sent = vec![vec![1, 2, 3], vec![4, 5, 6], vec![7, 8, 9]];
        check(9, happens, None, (Ok(()), sent, vec![1; 9]));
    }

    #[test]
    fn newcomers_are_left_to_the_next_scan() {
        let happens = &[(501, Joins(9)), (601, Joins(5)), (1_501, Joins(8))];
        let sent = vec![vec![1, 2, 3], vec![4]];
        check(4, happens, None, (Ok(()), sent, vec![1, 1, 1, 1, 0, 0, 0]));
    }

    #[test]
    fn what_was_not_delivered_does_not_count() {
        let failed = || Err(CallError::Transient);
        let sent = vec![vec![1, 2, 3]];
        check(7, &[], Some(1), (failed(), sent, vec![0; 7]));
        let sent = vec![vec![1, 2, 3], vec![4, 5, 6]];
        let warnings = vec![1, 1, 1, 0, 0, 0, 0];
        check(7, &[], Some(2), (failed(), sent, warnings));
    }

    fn play<F: Future>(story: F) -> (F::Output, Recording) {
        stage::record_within(Duration::from_hours(24), HINT, story).split()
    }
}
