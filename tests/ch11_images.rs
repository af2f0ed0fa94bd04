//! Chapter 11, a batch of images: rehearsed on the virtual clock, and with real processes and signals.
//! Those with processes wait on the real clock, some tenths of a second each.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use async_workbook::{
    ch11_images::{
        batch::{Fate, Terms, Worker, make_all},
        protocol::{Job, Reply},
        rehearsal::Rehearsed,
        thumbnail::SIDE,
    },
    stage::{ms, record},
};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

const TERMS: Terms = Terms {
    workers: 2,
    patience: Duration::from_secs(1),
    tries: 3,
};
const MADE: Fate = Fate::Done {
    width: SIDE,
    height: SIDE,
};

fn pictures(folder: &Path, names: &[&str]) -> Vec<PathBuf> {
    let path = |name| folder.join(name).with_extension("png");
    names.iter().map(path).collect()
}

/// The names of the files in a folder.
fn files(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap();
    let name = |entry: io::Result<fs::DirEntry>| entry.unwrap().file_name();
    let names = entries.map(|entry| name(entry).into_string().unwrap());
    names.collect()
}

// Rehearsed

/// Knows how many of its kind there are. It dies slowly.
struct Counted {
    alive: Arc<AtomicUsize>,
    part: Option<PathBuf>,
}

impl Counted {
    fn hire(alive: &Arc<AtomicUsize>) -> Self {
        let before = alive.fetch_add(1, Relaxed);
        assert!(before < 2, "the third at two desks");
        Self {
            alive: Arc::clone(alive),
            part: None,
        }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.alive.fetch_sub(1, Relaxed);
    }
}

impl Worker for Counted {
    async fn make(&mut self, job: &Job) -> io::Result<Reply> {
        self.part = Some(job.part.clone());
        Rehearsed.make(job).await
    }

    async fn kill(self) {
        sleep(ms(20)).await;
        // The last that it does.
        fs::write(self.part.as_ref().expect("it was asked"), "half").unwrap();
    }

    async fn dismiss(self) {}
}

#[test]
fn images_that_make_trouble_cost_a_worker_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let names = [
        "a",
        "hangs_once",
        "crashes_once",
        "babbles_once",
        "half_once",
        "b",
    ];
    let all = pictures(folder.path(), &names);
    let hired = AtomicUsize::new(0);
    let played = record(async {
        let hire = || {
            hired.fetch_add(1, Relaxed);
            Ok(Rehearsed)
        };
        make_all(&all, folder.path(), TERMS, hire, &CancellationToken::new()).await
    });
    assert_eq!(played.value, vec![MADE; 6]);
    assert_eq!(
        hired.into_inner(),
        2 + 4,
        "one for each desk and each trouble"
    );
    assert_eq!(files(folder.path()).len(), 6);
    let (from, to, _) = played.life("make hangs_once 1");
    assert_eq!(to.abs_diff(from), TERMS.patience);
}

#[test]
fn images_that_nobody_can_make_are_given_up_and_the_others_made() {
    let folder = tempfile::tempdir().unwrap();
    let all = pictures(folder.path(), &["a", "hangs", "half", "crashes", "b"]);
    let never = CancellationToken::new();
    let played = record(make_all(
        &all,
        folder.path(),
        TERMS,
        || Ok(Rehearsed),
        &never,
    ));
    let given_up = |words: &str| Fate::GivenUp { last: words.into() };
    let late = given_up("took too long");
    let ended = given_up("unexpected end of file");
    assert_eq!(played.value, [MADE, late.clone(), late, ended, MADE]);
    assert_eq!(
        files(folder.path()),
        BTreeSet::from(["a.png".into(), "b.png".into()])
    );
    assert_eq!(played.most_at_once("make hangs"), 1);
}

/// Whenever it comes: a file for each that was done, and for no other.
#[test]
fn images_stop_at_any_time_without_a_worker_or_a_half() {
    let names = ["a", "half_once", "hangs_once", "b", "crashes_once", "c"];
    for at in (0..3_000).step_by(50) {
        let folder = tempfile::tempdir().unwrap();
        let all = pictures(folder.path(), &names);
        let alive = Arc::new(AtomicUsize::new(0));
        let (stop, hire) = (CancellationToken::new(), || Ok(Counted::hire(&alive)));
        let played = record(async {
            let batch = make_all(&all, folder.path(), TERMS, hire, &stop);
            let stopping = async {
                sleep(ms(at)).await;
                stop.cancel();
            };
            tokio::join!(batch, stopping).0
        });
        assert_eq!(alive.load(Relaxed), 0, "stopped at {at} ms");
        let done = all
            .iter()
            .zip(&played.value)
            .filter(|(_, fate)| **fate == MADE);
        let done = done.map(|(path, _)| path.file_name().unwrap().to_str().unwrap().to_owned());
        assert_eq!(files(folder.path()), done.collect(), "stopped at {at} ms");
        // One more poll of the clock is all that it may take, and what killing takes.
        assert!(played.elapsed <= ms(at + 20), "stopped at {at} ms");
    }
}

