//! Which paths lead to the same file.

use std::{
    fs::{self, File, Metadata},
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

use crate::{
    ending::{Ended, Ending, cannot_open},
    world_file::beside,
};

/// What `SQLite` and this program keep beside a store.
const BESIDE: [&str; 5] = ["-wal", "-shm", "-journal", "-lock", "-new"];

/// Refuses outputs that are the store, belong to it, or are one another. They are files, each
/// with the flag that asks for it.
pub fn check(store: Option<&Path>, outputs: [(&str, Option<&Path>); 2]) -> Ended {
    let mut taken = match store {
        Some(store) => places_of(store)?,
        None => Vec::new(),
    };
    for (name, stream) in standard_streams() {
        if let Some(owner) = stream.metadata().ok().and_then(|it| owner(&taken, &it)) {
            let words = format!("{name} needs a file of its own, and is {owner}");
            return Err(Ending::Wrong(words));
        }
    }
    for (flag, path) in outputs {
        let Some(path) = path else { continue };
        let place = Place::of(path).map_err(|error| cannot_open(path, &error))?;
        match &place.file {
            Some(file) if file.is_dir() => {
                return Err(cannot_open(path, &ErrorKind::IsADirectory.into()));
            }
            // Several may share a pipe or a device.
            Some(file) if !file.is_file() => continue,
            _ => {}
        }
        if let Some((owner, _)) = taken.iter().find(|(_, other)| other.is(&place)) {
            let path = path.display();
            let words = format!("{flag} needs a file of its own; '{path}' is {owner}");
            return Err(Ending::Wrong(words));
        }
        taken.push((format!("that of {flag}"), place));
    }
    Ok(())
}

/// Where a path leads, whatever it is called.
struct Place {
    path: PathBuf,
    file: Option<Metadata>,
}

impl Place {
    fn of(path: &Path) -> io::Result<Self> {
        Ok(Self {
            path: resolve(path)?,
            file: fs::metadata(path).ok(),
        })
    }

    fn is(&self, other: &Self) -> bool {
        let is_file = |file| other.is_file(file);
        self.path == other.path || self.file.as_ref().is_some_and(is_file)
    }

    fn is_file(&self, file: &Metadata) -> bool {
        self.file.as_ref().is_some_and(|own| same_file(own, file))
    }
}

/// Everything that belongs to a store, each with its name.
fn places_of(store: &Path) -> Ended<Vec<(String, Place)>> {
    let own = Place::of(store).map_err(|error| {
        let store = store.display();
        Ending::Wrong(format!("store '{store}' cannot be used: {error}"))
    })?;
    let mut taken = Vec::new();
    // `SQLite` follows links before it names what it keeps beside a store.
    for base in [store, &own.path] {
        let places = BESIDE.map(|ending| Place::of(&beside(base, ending)));
        let places = places.into_iter().flatten();
        taken.extend(places.map(|place| ("the store's own bookkeeping".to_owned(), place)));
    }
    taken.push(("the store".to_owned(), own));
    let path = beside(store, ".world");
    let world = Place::of(&path).map_err(|error| cannot_open(&path, &error))?;
    if let Some((owner, _)) = taken.iter().find(|(_, other)| other.is(&world)) {
        let path = path.display();
        let words = format!("the world of the store needs a file of its own; '{path}' is {owner}");
        return Err(Ending::Wrong(words));
    }
    taken.push(("the world of the store".to_owned(), world));
    Ok(taken)
}

fn owner<'a>(taken: &'a [(String, Place)], file: &Metadata) -> Option<&'a str> {
    let (owner, _) = taken.iter().find(|(_, place)| place.is_file(file))?;
    Some(owner)
}

/// Follows links to where a file is or would be made.
pub fn resolve(path: &Path) -> io::Result<PathBuf> {
    let missing = match fs::canonicalize(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => error,
        found => return found,
    };
    let folder = match path.parent() {
        Some(folder) if folder.as_os_str().is_empty() => Path::new("."),
        Some(folder) => folder,
        None => return Err(missing),
    };
    if let Ok(target) = fs::read_link(path) {
        // It leads nowhere yet.
        return resolve(&folder.join(target));
    }
    let Some(name) = path.file_name() else {
        return Err(missing);
    };
    if path.as_os_str().as_encoded_bytes().ends_with(b"/") {
        return Err(ErrorKind::IsADirectory.into());
    }
    Ok(fs::canonicalize(folder)?.join(name))
}

/// This process's own standard output or error, if that is where `file` leads, as `/dev/stdout`
/// does. Opened anew it would have a place of its own to go on from, and both would overwrite
/// each other.
pub fn standard_stream(file: &Metadata) -> Option<File> {
    let is_it = |stream: &File| stream.metadata().is_ok_and(|own| same_file(&own, file));
    let mut streams = standard_streams().into_iter().map(|(_, stream)| stream);
    streams.find(is_it)
}

#[cfg(unix)]
fn standard_streams() -> Vec<(&'static str, File)> {
    use std::os::fd::AsFd;
    let (stdout, stderr) = (io::stdout(), io::stderr());
    [
        ("standard output", stdout.as_fd()),
        ("standard error", stderr.as_fd()),
    ]
    .into_iter()
    .filter_map(|(name, stream)| Some((name, stream.try_clone_to_owned().ok()?.into())))
    .collect()
}

#[cfg(unix)]
fn same_file(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

#[cfg(not(unix))]
fn standard_streams() -> Vec<(&'static str, File)> {
    Vec::new()
}

/// Elsewhere only names can be compared.
#[cfg(not(unix))]
fn same_file(_: &Metadata, _: &Metadata) -> bool {
    false
}
