//! What is written where: nothing that was there is lost, and nothing is left lying about.

use std::fs;
#[cfg(unix)]
use std::process::{Command, Stdio};

#[cfg(unix)]
use crate::signals::{Running, wait_until};
use crate::{SMALL, ends_with, names, run, run_in};

#[test]
fn command_writes_no_output_over_the_store_or_what_belongs_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    // Neither before there is a store, nor when there is one.
    for run_before in [false, true] {
        if run_before {
            let output = run_in(at, &format!("{SMALL} --store sqlite:store"));
            assert!(output.status.success(), "{output:?}");
        }
        let files = names(at);
        let store = fs::read(at.join("store")).ok();
        let world = fs::read(at.join("store.world")).ok();
        for flag in ["--transcript", "--svg"] {
            for (path, owner) in [
                ("store", "the store"),
                ("./store", "the store"),
                ("store.world", "the world of the store"),
                ("store-wal", "the store's own bookkeeping"),
                ("store-shm", "the store's own bookkeeping"),
                ("store-journal", "the store's own bookkeeping"),
                ("store-lock", "the store's own bookkeeping"),
                ("store-new", "the store's own bookkeeping"),
            ] {
                let arguments = format!("{SMALL} --store sqlite:store {flag} {path}");
                let words = format!("{flag} needs a file of its own; '{path}' is {owner}");
                ends_with(&run_in(at, &arguments), 2, &words);
            }
        }
        assert_eq!(names(at), files);
        assert_eq!(fs::read(at.join("store")).ok(), store);
        assert_eq!(fs::read(at.join("store.world")).ok(), world);
    }
}

#[cfg(unix)]
#[test]
fn command_knows_a_file_by_its_other_names() {
    use std::os::unix::fs::symlink;

    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    assert!(
        run_in(at, &format!("{SMALL} --store sqlite:store"))
            .status
            .success()
    );
    fs::hard_link(at.join("store"), at.join("hard")).unwrap();
    symlink("store", at.join("soft")).unwrap();
    symlink("new", at.join("dangling")).unwrap();
    let files = names(at);
    let store = fs::read(at.join("store")).unwrap();
    for arguments in [
        "--store sqlite:store --svg hard",
        "--store sqlite:store --svg soft",
        "--store sqlite:soft --svg store-wal",
        "--store sqlite:hard --svg store",
        "--svg store --transcript hard",
        "--svg new --transcript dangling",
        "--svg new --transcript ./new",
    ] {
        let output = run_in(at, &format!("{SMALL} {arguments}"));
        ends_with(&output, 2, "needs a file of its own");
    }
    // Nor may the world be the store.
    symlink("other", at.join("other.world")).unwrap();
    let output = run_in(at, &format!("{SMALL} --store sqlite:other"));
    ends_with(&output, 2, "'other.world' is the store");
    fs::remove_file(at.join("other.world")).unwrap();
    assert_eq!(names(at), files);
    assert_eq!(fs::read(at.join("store")).unwrap(), store);
}

/// The shell has emptied it by then, but there is no need to make it worse.
#[cfg(unix)]
#[test]
fn command_does_not_print_into_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let stdout = fs::File::create(folder.path().join("store")).unwrap();
    let mut command = crate::command(&format!("{SMALL} --store sqlite:store"));
    let output = command.current_dir(&folder).stdout(stdout).output();
    ends_with(
        &output.unwrap(),
        2,
        "standard output needs a file of its own",
    );
    assert_eq!(fs::read(folder.path().join("store")).unwrap(), b"");
}

#[test]
fn command_empties_no_output_before_all_is_checked() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for name in ["bad", "transcript", "picture"] {
        fs::write(at.join(name), name.repeat(100)).unwrap();
    }
    let files = names(at);
    for (arguments, words) in [
        ("--store sqlite:bad", "is not a SQLite database"),
        ("--store sqlite:missing/store", "No such file"),
        ("--groups 0", "--groups takes"),
    ] {
        let outputs = "--transcript transcript --svg picture";
        let output = run_in(at, &format!("{SMALL} {arguments} {outputs}"));
        ends_with(&output, 2, words);
    }
    for svg in ["missing/picture", ".", "folder/"] {
        let arguments = format!("{SMALL} --store sqlite:new --transcript transcript --svg {svg}");
        let output = run_in(at, &arguments);
        ends_with(&output, 2, &format!("cannot write '{svg}': "));
    }
    assert_eq!(names(at), files);
    for name in ["bad", "transcript", "picture"] {
        assert_eq!(fs::read_to_string(at.join(name)).unwrap(), name.repeat(100));
    }
}

