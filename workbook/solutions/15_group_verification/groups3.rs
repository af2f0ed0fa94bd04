//! The groups want to know who is new: whoever has sent the right code is to be introduced. Somebody
//! has added the step, in the place where it belongs. Nobody is introduced, though, or rather the
//! wrong people: those whose greeting was to be recalled when the old version was stopped.
//!
//! Goal: who is verified is introduced, after the welcome and before the greeting is recalled; nobody
//! else is. What the old version has stored (five bits, the first for `Mute`, the last for `Recall`)
//! means what it meant. After a crash at any moment, nothing that is owed is forgotten.
//!
//! Lesson: `chapters/ch15_group_verification/README.md`, "A core that never waits"

use std::{sync::Mutex, time::Duration};

use ch15_group_verification::model::Status;
use tokio::time::sleep;
use tracing::info;

/// The number of a step is its bit in the store: what is new comes last.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    Mute,
    Greet,
    Unmute,
    Welcome,
    Recall,
    Introduce,
}

impl Step {
    /// In the order in which they are done.
    const ALL: [Self; 6] = [
        Self::Mute,
        Self::Greet,
        Self::Unmute,
        Self::Welcome,
        Self::Introduce,
        Self::Recall,
    ];
}

/// A set of steps, one bit for each, as it is stored.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Steps(u8);

impl Steps {
    /// `None` if there is no such set.
    fn from_bits(bits: u8) -> Option<Self> {
        (bits < 1 << Step::ALL.len()).then_some(Self(bits))
    }

    fn with(self, step: Step) -> Self {
        Self(self.0 | 1 << step as u8)
    }

    fn without(self, step: Step) -> Self {
        Self(self.0 & !(1 << step as u8))
    }

    fn first(self) -> Option<Step> {
        Step::ALL.into_iter().find(|&step| self.with(step) == self)
    }
}

#[derive(Clone, Debug, PartialEq)]
struct Member {
    status: Status,
    /// Whether a greeting stands in the group.
    greeted: bool,
    owed: Steps,
}

/// The member has sent the right code.
fn verified(member: &Member) -> Member {
    let owed = Steps::default()
        .with(Step::Unmute)
        .with(Step::Welcome)
        .with(Step::Introduce);
    closed(member, Status::Verified, owed)
}

/// An admin has given the member's voice back.
fn unmuted_by_admin(member: &Member) -> Member {
    let owed = Steps::default().with(Step::Unmute);
    closed(member, Status::UnmutedByAdmin, owed)
}

fn closed(member: &Member, status: Status, owed: Steps) -> Member {
    Member {
        status,
        owed: if member.greeted {
            owed.with(Step::Recall)
        } else {
            owed
        },
        ..member.clone()
    }
}

/// Does what is owed, as the store says, and stores that it is done.
async fn pay(store: &Mutex<u8>, group: &Mutex<Vec<Step>>) {
    let stored = || Steps::from_bits(*store.lock().unwrap()).expect("such a set");
    while let Some(step) = stored().first() {
        sleep(Duration::from_secs(1)).await;
        info!("{step:?}");
        group.lock().unwrap().push(step);
        sleep(Duration::from_secs(1)).await;
        *store.lock().unwrap() = stored().without(step).0;
    }
}

fn pending(greeted: bool) -> Member {
    Member {
        status: Status::Pending,
        greeted,
        owed: Steps::default(),
    }
}

fn main() {
    stage::play("A new step", async {
        let store = Mutex::new(verified(&pending(true)).owed.0);
        pay(&store, &Mutex::default()).await;
        info!("now a debt from the old version, which is a recall");
        pay(&Mutex::new(0b1_0000), &Mutex::default()).await;
    });
}

#[cfg(test)]
mod tests {
    use tokio::time::timeout;

    use super::*;

    /// What is done if the bot dies after `dies` and is started again.
    fn done(stored: u8, dies: Duration) -> Vec<Step> {
        let (store, group) = (Mutex::new(stored), Mutex::default());
        let _ = stage::virtual_time(async { timeout(dies, pay(&store, &group)).await });
        stage::virtual_time(pay(&store, &group));
        assert_eq!(*store.lock().unwrap(), 0, "something is still owed");
        group.into_inner().unwrap()
    }

    const NEVER: Duration = Duration::from_hours(1);

    #[test]
    fn who_is_verified_is_introduced() {
        use Step::{Introduce, Recall, Unmute, Welcome};
        let member = verified(&pending(true));
        assert_eq!(member.status, Status::Verified);
        let expected = [Unmute, Welcome, Introduce, Recall];
        assert_eq!(done(member.owed.0, NEVER), expected);
        let member = verified(&pending(false));
        assert_eq!(done(member.owed.0, NEVER), [Unmute, Welcome, Introduce]);
    }

    #[test]
    fn nobody_else_is() {
        let member = unmuted_by_admin(&pending(true));
        assert_eq!(done(member.owed.0, NEVER), [Step::Unmute, Step::Recall]);
        let member = unmuted_by_admin(&pending(false));
        assert_eq!(done(member.owed.0, NEVER), [Step::Unmute]);
    }

    #[test]
    fn an_old_store_means_what_it_meant() {
        let old = [
            Step::Mute,
            Step::Greet,
            Step::Unmute,
            Step::Welcome,
            Step::Recall,
        ];
        for bits in 0..1_u8 << old.len() {
            let meant = (0..old.len()).filter(|bit| bits & 1 << bit != 0);
            let meant: Vec<_> = meant.map(|bit| old[bit]).collect();
            assert_eq!(done(bits, NEVER), meant, "stored as {bits:#07b}");
        }
    }

    #[test]
    fn every_step_is_one_bit() {
        let mut all = Steps::default();
        for step in Step::ALL {
            assert_eq!(all.with(step).without(step), all, "{step:?}");
            all = all.with(step);
        }
        assert_eq!(all.0.count_ones(), 6);
        assert_eq!(Steps::from_bits(all.0), Some(all));
        assert_eq!(Steps::from_bits(all.0 + 1), None);
    }

    #[test]
    fn a_crash_forgets_nothing() {
        let owed = verified(&pending(true)).owed.0;
        let expected = done(owed, NEVER);
        assert_eq!(expected.len(), 4);
        for millis in (500..8_000).step_by(1_000) {
            let mut done = done(owed, Duration::from_millis(millis));
            // Dead between doing and storing: that step is done twice.
            done.dedup();
            assert_eq!(done, expected, "dead after {millis} ms");
        }
    }
}
