//! A file that was asked for: there when it is whole, and not before.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use crate::{
    ending::{Ended, cannot_open, cannot_write},
    places::{resolve, standard_stream},
    unfinished::Unfinished,
};

/// Where to write. A regular file is written beside its place, so that what stands there is kept
/// until the new one is whole; a pipe or a device has no such place and is written directly.
pub struct Output {
    path: PathBuf,
    file: File,
    beside: Option<Beside>,
}

/// Removes what was not finished.
struct Beside {
    temporary: PathBuf,
    place: PathBuf,
}

impl Drop for Beside {
    fn drop(&mut self) {
        // Once it is whole, it is gone from here.
        let _ = fs::remove_file(&self.temporary);
    }
}

impl Output {
    /// Nothing is emptied yet.
    pub fn create(path: &Path, unfinished: &Unfinished) -> Ended<Self> {
        Self::open(path, unfinished).map_err(|error| cannot_open(path, &error))
    }

    fn open(path: &Path, unfinished: &Unfinished) -> io::Result<Self> {
        let found = fs::metadata(path).ok();
        let directly = |file| Self {
            path: path.to_owned(),
            file,
            beside: None,
        };
        if let Some(stream) = found.as_ref().and_then(standard_stream) {
            return Ok(directly(stream));
        }
        if found.as_ref().is_some_and(|found| !found.is_file()) {
            return Ok(directly(OpenOptions::new().write(true).open(path)?));
        }
        let place = resolve(path)?;
        if found.is_some() {
            // A file that may not be written to may not be replaced either.
            OpenOptions::new().write(true).open(&place)?;
        }
        let folder = place.parent().ok_or(io::ErrorKind::IsADirectory)?;
        let (temporary, file) = unfinished.create_in(folder)?;
        let beside = Beside { temporary, place };
        if let Some(found) = found {
            file.set_permissions(found.permissions())?;
        }
        Ok(Self {
            beside: Some(beside),
            ..directly(file)
        })
    }

    /// Its path as it was given.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Another handle to write to.
    pub fn file(&self) -> Ended<File> {
        let file = self.file.try_clone();
        file.map_err(|error| cannot_write(&self.path, &error))
    }

    /// Writes it all. A reader who has gone away is no error.
    pub fn write(&mut self, text: &str) -> Ended {
        match self.file.write_all(text.as_bytes()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(cannot_write(&self.path, &error))
            }
            _ => Ok(()),
        }
    }

    /// Now it is whole: puts it in its place.
    pub fn finish(self) -> Ended {
        let put = || match &self.beside {
            Some(Beside { temporary, place }) => {
                // Some disks are found full only now.
                self.file.sync_all()?;
                fs::rename(temporary, place)
            }
            None => Ok(()),
        };
        put().map_err(|error| cannot_write(&self.path, &error))
    }
}
