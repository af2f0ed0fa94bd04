//! What people see while they wait.

use std::{fs, io::Read, process::Stdio};

use nix::pty::{Winsize, openpty};

use crate::command;

/// What a terminal of 40 columns gets to see on standard error.
#[test]
fn command_keeps_its_progress_on_one_line_and_wipes_it() {
    let size = Winsize {
        ws_row: 24,
        ws_col: 40,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    let terminal = openpty(&size, None).unwrap();
    let mut command = command("--groups 2 --days 1 --no-timeline");
    command.env("TERM", "xterm").stdout(Stdio::null());
    let mut child = command.stderr(terminal.slave).spawn().unwrap();
    // Closes our copy of the terminal's other end, so that reading ends with the program.
    drop(command);
    let mut seen = Vec::new();
    // On Linux the end of a terminal is an error.
    let _ = fs::File::from(terminal.master).read_to_end(&mut seen);
    assert!(child.wait().unwrap().success());
    let seen = String::from_utf8(seen).unwrap();
    assert!(seen.contains("day 1 12:00:00  "), "{seen:?}");
    assert!(!seen.contains('\n'), "{seen:?}");
    // Each line is written with wrapping turned off.
    assert_eq!(
        seen.matches("calls, ").count(),
        seen.matches("\x1b[?7l").count()
    );
    assert_eq!(
        seen.matches("\x1b[?7h").count(),
        seen.matches("\x1b[?7l").count()
    );
    assert!(seen.ends_with("\r\x1b[K"), "{seen:?}");
}