#[test]
fn images_without_a_worker_are_given_up_in_the_systems_words() {
    let all = pictures(Path::new("/nowhere"), &["a"]);
    let hire = || Err::<Rehearsed, _>(io::Error::other("no more processes"));
    let never = CancellationToken::new();
    let played = record(make_all(&all, Path::new("/nowhere"), TERMS, hire, &never));
    let last = "no more processes".into();
    assert_eq!(played.value, [Fate::GivenUp { last }]);
}

/// And nobody is hired for them.
#[cfg(unix)]
#[test]
fn images_that_nobody_can_be_asked_for_are_refused_at_once() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};

    let folder = tempfile::tempdir().unwrap();
    let latin: &Path = OsStr::from_bytes(b"caf\xe9.png").as_ref();
    let all = [latin, "..".as_ref(), "a.png".as_ref(), "b/a.png".as_ref()].map(Path::to_owned);
    let hired = AtomicUsize::new(0);
    let hire = || {
        hired.fetch_add(1, Relaxed);
        Ok(Rehearsed)
    };
    let never = CancellationToken::new();
    let played = record(make_all(&all, folder.path(), TERMS, hire, &never));
    let refused = [
        "refused, its path or that of the folder is not UTF-8",
        "refused, it has no file name",
        "refused, another picture has the same name",
    ];
    let [latin_1, nameless, second] = refused.map(|words| Fate::Bad(words.into()));
    assert_eq!(played.value, [latin_1.clone(), nameless, MADE, second]);
    assert_eq!(hired.load(Relaxed), 1);
    let said = played.said();
    for words in refused {
        let lines = said.iter().filter(|line| line.contains(words));
        assert_eq!(lines.count(), 1, "{said:?}");
    }

    let played = record(make_all(&all[2..3], latin, TERMS, hire, &never));
    assert_eq!(played.value, [latin_1]);
    assert_eq!(hired.into_inner(), 1);
}

#[cfg(unix)]
mod processes {
    use std::{
        io::{BufRead, BufReader, Read, Write},
        os::unix::process::{CommandExt, ExitStatusExt},
        process::{Child, ChildStdout, ExitStatus, Stdio},
        sync::mpsc,
        thread,
        time::Instant,
    };

    use async_workbook::{
        ch11_images::{process::Process, threads, thumbnail::paint},
        stage::on_both_runtimes,
    };
    use async_workbook_tests::{example, examples};
    use nix::{
        sys::signal::{self, Signal},
        unistd::Pid,
    };
    use tempfile::TempDir;

    use super::*;

    /// A folder with painted pictures.
    fn album(names: &[&str]) -> (TempDir, Vec<PathBuf>) {
        let folder = tempfile::tempdir().unwrap();
        let all = pictures(folder.path(), names);
        for picture in &all {
            paint(picture, 64).unwrap();
        }
        fs::create_dir(folder.path().join("small")).unwrap();
        (folder, all)
    }

    /// To be waited for before a story begins, which would lose its patience.
    fn built() {
        examples().expect("the examples can be built");
    }

    fn worker() -> io::Result<Process> {
        let mut command = tokio::process::Command::from(example("ch11_images"));
        command.arg("worker");
        Process::start(command)
    }

    #[test]
    fn images_by_processes_survive_every_trouble() {
        built();
        on_both_runtimes(|| async {
            let names = [
                "a",
                "hangs_once",
                "crashes_once",
                "babbles_once",
                "half_once",
                "b",
            ];
            let (folder, all) = album(&names);
            // No picture, and one whose name is two lines.
            let mut all = all;
            all.push(folder.path().join("none.png"));
            fs::write(&all[6], "no picture").unwrap();
            all.push(folder.path().join("two\n\"lines\".png"));
            paint(&all[7], 8).unwrap();
            let small = folder.path().join("small");
            // The two that hang are waited for at the same time.
            let terms = Terms {
                workers: 4,
                patience: ms(400),
                ..TERMS
            };
            let never = CancellationToken::new();
            let fates = make_all(&all, &small, terms, worker, &never).await;
            assert_eq!(fates[..6], vec![MADE; 6]);
            assert!(matches!(&fates[6], Fate::Bad(_)), "{fates:?}");
            assert_eq!(fates[7], MADE);
            let made = files(&small);
            assert_eq!(made.len(), 7, "{made:?}");
            for name in made {
                assert!(is_whole(&small.join(name)));
            }
        });
    }

    /// PNG files end with these bytes.
    fn is_whole(path: &Path) -> bool {
        fs::read(path).unwrap().ends_with(b"IEND\xaeB`\x82")
    }

    /// It is killed as a group, because it is one: what a terminal sends to ours does not reach it.
    #[test]
    fn images_of_a_killed_worker_are_made_by_another() {
        built();
        on_both_runtimes(|| async {
            let (folder, all) = album(&["hangs_once"]);
            let terms = Terms {
                patience: Duration::from_hours(1),
                ..TERMS
            };
            let hire = || {
                let worker = worker()?;
                let id = i32::try_from(worker.id().unwrap()).unwrap();
                thread::spawn(move || {
                    thread::sleep(ms(100));
                    // The second one may be gone by then, and is not waited for: its number is not
                    // given to somebody else so soon.
                    let _ = signal::killpg(Pid::from_raw(id), Signal::SIGKILL);
                });
                Ok(worker)
            };
            let never = CancellationToken::new();
            let fates = make_all(&all, folder.path(), terms, hire, &never).await;
            assert_eq!(fates, [MADE]);
        });
    }

