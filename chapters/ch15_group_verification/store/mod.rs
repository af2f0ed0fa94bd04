//! The port to storage, as an async trait and as its blocking twin.
//!
//! What is saved together is saved whole or not at all, and stays saved.

mod memory;
mod off_thread;
#[cfg(feature = "sqlite")]
mod sqlite;

use std::{path::PathBuf, sync::Arc};

pub use memory::Memory;
pub use off_thread::OffThread;
#[cfg(feature = "sqlite")]
pub use sqlite::Sqlite;

use super::{
    hash::Fnv1a,
    model::{GroupId, Member, Timestamp},
    roster::Roster,
};

/// Why a store cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("store '{}' {problem}", path.display())]
pub struct StoreError {
    /// Which store.
    pub path: PathBuf,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What is wrong with a store.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// There is no such file.
    #[error("does not exist")]
    Missing,
    /// Not a `SQLite` database at all.
    #[error("is not a SQLite database")]
    NotADatabase,
    /// Some other program's database.
    #[error("belongs to another program (application id {0:#010x})")]
    Foreign(u32),
    /// Written by a version that knows more.
    #[error("has schema version {found}, and this program knows versions up to {known}")]
    OtherVersion {
        /// The version in the file.
        found: u32,
        /// The version written here.
        known: u32,
    },
    /// Damaged.
    #[error("is corrupt: {0}")]
    Corrupt(String),
    /// May be read, not written.
    #[error("is read-only")]
    ReadOnly,
    /// Another program is using it, or another bot.
    #[error("is in use by {}", .holder.map_or("another process".into(), |id| format!("process {id}")))]
    Locked {
        /// The id of the process, if that is known.
        holder: Option<u32>,
    },
    /// There can be no store at this path, whatever is done to it.
    #[error("cannot be used: {0}")]
    Place(String),
    /// Anything else, in the words of the system.
    #[error("cannot be used: {0}")]
    Other(String),
}

/// Where members are kept, asked asynchronously.
pub trait Store: Send + Sync + 'static {
    /// All groups that were met or have members here, in order.
    fn groups(&self) -> impl Future<Output = Result<Vec<GroupId>, StoreError>> + Send;

    /// All members of a group; none if the group is unknown.
    fn load(&self, group: GroupId) -> impl Future<Output = Result<Roster, StoreError>> + Send;

    /// Stores these members of one group in one transaction.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, all of them are stored or none.
    fn save(
        &self,
        group: GroupId,
        members: Vec<Member>,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Stores since when the bot has been in a group ([`Roster::since`]), unless that is known.
    fn meet(
        &self,
        group: GroupId,
        since: Timestamp,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// Where members are kept, asked by a thread that waits.
pub trait BlockingStore: Send + Sync + 'static {
    /// All groups that were met or have members here, in order.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    fn groups(&self) -> Result<Vec<GroupId>, StoreError>;

    /// All members of a group; none if the group is unknown.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    fn load(&self, group: GroupId) -> Result<Roster, StoreError>;

    /// Stores these members of one group in one transaction.
    ///
    /// # Errors
    ///
    /// If the store cannot be written; nothing is changed then.
    fn save(&self, group: GroupId, members: Vec<Member>) -> Result<(), StoreError>;

    /// Stores what several callers want stored, in this order, and all of it at once if that is
    /// cheaper. [`OffThread`] calls this when saves had to wait for each other.
    ///
    /// # Errors
    ///
    /// If one of them cannot be stored; each of the others may be stored then or not. The callers
    /// still wait, so all may be stored once more.
    fn save_all(&self, saves: &[(GroupId, Vec<Member>)]) -> Result<(), StoreError> {
        let mut saves = saves.iter();
        saves.try_for_each(|(group, members)| self.save(*group, members.clone()))
    }

    /// Stores since when the bot has been in a group ([`Roster::since`]), unless that is known.
    ///
    /// # Errors
    ///
    /// If the store cannot be written; nothing is changed then.
    fn meet(&self, group: GroupId, since: Timestamp) -> Result<(), StoreError>;
}

impl<S: Store> Store for Arc<S> {
    fn groups(&self) -> impl Future<Output = Result<Vec<GroupId>, StoreError>> + Send {
        S::groups(self)
    }

    fn load(&self, group: GroupId) -> impl Future<Output = Result<Roster, StoreError>> + Send {
        S::load(self, group)
    }

    fn save(
        &self,
        group: GroupId,
        members: Vec<Member>,
    ) -> impl Future<Output = Result<(), StoreError>> + Send {
        S::save(self, group, members)
    }

    fn meet(
        &self,
        group: GroupId,
        since: Timestamp,
    ) -> impl Future<Output = Result<(), StoreError>> + Send {
        S::meet(self, group, since)
    }
}

/// A number that is equal for equal contents: who stands where, with how many warnings. Times
/// are left out, since they differ from one engine to the next.
///
/// # Errors
///
/// If the store cannot be read.
pub fn digest(store: &impl BlockingStore) -> Result<u64, StoreError> {
    let mut hash = Fnv1a::default();
    for group in store.groups()? {
        for member in store.load(group)?.iter() {
            hash.add(&group.0.to_le_bytes());
            hash.add(&member.user.0.to_le_bytes());
            hash.add(member.status.name().as_bytes());
            hash.add(&[member.warnings]);
        }
    }
    Ok(hash.value())
}
