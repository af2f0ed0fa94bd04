//! "Nobody has to leave without three warnings", say the rules. Yet people were kicked who had read
//! only two: the power had failed, or an answer. `Transient` means that nobody knows whether a call
//! has happened. A scan does one round: it warns who has fewer than three warnings, kicks the
//! others.
//!
//! Goal: whatever call fails, and whenever the bot dies, the disk never says more than is true, and
//! the next rounds bring it to an end. Then a fourth warning is allowed; without a failure, it is
//! not. A call that fails ends its round, whose calls so far count: the next round is soon enough,
//! and what is hammered does not get better. `Gone` is how a kick is answered that has happened
//! before.
//!
//! Lesson: `chapters/ch15_group_verification/README.md`, "A scan, one move at a time"

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use ch15_group_verification::{
    model::{GroupId, MessageId, UserId},
    platform::{Answer, Call, CallError, Message, Platform, Reply},
};
use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

const WARNINGS: u8 = 3;
const GROUP: GroupId = GroupId(1);

#[derive(Clone, Copy, Debug, PartialEq)]
struct Member {
    user: UserId,
    warnings: u8,
    kicked: bool,
}

/// One round. If a call fails, the rest has to wait for the next one.
async fn scan(platform: &impl Platform, disk: &World) {
    let members = disk
        .load()
        .await
        .into_iter()
        .filter(|member| !member.kicked);
    let (kick, mut warn): (Vec<_>, Vec<_>) =
        members.partition(|member| member.warnings >= WARNINGS);

    // First what people notice, then the record of it. Dead in between, the bot warns once more;
    // the other way round, it would count a warning that nobody has read.
    if !warn.is_empty() {
        let users = warn.iter().map(|member| member.user).collect();
        let call = Call::SendToGroup(GROUP, Message::Warning(users));
        if platform.call(&call).await.is_err() {
            return;
        }
        for member in &mut warn {
            member.warnings += 1;
        }
        disk.save(warn).await;
    }
    for mut member in kick {
        match platform.call(&Call::Kick(GROUP, member.user)).await {
            Ok(_) | Err(CallError::Gone) => {
                member.kicked = true;
                disk.save(vec![member]).await;
            }
            Err(_) => return,
        }
    }
}

/// What has really happened, and what the disk says.
#[derive(Clone, Default)]
struct World(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// Warnings that were read.
    read: BTreeMap<UserId, u8>,
    /// Who was kicked.
    kicked: Vec<UserId>,
    disk: BTreeMap<UserId, Member>,
    /// How many calls there have been, and which one fails in which way.
    calls: u32,
    fails: Option<(u32, Fault)>,
    /// What has happened in this round: a call that failed, and who was warned.
    failed: bool,
    warned: Vec<UserId>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    NotDone,
    AnswerLost,
}

impl World {
    /// Members 1, 2, 3 …, who have had so many warnings.
    fn new(warnings: &[u8], fails: Option<(u32, Fault)>) -> Self {
        let members = (1..).map(UserId).zip(warnings);
        let on_disk = members.clone().map(|(user, &warnings)| {
            let kicked = false;
            (
                user,
                Member {
                    user,
                    warnings,
                    kicked,
                },
            )
        });
        Self(Arc::new(Mutex::new(State {
            read: members.map(|(user, &warnings)| (user, warnings)).collect(),
            disk: on_disk.collect(),
            fails,
            ..State::default()
        })))
    }

    /// Everybody on the disk. Takes a second.
    async fn load(&self) -> Vec<Member> {
        sleep(Duration::from_secs(1)).await;
        self.state().disk.values().copied().collect()
    }

    /// Writes all of these or, dropped before it is done, none; takes a second before and after.
    async fn save(&self, members: Vec<Member>) {
        sleep(Duration::from_secs(1)).await;
        let mut users = Vec::new();
        for member in members {
            users.push(member.user.0);
            self.state().disk.insert(member.user, member);
        }
        info!("stored: {users:?}");
        self.state().check();
        sleep(Duration::from_secs(1)).await;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }
}

impl State {
    fn begin(&mut self, call: &Call) -> Option<Fault> {
        assert!(
            !self.failed,
            "{call:?}, after a call has failed in this round"
        );
        self.check();
        self.calls += 1;
        self.fails
            .filter(|&(at, _)| at == self.calls)
            .map(|(_, fault)| fault)
    }

    fn happen(&mut self, call: &Call) -> Answer {
        match call {
            Call::SendToGroup(GROUP, message @ Message::Warning(users)) => {
                info!("{message}");
                assert!(self.warned.is_empty(), "a second warning in one round");
                self.warned.clone_from(users);
                for user in users {
                    assert!(
                        !self.kicked.contains(user),
                        "{user} is warned after the kick"
                    );
                    *self.read.get_mut(user).expect("a member") += 1;
                }
                Ok(Reply::Message(MessageId(self.calls.into())))
            }
            Call::Kick(GROUP, user) if self.kicked.contains(user) => Err(CallError::Gone),
            Call::Kick(GROUP, user) => {
                info!("member {user} is kicked");
                assert!(
                    !self.warned.contains(user),
                    "{user} is warned and kicked in one round"
                );
                let read = self.read[user];
                assert!(
                    read >= WARNINGS,
                    "{user} is kicked, and has read {read} warnings"
                );
                self.kicked.push(*user);
                Ok(Reply::Done)
            }
            _ => panic!("a scan does not ask for {call:?}"),
        }
    }

