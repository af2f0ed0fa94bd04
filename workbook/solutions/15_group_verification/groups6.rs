//! "Nobody has to leave without three warnings", say the rules. Yet people were kicked who had read
//! only two: the power had failed, or an answer. `Transient` means that nobody knows whether a call
//! has happened. A scan does one round: it warns who has fewer than three warnings, kicks the others.
//!
//! Goal: whatever call fails, and whenever the bot dies, the store never says more than is true, and
//! the next rounds bring it to an end. Then a fourth warning is allowed; without a failure, it is not.
//! `Gone` is how a kick is answered that has happened before.
//!
//! Lesson: `chapters/ch15_group_verification/README.md`, "A scan, one move at a time"

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use ch15_group_verification::{
    decide::{Happening, decide},
    model::{Code, GroupId, Member, Roster, Status, Timestamp, UserId},
    platform::{Answer, Call, CallError, Message, Platform},
    store::{Memory, Store, StoreError},
};
use tokio::time::sleep;
use tracing::info;

const WARNINGS: u8 = 3;
const GROUP: GroupId = GroupId(1);

/// One round. If a call fails, the rest has to wait for the next one.
async fn scan(platform: &impl Platform, store: &impl Store) -> Result<(), StoreError> {
    let roster = store.load(GROUP).await?;
    let (kick, warn): (Vec<_>, Vec<_>) = roster
        .iter()
        .filter(|member| member.status == Status::Pending)
        .cloned()
        .partition(|member| member.warnings >= WARNINGS);

    // First what people notice, then the record of it. Dead in between, the bot warns once more;
    // the other way round, it would count a warning that nobody has read.
    if !warn.is_empty() {
        let users = warn.iter().map(|member| member.user).collect();
        let call = Call::SendToGroup(GROUP, Message::Warning(users));
        if platform.call(&call).await.is_err() {
            return Ok(());
        }
        store.save(GROUP, warn.iter().map(warned).collect()).await?;
    }
    for member in kick {
        let call = Call::Kick(GROUP, member.user);
        match platform.call(&call).await {
            Ok(_) | Err(CallError::Gone) => store.save(GROUP, vec![kicked(&member)]).await?,
            Err(_) => return Ok(()),
        }
    }
    Ok(())
}

fn warned(member: &Member) -> Member {
    Member {
        warnings: member.warnings + 1,
        ..member.clone()
    }
}

fn kicked(member: &Member) -> Member {
    Member {
        status: Status::KickedByTimeout,
        ..member.clone()
    }
}

/// A store that takes a second before and a second after it has written.
struct Slow(Arc<Memory>);

impl Store for Slow {
    async fn groups(&self) -> Result<Vec<GroupId>, StoreError> {
        Store::groups(&*self.0).await
    }

    async fn load(&self, group: GroupId) -> Result<Roster, StoreError> {
        Store::load(&*self.0, group).await
    }

    async fn save(&self, group: GroupId, members: Vec<Member>) -> Result<(), StoreError> {
        sleep(Duration::from_secs(1)).await;
        Store::save(&*self.0, group, members).await?;
        info!("stored");
        sleep(Duration::from_secs(1)).await;
        Ok(())
    }
}

/// What has really happened.
struct World {
    /// Warnings that were read.
    read: BTreeMap<UserId, u8>,
    /// Who is in the group.
    present: BTreeMap<UserId, bool>,
    /// How many calls there have been, and which one fails in which way.
    calls: u32,
    fails: Option<(u32, Fault)>,
    /// What the store says.
    store: Arc<Memory>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    NotDone,
    ReplyLost,
}

impl World {
    /// Members 1, 2, 3 …, who have had so many warnings.
    fn new(warnings: &[u8], fails: Option<(u32, Fault)>) -> Self {
        let members: Vec<_> = (1..).map(UserId).zip(warnings.iter().copied()).collect();
        let roster = members
            .iter()
            .map(|&(user, warnings)| pending(user, warnings));
        Self {
            read: members.iter().copied().collect(),
            present: members.iter().map(|&(user, _)| (user, true)).collect(),
            calls: 0,
            fails,
            store: Arc::new([(GROUP, roster.collect())].into_iter().collect()),
        }
    }

    fn happen(&mut self, call: &Call) -> Answer {
        match call {
            Call::SendToGroup(GROUP, message @ Message::Warning(users)) => {
                info!("{message}");
                for user in users {
                    *self.read.get_mut(user).ok_or(CallError::Gone)? += 1;
                }
                Ok(None)
            }
            Call::Kick(GROUP, user) => {
                let present = self.present.get_mut(user).ok_or(CallError::Gone)?;
                if !std::mem::take(present) {
                    return Err(CallError::Gone);
                }
                info!("member {user} is kicked");
                assert!(
                    self.read[user] >= WARNINGS,
                    "member {user} has not been warned enough"
                );
                Ok(None)
            }
            _ => Err(CallError::Refused),
        }
    }

