//! Who gives out the pictures, and sees to it that every one is made or accounted for.

use std::{
    collections::HashSet,
    ffi::OsStr,
    fmt, io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use futures::future::join_all;
use stage::Instrument;
use tokio::{fs, time::timeout};
use tokio_util::sync::CancellationToken;
use tracing::{info, info_span};

use crate::protocol::{Job, Reply};

/// Somebody who makes thumbnails.
pub trait Worker: Send {
    /// Does a job.
    ///
    /// Not cancel safe: dropped half-way, the worker goes on, and its reply would be taken for that
    /// to the next job. It has to be killed then.
    ///
    /// # Errors
    ///
    /// If the worker has ended or cannot be understood. It is of no use any more.
    fn make(&mut self, job: &Job) -> impl Future<Output = io::Result<Reply>> + Send;

    /// Ends it, whatever it is doing, and waits until it has ended.
    fn kill(self) -> impl Future<Output = ()> + Send;

    /// Tells it that there is no more work, and waits until it has ended.
    fn dismiss(self) -> impl Future<Output = ()> + Send;
}

/// On which terms a batch is made.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// How many work at the same time.
    pub workers: u32,
    /// How long a worker may take for one picture.
    pub patience: Duration,
    /// How many workers a picture may cost.
    pub tries: u32,
}

/// What became of a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Its thumbnail is in the folder.
    Done {
        /// Its width in pixels.
        width: u32,
        /// Its height in pixels.
        height: u32,
    },
    /// It cannot be made, in a worker's words or ours: it is no picture, or its thumbnail cannot be
    /// written, or nobody could be asked for it.
    Bad(String),
    /// No worker came to an end with it, or none could be hired.
    GivenUp {
        /// What the last one did.
        last: String,
    },
    /// We were told to stop before it was done.
    Stopped,
}

/// Makes a thumbnail of every picture, in `folder` and under the same name; tells the fates in the
/// order of `pictures`. A worker that takes too long, ends or babbles is killed, and another hired.
///
/// For some nobody is hired, they are [`Fate::Bad`] at once: those whose path (or the folder's) is not
/// UTF-8, which a [`Job`] cannot say, and those without a file name or with that of one before them.
///
/// When `stop` is cancelled, workers in the midst of a picture are killed, and what was half-way is
/// removed; the others are dismissed. At the end no worker is left, and no file in the folder that
/// this has begun and that is not whole.
///
/// # Cancel safety
///
/// If this is dropped, the workers are dropped with it, and half-written files stay, as `….part`.
///
/// # Panics
///
/// If there are to be no workers.
pub async fn make_all<W: Worker>(
    pictures: &[PathBuf],
    folder: &Path,
    terms: Terms,
    hire: impl Fn() -> io::Result<W> + Sync,
    stop: &CancellationToken,
) -> Vec<Fate> {
    assert!(terms.workers > 0, "a batch needs a worker");
    let mut fates = vec![Fate::Stopped; pictures.len()];
    let (mut names, mut askable) = (HashSet::new(), Vec::new());
    for (index, picture) in pictures.iter().enumerate() {
        match refused(picture, folder, &mut names) {
            None => askable.push((index, picture)),
            Some(words) => {
                info!("{}: {words}", picture.display());
                fates[index] = Fate::Bad(words.into());
            }
        }
    }
    let batch = Batch {
        queue: Mutex::new(askable.into_iter()),
        folder,
        terms,
        hire,
        stop,
    };
    let desks = (0..terms.workers).map(|_| batch.desk());
    for (index, fate) in join_all(desks).await.into_iter().flatten() {
        fates[index] = fate;
    }
    fates
}