    fn check(&self) {
        for (user, &read) in &self.read {
            let stored = self.disk[user];
            assert!(
                stored.warnings <= read,
                "the disk says that {user} has had {} warnings; {read} were read",
                stored.warnings
            );
            assert!(
                !stored.kicked || self.kicked.contains(user),
                "the disk says that {user} was kicked, who is still there"
            );
        }
    }
}

/// Needs a second until a call has happened, and another one until the answer is there.
impl Platform for World {
    async fn call(&self, call: &Call) -> Answer {
        let fault = self.state().begin(call);
        sleep(Duration::from_secs(1)).await;
        let answer = match fault {
            Some(Fault::NotDone) => Err(CallError::Transient),
            Some(Fault::AnswerLost) => {
                let _ = self.state().happen(call);
                Err(CallError::Transient)
            }
            None => self.state().happen(call),
        };
        sleep(Duration::from_secs(1)).await;
        if answer == Err(CallError::Transient) {
            info!("no answer");
            self.state().failed = true;
        }
        answer
    }
}

/// So many rounds, with a pause after each.
async fn rounds(world: World, rounds: u32) {
    for round in 1..=rounds {
        {
            let mut world = world.state();
            world.failed = false;
            world.warned.clear();
        }
        let scan = scan(&world, &world);
        scan.instrument(info_span!("round", round)).await;
        world.state().check();
        sleep(Duration::from_secs(1)).await;
    }
}

fn main() {
    stage::play("A lost answer", async {
        rounds(World::new(&[2, 1], Some((1, Fault::AnswerLost))), 4).await;
    });
}

#[cfg(test)]
mod tests {
    use stage::Recording;
    use tokio::time::timeout;

    use super::*;

    const HINT: &str = "Does a round try again without waiting for anything?";

    const MEMBERS: [u8; 4] = [0, 2, 3, 3];

    /// The bot lives so many milliseconds, once for each death, and then for ten rounds. In the end
    /// everybody has read three warnings and was kicked; those who were warned at all may have read
    /// `more`.
    fn check(fails: Option<(u32, Fault)>, deaths: &[u64], more: u8) {
        let case = format!("fails: {fails:?}, dead after (ms): {deaths:?}");
        let world = World::new(&MEMBERS, fails);
        let (lives, after, this_case) = (deaths.to_vec(), world.clone(), case.clone());
        let ((), played) = play(async move {
            info!("{this_case}");
            for millis in lives {
                let life = timeout(Duration::from_millis(millis), rounds(world.clone(), 10));
                if life.await.is_err() {
                    info!("the power fails");
                }
            }
            rounds(world, 10).await;
        });
        let world = after.state();
        for ((user, &read), before) in world.read.iter().zip(MEMBERS) {
            assert!(
                world.kicked.contains(user) && world.disk[user].kicked,
                "{case}: in the end {user} was kicked: {}, and the disk says so: {}{}",
                world.kicked.contains(user),
                world.disk[user].kicked,
                played.what_happened(),
            );
            let most = if before < WARNINGS {
                WARNINGS + more
            } else {
                WARNINGS
            };
            assert!(
                (WARNINGS..=most).contains(&read),
                "{case}: in the end {user} has read {read} warnings, and {WARNINGS} to {most} \
                 are expected{}",
                played.what_happened(),
            );
        }
    }

    #[test]
    fn three_warnings_if_nothing_fails() {
        check(None, &[], 0);
    }

    #[test]
    fn each_call_may_fail() {
        for call in 1..=10 {
            check(Some((call, Fault::NotDone)), &[], 0);
        }
    }

    #[test]
    fn each_answer_may_get_lost() {
        for call in 1..=10 {
            check(Some((call, Fault::AnswerLost)), &[], 1);
        }
    }

    #[test]
    fn the_bot_may_die_at_any_time() {
        for millis in (500..30_000).step_by(1_000) {
            check(None, &[millis], 1);
        }
    }

    #[test]
    fn all_at_once() {
        for call in 1..=6 {
            for fault in [Fault::NotDone, Fault::AnswerLost] {
                for millis in (500..20_000).step_by(1_000) {
                    check(Some((call, fault)), &[millis, 13_500], 3);
                }
            }
        }
    }

    fn play<F: Future>(story: F) -> (F::Output, Recording) {
        stage::record_within(Duration::from_hours(24), HINT, story).split()
    }
}
