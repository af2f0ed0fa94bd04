use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::{BlockingStore, Store, StoreError};
use crate::model::{GroupId, Member, Roster, UserId};

/// Keeps members in memory: for tests, and for trying things out.
#[derive(Debug, Default)]
pub struct Memory(Mutex<BTreeMap<GroupId, Roster>>);

impl Memory {
    /// The member as stored, at once.
    #[must_use]
    pub fn peek(&self, group: GroupId, user: UserId) -> Option<Member> {
        self.lock().get(&group)?.get(user).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<GroupId, Roster>> {
        // Each change is one `put`, so that a panic elsewhere cannot leave half a change.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl FromIterator<(GroupId, Roster)> for Memory {
    fn from_iter<I: IntoIterator<Item = (GroupId, Roster)>>(groups: I) -> Self {
        Self(Mutex::new(groups.into_iter().collect()))
    }
}

// Nothing here takes long, so both traits do the same.
impl BlockingStore for Memory {
    fn groups(&self) -> Result<Vec<GroupId>, StoreError> {
        Ok(self.lock().keys().copied().collect())
    }

    fn load(&self, group: GroupId) -> Result<Roster, StoreError> {
        Ok(self.lock().get(&group).cloned().unwrap_or_default())
    }

    fn save(&self, group: GroupId, members: Vec<Member>) -> Result<(), StoreError> {
        let mut groups = self.lock();
        let roster = groups.entry(group).or_default();
        for member in members {
            roster.put(member);
        }
        Ok(())
    }
}

impl Store for Memory {
    async fn groups(&self) -> Result<Vec<GroupId>, StoreError> {
        BlockingStore::groups(self)
    }

    async fn load(&self, group: GroupId) -> Result<Roster, StoreError> {
        BlockingStore::load(self, group)
    }

    async fn save(&self, group: GroupId, members: Vec<Member>) -> Result<(), StoreError> {
        BlockingStore::save(self, group, members)
    }
}
