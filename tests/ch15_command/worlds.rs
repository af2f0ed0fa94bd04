//! A store and the world beside it go together, however a process was killed between the two.

use std::fs;
#[cfg(unix)]
use std::process::Command;

use async_workbook::ch15_group_verification::store::Sqlite;

use crate::{SMALL, ends_with, names, run_in};

#[test]
fn command_goes_on_wherever_the_making_of_a_store_was_cut_short() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let (store, world) = (at.join("store"), at.join("store.world"));
    let run = || run_in(at, &format!("{SMALL} --store sqlite:store"));
    assert!(run().status.success());
    let whole = fs::read_to_string(&world).unwrap();
    let header = whole.split_inclusive('\n').next().unwrap();
    for length in [
        None,
        Some(0),
        Some(5),
        Some(header.len() - 1),
        Some(header.len()),
    ] {
        fs::remove_file(&store).unwrap();
        fs::remove_file(&world).unwrap();
        drop(Sqlite::open(&store).unwrap());
        if let Some(length) = length {
            fs::write(&world, &header[..length]).unwrap();
        }
        let output = run();
        assert!(output.status.success(), "{length:?}: {output:?}");
        assert_eq!(fs::read_to_string(&world).unwrap(), whole);
    }
}

#[test]
fn command_touches_no_file_that_is_not_the_world_of_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let (store, world) = (at.join("store"), at.join("store.world"));
    let arguments = format!("{SMALL} --store sqlite:store");
    assert!(run_in(at, &arguments).status.success());
    let whole = fs::read(&world).unwrap();
    let kept = fs::read(&store).unwrap();
    for (text, words) in [
        (&b"somebody's notes, without an end"[..], "is not the world"),
        (b"\xff\xfe", "is not the world"),
        (
            b"# --seed 2 --groups 9\nhalf a line",
            "was made with --seed 2 --groups 9",
        ),
        (b"", "one of them is missing"),
    ] {
        fs::write(&world, text).unwrap();
        ends_with(&run_in(at, &arguments), 2, words);
        assert_eq!(fs::read(&world).unwrap(), text);
        assert_eq!(fs::read(&store).unwrap(), kept);
    }
    assert_eq!(names(at), ["store", "store-lock", "store.world"]);
    // Nor is a store, or a lock, made for a world that misses its own.
    fs::write(&world, &whole).unwrap();
    for name in ["store", "store-lock"] {
        fs::remove_file(at.join(name)).unwrap();
    }
    ends_with(&run_in(at, &arguments), 2, "one of them is missing");
    assert_eq!(fs::read(&world).unwrap(), whole);
    assert_eq!(names(at), ["store.world"]);
    fs::remove_file(&world).unwrap();
    fs::create_dir(&world).unwrap();
    ends_with(&run_in(at, &arguments), 2, "is not the world");
    assert_eq!(names(at), ["store.world"]);
}

#[test]
fn command_refuses_a_store_that_another_process_serves() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let arguments = format!("{SMALL} --store sqlite:store");
    assert!(run_in(at, &arguments).status.success());
    let world = fs::File::open(at.join("store.world")).unwrap();
    world.lock().unwrap();
    ends_with(&run_in(at, &arguments), 2, "is locked by another process");
    drop(world);
    let store = Sqlite::open(&at.join("store")).unwrap();
    let words = format!("is in use by process {}", std::process::id());
    ends_with(&run_in(at, &arguments), 2, &words);
    drop(store);
    assert!(run_in(at, &arguments).status.success());
}

/// Codes stand in it.
#[cfg(unix)]
#[test]
fn command_keeps_its_world_to_itself() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    assert!(
        run_in(at, &format!("{SMALL} --store sqlite:store"))
            .status
            .success()
    );
    let world = fs::metadata(at.join("store.world")).unwrap();
    assert_eq!(world.permissions().mode() & 0o777, 0o600);
}

/// What is no store is refused before a lock or a world is made for it.
#[test]
fn command_leaves_no_litter_beside_what_is_no_store() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    fs::create_dir(at.join("folder")).unwrap();
    fs::write(at.join("notes"), "no store").unwrap();
    for (path, words) in [
        ("folder", "store 'folder' cannot be used: it is not a file"),
        ("notes", "store 'notes' is not a SQLite database"),
        ("notes/store", "store 'notes/store' cannot be used: "),
        ("no/store", "store 'no/store' cannot be used: "),
    ] {
        for command in [SMALL, "inspect"] {
            let output = run_in(at, &format!("{command} --store sqlite:{path}"));
            let missing = command == "inspect" && path == "no/store";
            let words = if missing { "does not exist" } else { words };
            ends_with(&output, 2, words);
        }
    }
    assert_eq!(names(at), ["folder", "notes"]);
}

/// They are no files, or none can be made there; merely to open a FIFO would take for ever.
#[cfg(unix)]
#[test]
fn command_refuses_links_to_nowhere_pipes_and_devices_as_stores() {
    use std::os::unix::fs::symlink;

    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    symlink("gone", at.join("link")).unwrap();
    let mut mkfifo = Command::new("mkfifo");
    assert!(mkfifo.arg(at.join("pipe")).status().unwrap().success());
    for (path, words) in [
        ("link", "it is a link that leads nowhere"),
        ("pipe", "it is not a file"),
        ("/dev/null", "it is not a file"),
    ] {
        for command in [SMALL, "inspect"] {
            let output = run_in(at, &format!("{command} --store sqlite:{path}"));
            let words = format!("store '{path}' cannot be used: {words}");
            ends_with(&output, 2, &words);
        }
    }
    assert_eq!(names(at), ["link", "pipe"]);
}

/// Whoever may do everything, as root may, will not see that.
#[cfg(unix)]
#[test]
fn command_says_what_it_may_not_read() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    fs::create_dir(at.join("folder")).unwrap();
    let store = at.join("folder/store");
    drop(Sqlite::open(&store).unwrap());
    for closed in [&store, &at.join("folder")] {
        let forbid = |mode| fs::set_permissions(closed, PermissionsExt::from_mode(mode));
        forbid(0).unwrap();
        if fs::File::open(&store).is_ok() {
            return;
        }
        for command in [SMALL, "inspect"] {
            let output = run_in(at, &format!("{command} --store sqlite:folder/store"));
            let words = "store 'folder/store' cannot be used: Permission denied";
            ends_with(&output, 2, words);
        }
        forbid(0o700).unwrap();
    }
}

/// To `SQLite` they would be an address and a database in memory.
#[cfg(unix)]
#[test]
fn command_takes_the_path_of_a_store_as_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for path in [":memory:", "file:x?mode=memory"] {
        for arguments in [SMALL, "inspect"] {
            let output = run_in(at, &format!("{arguments} --store sqlite:{path}"));
            assert!(output.status.success(), "{output:?}");
        }
        for ending in ["", "-lock", ".world"] {
            fs::remove_file(at.join(format!("{path}{ending}"))).unwrap();
        }
    }
    assert!(names(at).is_empty());
}
