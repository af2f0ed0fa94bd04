use std::time::Duration;

use tokio::{join, time::sleep};

use crate::{
    model::{GroupId, Member, Timestamp},
    roster::Roster,
    store::{Store, StoreError},
};

/// A store on a simulated disk: every call takes the same time by the story's clock.
///
/// This also keeps stories alike. When a real disk has answered is a matter of luck, and on a
/// paused clock luck would decide which of two groups goes first; here both wait for a timer.
#[derive(Clone, Debug)]
pub struct Disk<S>(pub S);

/// One call.
const LATENCY: Duration = Duration::from_millis(1);

impl<S: Store> Store for Disk<S> {
    async fn groups(&self) -> Result<Vec<GroupId>, StoreError> {
        join!(sleep(LATENCY), self.0.groups()).1
    }

    async fn load(&self, group: GroupId) -> Result<Roster, StoreError> {
        join!(sleep(LATENCY), self.0.load(group)).1
    }

    async fn save(&self, group: GroupId, members: Vec<Member>) -> Result<(), StoreError> {
        join!(sleep(LATENCY), self.0.save(group, members)).1
    }

    async fn meet(&self, group: GroupId, since: Timestamp) -> Result<(), StoreError> {
        join!(sleep(LATENCY), self.0.meet(group, since)).1
    }
}
