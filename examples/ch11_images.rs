//! A batch of images over worker processes, until it is done or Ctrl-C comes.
//!
//! It paints a few pictures, some of which make trouble. With `ALBUM=FOLDER` it takes those of that
//! folder, and puts the thumbnails into `FOLDER/small`. On the virtual clock the workers are rehearsed.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    pin::pin,
    process::ExitCode,
    time::Duration,
};

use ch06_queues::signals::Signals;
use ch11_images::{
    batch::{Fate, Terms, make_all},
    process::Process,
    rehearsal::Rehearsed,
    thumbnail::paint,
    worker,
};
use tokio::{process::Command, time::sleep};
use tokio_util::sync::CancellationToken;
use tracing::info;

const NAMES: [&str; 8] = [
    "apple",
    "hangs_once",
    "beach",
    "crashes_once",
    "castle",
    "babbles_once",
    "dune",
    "elm",
];
const TERMS: Terms = Terms {
    workers: 2,
    patience: Duration::from_secs(1),
    tries: 3,
};

fn main() -> io::Result<ExitCode> {
    // A worker is this program once more.
    if env::args().nth(1).as_deref() == Some("worker") {
        worker::serve(worker::make)?;
        return Ok(ExitCode::SUCCESS);
    }
    let scratch = tempfile::tempdir()?;
    stage::acts(|stage| {
        if stage.is_virtual() {
            let pictures = NAMES.map(|name| PathBuf::from(name).with_extension("png"));
            let never = CancellationToken::new();
            let hire = || Ok(Rehearsed);
            let batch = make_all(&pictures, scratch.path(), TERMS, hire, &never);
            stage.play("Two workers, replaced", async { tell(&batch.await) });

            let stop = CancellationToken::new();
            let batch = make_all(&pictures, scratch.path(), TERMS, hire, &stop);
            let soon = async {
                sleep(Duration::from_millis(700)).await;
                info!("stop");
                stop.cancel();
            };
            stage.play("Stopped", async { tell(&tokio::join!(batch, soon).0) });
            return Ok(ExitCode::SUCCESS);
        }
        let album = match env::var_os("ALBUM") {
            Some(folder) => folder.into(),
            None => painted(scratch.path())?,
        };
        stage.play("Two worker processes: Ctrl-C stops them", over(&album))
    })
}

async fn over(album: &Path) -> io::Result<ExitCode> {
    let mut signals = Signals::listen()?;
    let folder = album.join("small");
    fs::create_dir_all(&folder)?;
    let pictures = pictures(album)?;
    let stop = CancellationToken::new();
    let program = env::current_exe()?;
    let hire = || {
        let mut command = Command::new(&program);
        command.arg("worker");
        Process::start(command)
    };
    let batch = make_all(&pictures, &folder, TERMS, hire, &stop);
    let watch = async {
        let signal = signals.next().await;
        info!("{signal}: stopping");
        stop.cancel();
        signal
    };
    let mut batch = pin!(batch);
    let (fates, code) = tokio::select! {
        biased;
        // Polled on below, if the signal comes first.
        fates = &mut batch => (fates, ExitCode::SUCCESS),
        // Cancel safe: whether a signal came does not matter any more.
        signal = watch => (batch.await, ExitCode::from(signal.exit_code())),
    };
    tell(&fates);
    Ok(code)
}

fn tell(fates: &[Fate]) {
    let count = |is: fn(&Fate) -> bool| fates.iter().filter(|fate| is(fate)).count();
    let done = count(|fate| matches!(fate, Fate::Done { .. }));
    let stopped = count(|fate| matches!(fate, Fate::Stopped));
    let failed = fates.len() - done - stopped;
    info!("{done} done, {failed} failed, {stopped} not made");
}

fn painted(scratch: &Path) -> io::Result<PathBuf> {
    for name in NAMES {
        paint(&scratch.join(name).with_extension("png"), 256).map_err(io::Error::other)?;
    }
    Ok(scratch.to_owned())
}

fn pictures(album: &Path) -> io::Result<Vec<PathBuf>> {
    let mut pictures = Vec::new();
    for entry in fs::read_dir(album)? {
        let path = entry?.path();
        pictures.extend((path.extension() == Some("png".as_ref())).then_some(path));
    }
    pictures.sort();
    Ok(pictures)
}
