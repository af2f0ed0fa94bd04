//! A letter to the bot may concern several groups, and the platform sends it again until the bot
//! says that it is settled. So each group gets a share of a receipt, and whoever gives the last one
//! back settles the letter. But when the disk of one group is full, or its worker panics, the
//! letter is settled all the same, and what it said is lost in that group for ever.
//!
//! Goal: a letter is settled once, in the moment when all groups concerned have stored it, and
//! never before; a share that gets lost (an error, a panic, a worker that ends) keeps it unsettled,
//! whoever else is done. A letter that concerns nobody is settled at once. Groups do not wait for
//! each other, and a worker that had bad luck with one letter goes on with the next.
//!
//! Lesson: `chapters/ch15_group_verification/README.md`, "Nothing is lost"

use std::{
    collections::{BTreeMap, BTreeSet},
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use ch15_group_verification::{model::GroupId, platform::EventId};
use futures::{FutureExt, future::join_all};
use stage::Instrument;
use tokio::{
    sync::mpsc,
    time::{Instant, sleep},
};
use tracing::{info, info_span};

/// What the platform delivers: its name, and the groups it concerns.
type Letter = (EventId, &'static [GroupId]);

/// A share in a letter.
#[derive(Clone)]
struct Receipt(Arc<EventId>);

impl Receipt {
    fn new(event: EventId) -> Self {
        Self(Arc::new(event))
    }

    /// What this share stood for is stored.
    fn give_back(self, world: &World) {
        // TODO: here, and in `worker`: what if a share gets lost?
        if let Some(event) = Arc::into_inner(self.0) {
            world.settle(event);
        }
    }
}

/// Stores letters for one group, one after the other.
async fn worker(group: GroupId, mut letters: mpsc::Receiver<(EventId, Receipt)>, world: &World) {
    while let Some((event, receipt)) = letters.recv().await {
        // A panic ends the work on a letter, not the worker.
        let _stored = AssertUnwindSafe(world.store(group, event))
            .catch_unwind()
            .await;
        receipt.give_back(world);
    }
}

/// Hands out letters, and groups store them, until there are no more.
async fn bot(letters: &[Letter], groups: &[GroupId], world: &World) {
    let (inboxes, workers): (BTreeMap<_, _>, Vec<_>) = groups
        .iter()
        .map(|&group| {
            let (inbox, letters) = mpsc::channel(8);
            let worker = worker(group, letters, world);
            (
                (group, inbox),
                worker.instrument(info_span!("group", %group)),
            )
        })
        .unzip();
    let router = async move {
        for &(event, concerned) in letters {
            let receipt = Receipt::new(event);
            for group in concerned {
                let _ = inboxes[group].send((event, receipt.clone())).await;
            }
            receipt.give_back(world);
        }
    };
    tokio::join!(router.instrument(info_span!("router")), join_all(workers));
}

/// What the groups have stored, and what was settled.
#[derive(Clone, Default)]
struct World(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// How many seconds it takes to store a letter, and how it ends; else one, and well.
    luck: BTreeMap<(GroupId, EventId), (u64, Luck)>,
    concerns: BTreeMap<EventId, &'static [GroupId]>,
    stored: BTreeSet<(GroupId, EventId)>,
    settled: BTreeMap<EventId, Instant>,
    /// What was wrong with that.
    wrong: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Luck {
    Good,
    Full,
    Panics,
}

#[derive(Debug)]
struct DiskFull;

impl World {
    fn new(letters: &[Letter], luck: &[(GroupId, EventId, u64, Luck)]) -> Self {
        let luck = luck
            .iter()
            .map(|&(group, event, seconds, luck)| ((group, event), (seconds, luck)));
        Self(Arc::new(Mutex::new(State {
            luck: luck.collect(),
            concerns: letters.iter().copied().collect(),
            ..State::default()
        })))
    }

    /// Stores what a letter means to a group. Storing it twice is no harm.
    async fn store(&self, group: GroupId, event: EventId) -> Result<(), DiskFull> {
        let luck = self.state().luck.get(&(group, event)).copied();
        let (seconds, luck) = luck.unwrap_or((1, Luck::Good));
        sleep(Duration::from_secs(seconds)).await;
        match luck {
            Luck::Good => {
                info!("has stored letter {}", event.0);
                self.state().stored.insert((group, event));
                Ok(())
            }
            Luck::Full => {
                info!("no room for letter {}", event.0);
                Err(DiskFull)
            }
            Luck::Panics => panic!("letter {} is too much for group {group}", event.0),
        }
    }

    /// The platform need not send this letter again.
    fn settle(&self, event: EventId) {
        info!("letter {} is settled", event.0);
        let mut state = self.state();
        let concerned = state.concerns[&event].iter();
        let missing: Vec<_> = concerned
            .filter(|&&group| !state.stored.contains(&(group, event)))
            .map(|group| {
                format!(
                    "letter {} is settled, and group {group} has not stored it",
                    event.0
                )
            })
            .collect();
        for wrong in &missing {
            info!("{wrong}!");
        }
        state.wrong.extend(missing);
        if state.settled.insert(event, Instant::now()).is_some() {
            state
                .wrong
                .push(format!("letter {} is settled twice", event.0));
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }
}

const ONE: GroupId = GroupId(1);
const TWO: GroupId = GroupId(2);
const THREE: GroupId = GroupId(3);
const GROUPS: [GroupId; 3] = [ONE, TWO, THREE];

fn main() {
    stage::play("Group 2 cannot store letter 1", async {
        let letters: [Letter; 2] = [(EventId(1), &[ONE, TWO]), (EventId(2), &[TWO])];
        let luck = [
            (ONE, EventId(1), 3, Luck::Good),
            (TWO, EventId(1), 1, Luck::Full),
        ];
        let world = World::new(&letters, &luck);
        bot(&letters, &GROUPS, &world).await;
    });
}

#[cfg(test)]
mod tests {
    use stage::Recording;
    use tokio::time::timeout;

    use super::*;
    use Luck::{Full, Good, Panics};

    const HINT: &str = "Does each worker end when there are no more letters?";

    /// How letters are stored: (group, letter, seconds, luck).
    type Lucks = &'static [(GroupId, EventId, u64, Luck)];

    /// Letters, and the second at which each must be settled; `None` for those that must not.
    /// Afterwards, with better luck, what was not settled is sent again.
    fn check(letters: &'static [(Letter, Option<u64>)], luck: Lucks) {
        let ((settled, wrong), played) = play(async move {
            let mut letters: Vec<_> = letters.iter().map(|&(letter, _)| letter).collect();
            let world = World::new(&letters, luck);
            let begin = Instant::now();
            bot(&letters, &GROUPS, &world).await;
            let settled = world.state().settled.clone();
            world.state().luck.clear();
            letters.retain(|(event, _)| !settled.contains_key(event));
            info!("with better luck, {} letters come again", letters.len());
            bot(&letters, &GROUPS, &world).await;
            let mut world = world.state();
            let mut wrong = std::mem::take(&mut world.wrong);
            letters.retain(|(event, _)| !world.settled.contains_key(event));
            for (event, _) in letters {
                wrong.push(format!(
                    "letter {} came again, and is never settled",
                    event.0
                ));
            }
            let seconds = settled
                .into_iter()
                .map(|(event, at)| (event, (at - begin).as_secs()));
            (seconds.collect::<BTreeMap<_, _>>(), wrong)
        });
        assert!(
            wrong.is_empty(),
            "{}\n{}",
            wrong.join("\n"),
            played.what_happened()
        );
        for ((event, _), expected) in letters {
            let was = settled.get(event).copied();
            assert!(
                was == *expected,
                "letter {} is to be settled at second {expected:?}, and was at {was:?}{}",
                event.0,
                played.what_happened()
            );
        }
    }

    #[test]
    fn settled_when_the_last_group_has_stored_it() {
        check(&[((EventId(1), &[ONE]), Some(1))], &[]);
        const LETTERS: &[(Letter, Option<u64>)] = &[((EventId(1), &[ONE, TWO, THREE]), Some(9))];
        check(LETTERS, &[(TWO, EventId(1), 9, Good)]);
        check(LETTERS, &[(ONE, EventId(1), 9, Good)]);
        check(
            LETTERS,
            &[(THREE, EventId(1), 9, Good), (TWO, EventId(1), 4, Good)],
        );
    }

    #[test]
    fn what_concerns_nobody_is_settled_at_once() {
        check(
            &[
                ((EventId(1), &[]), Some(0)),
                ((EventId(2), &[TWO]), Some(1)),
            ],
            &[],
        );
    }

    #[test]
    fn a_full_disk_keeps_it_unsettled() {
        const LETTERS: &[(Letter, Option<u64>)] = &[
            ((EventId(1), &[ONE, TWO]), None),
            ((EventId(2), &[TWO]), Some(2)),
            ((EventId(3), &[TWO, THREE]), Some(3)),
        ];
        // Whoever is first: the one with bad luck, or the other one.
        check(
            LETTERS,
            &[(TWO, EventId(1), 1, Full), (ONE, EventId(1), 5, Good)],
        );
        check(LETTERS, &[(TWO, EventId(1), 1, Full)]);
        check(
            LETTERS,
            &[(TWO, EventId(1), 1, Full), (ONE, EventId(1), 0, Good)],
        );
    }

    #[test]
    fn a_panic_keeps_it_unsettled() {
        const LETTERS: &[(Letter, Option<u64>)] = &[
            ((EventId(1), &[ONE, TWO, THREE]), None),
            ((EventId(2), &[THREE]), Some(2)),
            ((EventId(3), &[ONE, THREE]), Some(3)),
        ];
        check(LETTERS, &[(THREE, EventId(1), 1, Panics)]);
        check(
            LETTERS,
            &[(THREE, EventId(1), 1, Panics), (ONE, EventId(1), 2, Full)],
        );
        check(
            &LETTERS[..1],
            &[(ONE, EventId(1), 1, Panics), (TWO, EventId(1), 8, Good)],
        );
    }

    #[test]
    fn groups_do_not_wait_for_each_other() {
        const LETTERS: &[(Letter, Option<u64>)] = &[
            ((EventId(1), &[ONE, TWO]), Some(60)),
            ((EventId(2), &[TWO]), Some(2)),
            ((EventId(3), &[TWO, THREE]), Some(3)),
            ((EventId(4), &[ONE]), Some(61)),
        ];
        check(LETTERS, &[(ONE, EventId(1), 60, Good)]);
    }

    #[test]
    fn the_bot_may_die_at_any_time() {
        const LETTERS: &[Letter] = &[
            (EventId(1), &[ONE, TWO]),
            (EventId(2), &[TWO, THREE]),
            (EventId(3), &[ONE, TWO, THREE]),
        ];
        for millis in (0..6_000).step_by(250) {
            let (wrong, played) = play(async move {
                let world = World::new(LETTERS, &[(TWO, EventId(2), 2, Good)]);
                let life = Duration::from_millis(millis);
                let _ = timeout(life, bot(LETTERS, &GROUPS, &world)).await;
                info!("the power fails");
                let (stored, settled) = {
                    let world = world.state();
                    (world.stored.clone(), world.settled.clone())
                };
                sleep(Duration::from_hours(1)).await;
                let mut world = world.state();
                let mut wrong = std::mem::take(&mut world.wrong);
                if (&stored, &settled) != (&world.stored, &world.settled) {
                    wrong.push("the dead bot stores and settles letters".to_owned());
                }
                wrong
            });
            assert!(
                wrong.is_empty(),
                "dead after {millis} ms: {}\n{}",
                wrong.join("\n"),
                played.what_happened()
            );
        }
    }

    fn play<F: Future>(story: F) -> (F::Output, Recording) {
        stage::record_within(Duration::from_hours(24), HINT, story).split()
    }
}
