//! A backup goes to four disks, and two of them are full.

use std::{
    fmt::Display,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use stage::Instrument;
use thiserror::Error;
use tokio::time::sleep;
use tracing::{info, info_span};

use super::group::{self, GroupError};

/// A disk that can hold a copy.
#[derive(Clone, Copy, Debug)]
pub struct Disk {
    name: &'static str,
    takes: Duration,
    has_room: bool,
}

/// Four disks. Two of them find out at the same moment that they are full.
pub const DISKS: [Disk; 4] = [
    disk("north", 1, true),
    disk("east", 2, false),
    disk("west", 2, false),
    disk("south", 3, true),
];

const fn disk(name: &'static str, seconds: u64, has_room: bool) -> Disk {
    Disk {
        name,
        takes: Duration::from_secs(seconds),
        has_room,
    }
}

/// The disk has no room for a copy.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("{0} is full")]
pub struct DiskFull(pub &'static str);

/// Which disks hold a copy. Clones are the same list.
#[derive(Clone, Debug, Default)]
pub struct Copies(Arc<Mutex<Vec<&'static str>>>);

impl Copies {
    /// The names of those disks, the first written first.
    pub fn list(&self) -> Vec<&'static str> {
        self.lock().clone()
    }

    fn add(&self, disk: &'static str) {
        self.lock().push(disk);
    }

    fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<&'static str>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns at the first error, while the other tasks write on: nobody owns them any more.
///
/// # Errors
///
/// The first disk in the list that is full.
///
/// # Panics
///
/// If a task panics.
pub async fn detached_wrong(copies: &Copies) -> Result<(), DiskFull> {
    let writes = DISKS.map(|disk| tokio::spawn(write(disk, copies.clone()).in_current_span()));
    for write in writes {
        write.await.expect("no write panics")?;
    }
    Ok(())
}

/// Returns when no task writes any more, with every error there was.
///
/// # Errors
///
/// All disks that turned out to be full before the writing stopped.
pub async fn grouped(copies: &Copies) -> Result<(), GroupError<DiskFull>> {
    group::scope(|group| {
        for disk in DISKS {
            group.spawn(write(disk, copies.clone()).in_current_span());
        }
    })
    .await?;
    Ok(())
}

/// Makes a backup on a lane of its own. A failed one is removed, and after three seconds somebody
/// looks whether that was all.
pub async fn night<E: Display>(backup: impl Future<Output = Result<(), E>>, copies: &Copies) {
    async {
        let Err(error) = backup.await else {
            return info!("good");
        };
        info!("{error}");
        copies.clear();
        sleep(Duration::from_secs(3)).await;
        info!("left: {}", copies.list().len());
    }
    .instrument(info_span!("backup"))
    .await;
}

async fn write(disk: Disk, copies: Copies) -> Result<(), DiskFull> {
    async {
        sleep(disk.takes).await;
        if !disk.has_room {
            info!("full");
            return Err(DiskFull(disk.name));
        }
        copies.add(disk.name);
        info!("written");
        Ok(())
    }
    .instrument(info_span!("disk", disk.name))
    .await
}
