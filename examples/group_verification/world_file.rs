//! The world's memory beside a store: without it, a world could not go on where its bot does.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use ch15_group_verification::{sim::Settings, store::BlockingStore};

use crate::ending::{Ended, Ending, cannot_open, cannot_write};

/// A journal that is open to be continued.
pub struct WorldFile {
    /// Beside the store.
    pub path: PathBuf,
    file: File,
    /// What happened so far, a line each.
    pub past: String,
}

/// A path with something after its name.
pub fn beside(store: &Path, ending: &str) -> PathBuf {
    let mut path = store.as_os_str().to_owned();
    path.push(ending);
    path.into()
}

/// Before a store is made: is it one that a world misses?
pub fn check(store: &Path) -> Ended {
    let path = beside(store, ".world");
    match fs::metadata(&path) {
        Ok(world) if !world.is_file() => Err(not_a_world(&path)),
        Ok(world) if world.len() > 0 && fs::metadata(store).map_or(0, |it| it.len()) == 0 => {
            Err(one_missing(store))
        }
        _ => Ok(()),
    }
}

impl WorldFile {
    /// Opens the world that belongs to `store`, or makes one if the store is new: whoever is
    /// killed between the two leaves a store without members, which any world may have.
    pub fn open(path: &Path, settings: &Settings, store: &impl BlockingStore) -> Ended<Self> {
        let world = beside(path, ".world");
        let broken = |error: io::Error| cannot_open(&world, &error);
        let mut file = open_private(&world).map_err(broken)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let words = format!("store '{}' is locked by another process", path.display());
                return Err(Ending::Wrong(words));
            }
            Err(TryLockError::Error(error)) => return Err(broken(error)),
        }
        let mut past = Vec::new();
        file.read_to_end(&mut past).map_err(broken)?;
        let Ok(mut past) = String::from_utf8(past) else {
            return Err(not_a_world(&world));
        };
        let header = format!(
            "# --seed {} --groups {} --members {} --days {} --faults {}{}\n",
            settings.seed,
            settings.groups,
            settings.members,
            settings.days,
            settings.faults,
            match settings.trouble {
                0.0 => String::new(),
                trouble => format!(" --trouble {trouble}"),
            }
        );
        if !past.starts_with(&header) && !header.starts_with(&past) {
            return Err(match past.strip_prefix("# ") {
                Some(other) => other_settings(path, other),
                None => not_a_world(&world),
            });
        }
        // A line that was being written when the process was killed.
        let whole = past.rfind('\n').map_or(0, |end| end + 1);
        let rewrite = |error: io::Error| cannot_write(&world, &error);
        if whole < past.len() {
            past.truncate(whole);
            file.set_len(whole as u64).map_err(rewrite)?;
        }
        if past.is_empty() {
            if !store.groups()?.is_empty() {
                return Err(one_missing(path));
            }
            file.write_all(header.as_bytes()).map_err(rewrite)?;
        }
        let past = past.split_off(header.len().min(past.len()));
        Ok(Self {
            path: world,
            file,
            past,
        })
    }

    /// A handle to go on writing.
    pub fn file(&self) -> Ended<File> {
        let file = self.file.try_clone();
        file.map_err(|error| cannot_write(&self.path, &error))
    }

    /// Makes sure that it is on the disk: some are found full only then.
    pub fn sync(&self) -> Ended {
        let synced = self.file.sync_all();
        synced.map_err(|error| cannot_write(&self.path, &error))
    }
}

/// Codes stand in it, which are nobody else's business.
fn open_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).append(true).read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn one_missing(store: &Path) -> Ending {
    let words = "a store and its world ('PATH.world') go together, and one of them is missing";
    Ending::Wrong(format!("store '{}': {words}", store.display()))
}

fn other_settings(store: &Path, header: &str) -> Ending {
    let flags = header.lines().next().unwrap_or_default();
    Ending::Wrong(format!("store '{}' was made with {flags}", store.display()))
}

fn not_a_world(path: &Path) -> Ending {
    Ending::Wrong(format!("'{}' is not the world of a store", path.display()))
}
