//! The same batch with threads of one process.

use std::{
    fs,
    path::{Path, PathBuf},
};

use image::ImageResult;
use rayon::{
    ThreadPoolBuildError, ThreadPoolBuilder,
    iter::{IntoParallelRefIterator, ParallelIterator},
};

use crate::thumbnail::thumbnail;

/// Makes a thumbnail of every picture, in `folder` and under the same name, so many at the same time;
/// tells width and height of each. It blocks its thread until the last is done, so it is nothing to
/// be called by a task.
///
/// The names have to differ. A picture that hangs keeps all of it, and one that brings its process down brings this one down.
///
/// # Errors
///
/// If the system does not start that many threads.
///
/// # Panics
///
/// If one of the threads does.
pub fn make_all(
    pictures: &[PathBuf],
    folder: &Path,
    threads: usize,
) -> Result<Vec<ImageResult<(u32, u32)>>, ThreadPoolBuildError> {
    let pool = ThreadPoolBuilder::new().num_threads(threads).build()?;
    let make = |picture: &PathBuf| {
        let whole = folder.join(picture.file_name().unwrap_or_default());
        let part = whole.with_added_extension("part");
        let size = thumbnail(picture, &part)?;
        fs::rename(part, whole)?;
        Ok(size)
    };
    Ok(pool.install(|| pictures.par_iter().map(make).collect()))
}