/// Why nobody can be asked for this picture.
fn refused<'a>(
    picture: &'a Path,
    folder: &Path,
    names: &mut HashSet<&'a OsStr>,
) -> Option<&'static str> {
    let Some(name) = picture.file_name() else {
        return Some("refused, it has no file name");
    };
    if picture.to_str().and(folder.to_str()).is_none() {
        return Some("refused, its path or that of the folder is not UTF-8");
    }
    // Two workers would write the same file.
    let is_new = names.insert(name);
    (!is_new).then_some("refused, another picture has the same name")
}

struct Batch<'a, I, H> {
    queue: Mutex<I>,
    folder: &'a Path,
    terms: Terms,
    hire: H,
    stop: &'a CancellationToken,
}

impl<'a, W, I, H> Batch<'a, I, H>
where
    W: Worker,
    I: Iterator<Item = (usize, &'a PathBuf)>,
    H: Fn() -> io::Result<W>,
{
    /// Where one worker sits at a time.
    async fn desk(&self) -> Vec<(usize, Fate)> {
        let (mut worker, mut fates) = (None, Vec::new());
        while let Some((index, picture)) = self.next() {
            fates.push((index, self.one(&mut worker, picture).await));
        }
        if let Some(worker) = worker {
            worker.dismiss().await;
        }
        fates
    }

    fn next(&self) -> Option<(usize, &'a PathBuf)> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.next()
    }

    async fn one(&self, worker: &mut Option<W>, picture: &Path) -> Fate {
        let whole = self.folder.join(picture.file_name().unwrap_or_default());
        let mut last = String::new();
        for attempt in 1..=self.terms.tries {
            if self.stop.is_cancelled() {
                return Fate::Stopped;
            }
            let mut hired = match worker.take().map_or_else(&self.hire, Ok) {
                Ok(hired) => hired,
                Err(error) => {
                    last = error.to_string();
                    break;
                }
            };
            let job = Job {
                picture: picture.to_owned(),
                part: whole.with_added_extension("part"),
                attempt,
            };
            match self.asked(&mut hired, &job).await {
                Some(Ok(reply)) => {
                    *worker = Some(hired);
                    return settle(reply, &job.part, &whole).await;
                }
                asked => {
                    // First it ends, then the file goes: or it might write it once more.
                    hired.kill().await;
                    remove(&job.part).await;
                    let Some(Err(error)) = asked else {
                        return Fate::Stopped;
                    };
                    last = error.to_string();
                }
            }
        }
        Fate::GivenUp { last }
    }

    /// `None` if we were told to stop.
    async fn asked(&self, worker: &mut W, job: &Job) -> Option<io::Result<Reply>> {
        let name = job.picture.file_stem().unwrap_or_default();
        let span = info_span!("make", picture = %name.display(), attempt = job.attempt);
        let patience = self.terms.patience;
        let made = async {
            let made = timeout(patience, worker.make(job)).await;
            let late = |_| io::Error::new(io::ErrorKind::TimedOut, "took too long");
            let made = made.map_err(late).flatten();
            match &made {
                Ok(reply) => info!("{reply}"),
                Err(error) => info!("{error}: another one, please"),
            }
            made
        };
        // If it is dropped, the worker is killed next.
        self.stop.run_until_cancelled(made.instrument(span)).await
    }
}

/// What a worker has written becomes the thumbnail at one stroke, if it says that it is whole.
async fn settle(reply: Reply, part: &Path, whole: &Path) -> Fate {
    match reply {
        Reply::Done { width, height } => match fs::rename(part, whole).await {
            Ok(()) => Fate::Done { width, height },
            Err(error) => {
                remove(part).await;
                Fate::Bad(error.to_string())
            }
        },
        Reply::Bad(words) => {
            remove(part).await;
            Fate::Bad(words)
        }
    }
}

async fn remove(part: &Path) {
    // It fails if nothing was written yet.
    let _ = fs::remove_file(part).await;
}

impl fmt::Display for Reply {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done { width, height } => write!(formatter, "{width} × {height}"),
            Self::Bad(words) => formatter.write_str(words),
        }
    }
}