#[cfg(unix)]
#[test]
fn command_replaces_a_file_behind_a_link_and_keeps_its_mode() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    fs::write(at.join("file"), "old").unwrap();
    fs::set_permissions(at.join("file"), PermissionsExt::from_mode(0o640)).unwrap();
    symlink("file", at.join("link")).unwrap();
    let output = run_in(at, &format!("{SMALL} --transcript link --svg picture"));
    assert!(output.status.success(), "{output:?}");
    let file = fs::symlink_metadata(at.join("file")).unwrap();
    assert!(file.len() > 1000);
    assert_eq!(file.permissions().mode() & 0o777, 0o640);
    assert!(fs::symlink_metadata(at.join("link")).unwrap().is_symlink());
    assert!(
        fs::read_to_string(at.join("picture"))
            .unwrap()
            .ends_with("</svg>\n")
    );
    assert_eq!(names(at), ["file", "link", "picture"]);
}

/// Opened a second time, a file has two ends, and each overwrites what the other wrote.
#[cfg(unix)]
#[test]
fn command_writes_a_transcript_to_standard_output_wherever_that_leads() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("stdout");
    let piped = run(&format!("{SMALL} --transcript /dev/stdout"));
    let whole = String::from_utf8(piped.stdout).unwrap();
    for transcript in ["/dev/stdout", "stdout"] {
        let mut command = crate::command(&format!("{SMALL} --transcript {transcript}"));
        command
            .current_dir(&folder)
            .stdout(fs::File::create(&path).unwrap());
        assert!(command.status().unwrap().success());
        let text = fs::read_to_string(&path).unwrap();
        let (transcript, json) = text.trim_end().rsplit_once('\n').unwrap();
        assert!(whole.starts_with(transcript) && transcript.len() > 1000);
        assert!(json.starts_with('{') && json.ends_with('}'), "{json}");
    }
    assert_eq!(names(folder.path()), ["stdout"]);
}

#[cfg(unix)]
#[test]
fn command_writes_a_transcript_into_a_pipe() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pipe");
    let made = Command::new("mkfifo").arg(&path).status().unwrap();
    assert!(made.success());
    let mut reader = Command::new("cat");
    let reader = reader.arg(&path).stdout(Stdio::piped()).spawn().unwrap();
    let mut command = crate::command(&format!("{SMALL} --transcript pipe"));
    command.current_dir(&folder).stdout(Stdio::null());
    let mut running = Running(command.spawn().unwrap());
    // Whoever opens a pipe twice may wait for ever.
    wait_until(|| running.0.try_wait().unwrap().is_some());
    assert!(running.0.wait().unwrap().success());
    assert!(reader.wait_with_output().unwrap().stdout.len() > 1000);
    assert_eq!(names(folder.path()), ["pipe"]);
}

/// macOS allows no such names.
#[cfg(target_os = "linux")]
#[test]
fn command_takes_paths_that_are_not_utf8() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};

    let folder = tempfile::tempdir().unwrap();
    let mut command = crate::command(SMALL);
    command.current_dir(&folder);
    for (flag, path) in [
        (&b"--store"[..], &b"sqlite:store\xff"[..]),
        (b"--transcript", b"transcript\xff"),
        (b"--svg", b"picture\xff"),
    ] {
        command.args([flag, path].map(OsStr::from_bytes));
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    for name in [
        &b"store\xff"[..],
        b"store\xff.world",
        b"transcript\xff",
        b"picture\xff",
    ] {
        let file = fs::metadata(folder.path().join(OsStr::from_bytes(name)));
        assert!(file.unwrap().len() > 0);
    }
    // And the lock of the store.
    assert_eq!(names(folder.path()).len(), 5);
    let mut inspect = crate::command("inspect --store");
    inspect
        .arg(OsStr::from_bytes(b"sqlite:store\xff"))
        .current_dir(&folder);
    assert!(inspect.output().unwrap().status.success());
}

/// A name may hold a line break or take over the terminal.
#[test]
fn command_stays_in_one_line_whatever_it_quotes() {
    let mut command = crate::command("simulate --transcript");
    let output = command.arg("no\nsuch\x1b[2Jfolder/file").output().unwrap();
    ends_with(&output, 2, "no\u{fffd}such\u{fffd}[2Jfolder/file");
}
