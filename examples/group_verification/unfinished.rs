//! Files that are not whole yet, and must not outlive the process.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    process,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};

/// The paths of all such files.
#[derive(Clone, Default)]
pub struct Unfinished(Arc<Mutex<Vec<PathBuf>>>);

impl Unfinished {
    /// Makes a new file under a name that nobody uses.
    pub fn create_in(&self, folder: &Path) -> io::Result<(PathBuf, File)> {
        // Held meanwhile, so that there is no file of which `exit` does not know.
        let mut paths = self.lock();
        // Processes of other containers may have the same number.
        let moment = SystemTime::now().duration_since(UNIX_EPOCH);
        let nanos = moment.unwrap_or_default().as_nanos();
        let name = format!(
            ".group_verification-{}-{nanos}-{}",
            process::id(),
            paths.len()
        );
        let path = folder.join(name);
        let file = File::create_new(&path)?;
        paths.push(path.clone());
        Ok((path, file))
    }

    /// Ends the process at once. What is finished by now has another name and stays.
    pub fn exit(&self, code: u8) -> ! {
        // Held to the end, so that no more files are made.
        let paths = self.lock();
        for path in &*paths {
            let _ = fs::remove_file(path);
        }
        process::exit(code.into())
    }

    fn lock(&self) -> MutexGuard<'_, Vec<PathBuf>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