    /// Also one that does not look whether its standard input has ended.
    #[test]
    fn images_worker_that_is_dropped_is_killed() {
        on_both_runtimes(|| async {
            let (mut stderr, held) = io::pipe().unwrap();
            let mut command = tokio::process::Command::new("sleep");
            command.arg("5").stderr(held);
            drop(Process::start(command).unwrap());
            // Whoever holds the other end is gone.
            let begun = Instant::now();
            assert_eq!(stderr.read(&mut [0]).unwrap(), 0);
            assert!(begun.elapsed() < ms(500));
        });
    }

    #[test]
    fn images_by_threads_are_the_same() {
        built();
        let (folder, all) = album(&["a", "b", "c"]);
        let small = folder.path().join("small");
        let made = threads::make_all(&all, &small, 2).unwrap();
        assert!(made.into_iter().all(|size| size.unwrap() == (SIDE, SIDE)));
        let by_threads: Vec<_> = all
            .iter()
            .map(|path| fs::read(small.join(path.file_name().unwrap())).unwrap())
            .collect();
        on_both_runtimes(move || {
            let (folder, all) = album(&["a", "b", "c"]);
            let by_threads = by_threads.clone();
            async move {
                let small = folder.path().join("small");
                let never = CancellationToken::new();
                make_all(&all, &small, TERMS, worker, &never).await;
                for (path, bytes) in all.iter().zip(by_threads) {
                    assert!(fs::read(small.join(path.file_name().unwrap())).unwrap() == bytes);
                }
            }
        });
    }

    #[test]
    fn images_worker_that_is_asked_nonsense_says_so_and_ends() {
        let mut child = example("ch11_images")
            .arg("worker")
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(b"please\n").unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(!output.status.success());
        assert!(String::from_utf8_lossy(&output.stderr).contains("column: 1"));
    }

    /// The example over an album, in a group of its own, as a shell starts it.
    struct Running {
        child: Child,
        said: BufReader<ChildStdout>,
    }

    impl Running {
        /// Begins, and comes back when so many workers have begun and had time to come across the
        /// picture that stops half-way.
        fn over(album: &Path, workers: usize) -> Self {
            let mut child = example("ch11_images")
                .arg("--no-timeline")
                .env("ALBUM", album)
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .process_group(0)
                .spawn()
                .unwrap();
            let mut said = BufReader::new(child.stdout.take().unwrap());
            let mut line = String::new();
            for _ in 0..=workers {
                said.read_line(&mut line).unwrap();
            }
            let part = album.join("small/half.png.part");
            let begun = Instant::now();
            while !part.exists() {
                assert!(begun.elapsed() < ms(500), "nothing half-way: {line}");
                thread::sleep(ms(1));
            }
            Self { child, said }
        }

        fn signal(&self, which: Signal, group: bool) {
            let id = i32::try_from(self.child.id()).unwrap();
            let id = if group { -id } else { id };
            signal::kill(Pid::from_raw(id), which).unwrap();
        }

        /// How it ended, when all of its children have: they hold the same standard error.
        fn end(mut self) -> ExitStatus {
            let status = self.child.wait().unwrap();
            let mut stderr = self.child.stderr.take().unwrap();
            let (ended, end) = mpsc::channel();
            thread::spawn(move || {
                let mut said = String::new();
                stderr.read_to_string(&mut said).unwrap();
                let _ = ended.send(said);
            });
            let end = end.recv_timeout(ms(500));
            end.expect("a child is left");
            let mut said = String::new();
            self.said.read_to_string(&mut said).unwrap();
            status
        }
    }

    #[test]
    fn images_stopped_by_a_signal_leave_no_child_and_no_half() {
        thread::scope(|scope| {
            for (which, code) in [(Signal::SIGINT, 130), (Signal::SIGTERM, 143)] {
                for group in [false, true] {
                    scope.spawn(move || {
                        let (folder, _) = album(&["half", "hangs"]);
                        let running = Running::over(folder.path(), 2);
                        running.signal(which, group);
                        assert_eq!(running.end().code(), Some(code));
                        assert_eq!(files(&folder.path().join("small")), BTreeSet::new());
                    });
                }
            }
        });
    }

    /// Who is killed cannot tidy up; but nothing that is half looks as if it were whole.
    #[test]
    fn images_killed_without_warning_leave_no_child_and_no_half_under_its_name() {
        let (folder, _) = album(&["half", "hangs"]);
        let running = Running::over(folder.path(), 2);
        running.signal(Signal::SIGKILL, false);
        assert_eq!(running.end().signal(), Some(9));
        let left = BTreeSet::from(["half.png.part".into()]);
        assert_eq!(files(&folder.path().join("small")), left);
    }
}
