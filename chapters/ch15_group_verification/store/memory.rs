use std::{
    collections::BTreeMap,
    sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use super::{BlockingStore, Store, StoreError};
use crate::{
    model::{GroupId, Member, Timestamp, UserId},
    roster::Roster,
};

/// Keeps members in memory: for tests, and for trying things out.
#[derive(Debug, Default)]
pub struct Memory(RwLock<BTreeMap<GroupId, Roster>>);

impl Memory {
    /// The member as stored, at once.
    #[must_use]
    pub fn peek(&self, group: GroupId, user: UserId) -> Option<Member> {
        self.read().get(&group)?.get(user).cloned()
    }

    // Each change is one `put`, so that a panic elsewhere cannot leave half a change.
    fn read(&self) -> RwLockReadGuard<'_, BTreeMap<GroupId, Roster>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, BTreeMap<GroupId, Roster>> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl FromIterator<(GroupId, Roster)> for Memory {
    fn from_iter<I: IntoIterator<Item = (GroupId, Roster)>>(groups: I) -> Self {
        Self(RwLock::new(groups.into_iter().collect()))
    }
}

// Nothing here takes long, so both traits do the same.
impl BlockingStore for Memory {
    fn groups(&self) -> Result<Vec<GroupId>, StoreError> {
        Ok(self.read().keys().copied().collect())
    }

    fn load(&self, group: GroupId) -> Result<Roster, StoreError> {
        Ok(self.read().get(&group).cloned().unwrap_or_default())
    }

    fn save(&self, group: GroupId, members: Vec<Member>) -> Result<(), StoreError> {
        let mut groups = self.write();
        let roster = groups.entry(group).or_default();
        for member in members {
            roster.put(member);
        }
        Ok(())
    }

    fn meet(&self, group: GroupId, since: Timestamp) -> Result<(), StoreError> {
        let mut groups = self.write();
        groups.entry(group).or_default().since.get_or_insert(since);
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

    async fn meet(&self, group: GroupId, since: Timestamp) -> Result<(), StoreError> {
        BlockingStore::meet(self, group, since)
    }
}
