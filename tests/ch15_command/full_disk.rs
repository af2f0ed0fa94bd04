//! Devices and disks that are full are noticed, each in one line.

use std::{
    fs::{self, File, OpenOptions},
    future::pending,
    io::{Read, Write},
    os::fd::OwnedFd,
    os::unix::{fs::symlink, net::UnixStream},
    process::{Command, Stdio},
    sync::Arc,
};

use async_workbook::{
    ch15_group_verification::{
        bot::Scans,
        clock::Clock,
        policy::Policy,
        sim::{BotRun, EPOCH, Journal, JournalFailure, Settings, SimPlatform, World, serve},
        store::Memory,
    },
    stage::virtual_time,
};

use crate::{SMALL, command, ends_with, run, said};

fn full() -> File {
    OpenOptions::new().write(true).open("/dev/full").unwrap()
}

#[test]
fn command_tells_of_a_full_standard_output() {
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("store").display());
    assert!(run(&format!("{SMALL} --store {store}")).status.success());
    for arguments in [
        SMALL,
        "simulate --groups 2 --days 1",
        "compare --groups 2 --engines gather --json",
        "compare --groups 2 --engines gather",
        &format!("inspect --store {store}"),
        &format!("inspect --store {store} --json"),
        "--help",
        "compare --help",
        "inspect --help",
    ] {
        let output = command(arguments).stdout(full()).output().unwrap();
        ends_with(&output, 1, "cannot write to standard output: No space left");
    }
}

#[test]
fn command_does_not_panic_if_standard_error_is_full() {
    for (arguments, code) in [("dance", 2), ("--groups 0", 2), (SMALL, 0)] {
        let status = command(arguments)
            .stdout(Stdio::null())
            .stderr(full())
            .status();
        assert_eq!(status.unwrap().code(), Some(code), "{arguments}");
    }
    let mut command = command(SMALL);
    let status = command.stdout(full()).stderr(full()).status();
    assert_eq!(status.unwrap().code(), Some(1));
}

#[test]
fn command_tells_of_an_output_on_a_full_disk() {
    for flag in ["--transcript", "--svg"] {
        let output = run(&format!("{SMALL} {flag} /dev/full"));
        ends_with(&output, 1, "cannot write '/dev/full': No space left");
    }
}

#[test]
fn command_says_nothing_to_a_reader_who_has_gone_away() {
    for arguments in [
        "--help",
        SMALL,
        "--groups 2 --days 1 --no-timeline",
        "--groups 2 --days 1 --json --transcript /dev/stdout",
        "--groups 2 --days 1 --json --svg /dev/stdout",
        "compare --groups 2 --engines gather",
    ] {
        let mut command = command(arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(said(&output), "", "{arguments}");
        assert!(output.status.success(), "{arguments}");
    }
}

/// A small world with a journal in these files.
fn platform(own: Option<File>, transcript: Option<File>) -> Arc<SimPlatform> {
    let settings = Settings {
        seed: 1,
        groups: 2,
        members: 3,
        days: 1,
        faults: 0.0,
        trouble: 0.0,
        owner: Policy::default().owner,
    };
    let journal = Journal::new(own, transcript);
    let world = World::new(settings);
    Arc::new(SimPlatform::new(world, Clock::new(EPOCH, 1.0), journal))
}

/// What a journal in these files has to say after a day.
fn failure_in(own: Option<File>, transcript: Option<File>) -> Option<JournalFailure> {
    virtual_time(async {
        let platform = platform(own, transcript);
        let run = BotRun {
            policy: Policy::default(),
            speed: 1.0,
            scans: Scans::Bounded,
            seed: 1,
            until: platform.with_world(World::end),
            clock_error: 0,
        };
        let store = Arc::new(Memory::default());
        serve(&platform, store, &run, pending()).await.unwrap();
        platform.journal_failure()
    })
}

#[test]
fn journal_tells_which_of_its_files_is_full() {
    let own = failure_in(Some(full()), None);
    assert!(matches!(own, Some(JournalFailure::Own(_))), "{own:?}");
    let transcript = failure_in(None, Some(full()));
    assert!(matches!(transcript, Some(JournalFailure::Transcript(_))));
    // Without the first, there is no going on.
    let both = failure_in(Some(full()), Some(full()));
    assert!(matches!(both, Some(JournalFailure::Own(_))), "{both:?}");
    assert!(failure_in(None, None).is_none());
}

/// A disk may have room again, but half a line may stand at the end of the file.
#[test]
fn journal_writes_no_more_after_a_failure() {
    let (mut disk, journal) = UnixStream::pair().unwrap();
    for end in [&disk, &journal] {
        end.set_nonblocking(true).unwrap();
    }
    let mut drain = || {
        let mut text = Vec::new();
        // There is no end, but a moment when there is no more.
        let _ = disk.read_to_end(&mut text);
        text.len()
    };
    while (&journal).write(&[0; 1024]).is_ok() {}
    let platform = platform(Some(File::from(OwnedFd::from(journal))), None);
    platform.start();
    assert!(platform.journal_failure().is_some());
    assert!(drain() > 1024);
    platform.start();
    assert_eq!(drain(), 0);
}

/// On a disk of 16 KiB, which the system lets anybody make in a namespace of their own, unless it
/// is set up not to: then there is nothing to see here.
#[test]
fn command_tells_of_a_full_disk_under_its_world() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    fs::create_dir(at.join("disk")).unwrap();
    fs::write(at.join("transcript"), "old").unwrap();
    symlink("disk/world", at.join("store.world")).unwrap();
    let program = command("");
    let script = "mount -t tmpfs -o size=16k tmpfs disk || exit 77
        \"$0\" simulate --groups 4 --days 2 --store sqlite:store --transcript transcript
        code=$?
        cat disk/world
        exit $code";
    let mut unshare = Command::new("unshare");
    unshare.args(["--user", "--map-root-user", "--mount", "sh", "-c", script]);
    unshare.arg(program.get_program()).current_dir(at);
    let Ok(output) = unshare.output() else { return };
    let has_begun = !output.stdout.is_empty();
    if output.status.code() == Some(77) || (!has_begun && said(&output).contains("unshare")) {
        return;
    }
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let words = "error: cannot write 'store.world': No space left on device (os error 28)\n";
    assert_eq!(said(&output), words);
    assert_eq!(fs::read(at.join("transcript")).unwrap(), b"old");
    // It is full to the last byte; a line that is cut is the last one.
    assert_eq!(output.stdout.len(), 16 * 1024);
}