    fn check(&self) {
        for (&user, &read) in &self.read {
            let stored = self.store.peek(GROUP, user).expect("a member");
            assert!(
                stored.warnings <= read,
                "member {user}: {} warnings stored, {read} read",
                stored.warnings
            );
            assert!(
                stored.status == Status::Pending || !self.present[&user],
                "member {user}: stored as {:?}, still there",
                stored.status
            );
        }
    }
}

fn pending(user: UserId, warnings: u8) -> Member {
    let joined = Happening::Joined(Code::from_random_bytes([7; 16]));
    let member = decide(user, None, &joined, Timestamp(0)).expect("a new member");
    Member { warnings, ..member }
}

/// Needs a second until a call has happened, and another one until the answer is there.
struct Chat(Arc<Mutex<World>>);

impl Platform for Chat {
    async fn call(&self, call: &Call) -> Answer {
        let fault = {
            let mut world = self.0.lock().unwrap();
            world.check();
            world.calls += 1;
            world.fails.filter(|(at, _)| *at == world.calls)
        };
        sleep(Duration::from_secs(1)).await;
        let answer = match fault {
            Some((_, Fault::NotDone)) => Err(CallError::Transient),
            Some((_, Fault::ReplyLost)) => {
                let _ = self.0.lock().unwrap().happen(call);
                Err(CallError::Transient)
            }
            None => self.0.lock().unwrap().happen(call),
        };
        sleep(Duration::from_secs(1)).await;
        answer
    }
}

/// Scans until nobody is pending, ten times at most.
async fn scans(world: &Arc<Mutex<World>>) {
    let store = Arc::clone(&world.lock().unwrap().store);
    for _ in 0..10 {
        let scan = scan(&Chat(Arc::clone(world)), &Slow(Arc::clone(&store))).await;
        scan.expect("a store in memory does not fail");
        world.lock().unwrap().check();
    }
}

fn main() {
    stage::play("A lost answer", async {
        let world = World::new(&[2, 1], Some((1, Fault::ReplyLost)));
        scans(&Arc::new(world.into())).await;
    });
}

#[cfg(test)]
mod tests {
    use tokio::time::timeout;

    use super::*;

    const MEMBERS: [u8; 4] = [0, 2, 3, 3];

    /// How many warnings were read in the end. The bot dies after so many milliseconds.
    fn run(fails: Option<(u32, Fault)>, dies: Option<u64>) -> Vec<u8> {
        let world = Arc::new(Mutex::new(World::new(&MEMBERS, fails)));
        if let Some(dies) = dies {
            let dies = Duration::from_millis(dies);
            let _ = stage::virtual_time(async { timeout(dies, scans(&world)).await });
            world.lock().unwrap().check();
        }
        stage::virtual_time(scans(&world));
        let world = world.lock().unwrap();
        for &user in world.read.keys() {
            let stored = world.store.peek(GROUP, user).unwrap();
            assert_ne!(stored.status, Status::Pending, "member {user}, in the end");
            assert!(!world.present[&user], "member {user} is still there");
        }
        world.read.values().copied().collect()
    }

    /// Everybody has read three warnings; with `more`, those who were warned at all may have read
    /// one more.
    fn assert_enough(read: &[u8], more: u8, when: &str) {
        for (user, (&read, before)) in (1..).zip(read.iter().zip(MEMBERS)) {
            let most = if before < WARNINGS {
                WARNINGS + more
            } else {
                WARNINGS
            };
            assert!(
                (WARNINGS..=most).contains(&read),
                "member {user} has read {read} warnings, {when}"
            );
        }
    }

    #[test]
    fn three_warnings_if_nothing_fails() {
        assert_eq!(run(None, None), [3; 4]);
    }

    #[test]
    fn each_call_may_fail() {
        for call in 1..=10 {
            let read = run(Some((call, Fault::NotDone)), None);
            assert_enough(&read, 0, &format!("call {call} was not done"));
        }
    }

    #[test]
    fn each_answer_may_get_lost() {
        for call in 1..=10 {
            let read = run(Some((call, Fault::ReplyLost)), None);
            assert_enough(&read, 1, &format!("the answer to call {call} was lost"));
        }
    }

    #[test]
    fn the_bot_may_die_at_any_time() {
        for millis in (500..60_000).step_by(1_000) {
            let read = run(None, Some(millis));
            assert_enough(&read, 1, &format!("dead after {millis} ms"));
        }
    }

    #[test]
    fn all_at_once() {
        for call in 1..=10 {
            for fault in [Fault::NotDone, Fault::ReplyLost] {
                for millis in (500..30_000).step_by(1_000) {
                    let read = run(Some((call, fault)), Some(millis));
                    let when = format!("call {call} {fault:?}, dead after {millis} ms");
                    assert_enough(&read, 2, &when);
                }
            }
        }
    }
}
