//! Both ends of the real protocol, as processes that talk over the loopback.

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    net::TcpListener,
    path::Path,
    process::{Child, ChildStderr, ChildStdout, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::Value;

use super::{command, ends_with, run, run_in, said};

/// A process that is ended with the test.
struct Process {
    child: Child,
    stdout: BufReader<ChildStdout>,
    stderr: Option<ChildStderr>,
}

impl Process {
    fn start(command: &mut Command) -> Self {
        let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let stderr = child.stderr.take();
        Self {
            child,
            stdout,
            stderr,
        }
    }

    /// Where it listens.
    fn address(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        let address = line.trim_end().strip_prefix("listening on ");
        address.unwrap_or_else(|| panic!("{line}")).to_owned()
    }

    fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(self.child.id().try_into().unwrap());
        kill(pid, signal).unwrap();
    }

    /// Its exit code, and the rest of what it said.
    fn end(mut self) -> (Option<i32>, String, String) {
        let (mut stdout, mut stderr) = (String::new(), String::new());
        self.stdout.read_to_string(&mut stdout).unwrap();
        let mut piped = self.stderr.take().unwrap();
        piped.read_to_string(&mut stderr).unwrap();
        (self.child.wait().unwrap().code(), stdout, stderr)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn bot(url: &str, store: &Path, more: &str) -> Command {
    let mut bot = command(&format!(
        "bot --connect {url} --token T --owner 1 {more} --store"
    ));
    bot.arg(format!("sqlite:{}", store.display()));
    bot
}

/// A day, ten thousand times as fast: nine seconds of real time, since sockets know no other. The bot is killed
/// and started again in the middle of it.
#[test]
fn command_bot_and_world_agree_after_a_day_and_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("bot.db");
    let mut world = Process::start(&mut command(
        "serve --token T --groups 3 --members 8 --days 1 --speed 10000 --faults 0 --json",
    ));
    let url = world.address();
    let first = Process::start(&mut bot(&url, &store, "--speed 10000"));
    thread::sleep(Duration::from_secs(4));
    first.signal(Signal::SIGKILL);
    drop(first);
    let second = Process::start(&mut bot(&url, &store, "--speed 10000 --json"));
    let (code, told, errors) = world.end();
    assert_eq!(code, Some(0), "{told} {errors}");
    let told: Value = serde_json::from_str(told.trim()).unwrap();
    assert_eq!(
        (&told["violations"], &told["joined"]),
        (&Value::Array(vec![]), &24.into()),
        "{told}"
    );
    assert!(told["verified"].as_u64() > Some(6), "{told}");
    second.signal(Signal::SIGTERM);
    let (code, standing, errors) = second.end();
    assert_eq!(code, Some(0), "{standing} {errors}");
    let standing: Value = serde_json::from_str(standing.trim()).unwrap();
    assert_eq!(standing["joined"], told["joined"], "{standing} {told}");
}

/// What happens to one person, step by step, as another bot's authors would write it down.
const SCRIPT: &str = r#"
# The bot asks who it is and where.
{"on": {"action": "get_group_list"}, "answer": {"data": [{"group_id": "7", "group_name": "seven"}]}}
{"expect": {"action": "get_group_member_list", "params": {"group_id": 7}}}
{"event": {"post_type": "notice", "notice_type": "group_increase", "sub_type": "approve", "group_id": 7, "user_id": "101"}}
{"expect": {"action": "set_group_ban", "params": {"group_id": 7, "user_id": 101, "duration": 2591999}}}
{"expect": {"action": "send_group_msg", "params": {"group_id": 7}, "to": [101], "says": "code"}, "keep": "code"}
{"event": {"post_type": "message", "message_type": "private", "user_id": 101, "message": "wrong"}}
{"forbid": {"action": "set_group_ban"}, "for_ms": 100}
{"event": {"post_type": "message", "message_type": "private", "user_id": 101, "message": [{"type": "text", "data": {"text": " {code} "}}]}}
{"expect": {"action": "set_group_ban", "params": {"group_id": 7, "user_id": 101, "duration": 0}}}
{"expect": {"action": "send_private_msg", "params": {"user_id": 101}, "says": "Thank you"}}
{"expect": {"action": "delete_msg"}}
{"disconnect": true}
{"expect": {"action": "get_group_member_list"}, "within_ms": 9000}
"#;

fn scripted(script: &str) -> (Option<i32>, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("script.jsonl");
    fs::write(&file, script).unwrap();
    let mut world = command("serve --token T --scripted");
    let mut world = Process::start(world.arg(&file));
    let url = world.address();
    let _bot = Process::start(&mut bot(&url, &folder.path().join("bot.db"), ""));
    world.end()
}

#[test]
fn command_serve_plays_a_script_for_a_bot() {
    let (code, told, errors) = scripted(SCRIPT);
    assert_eq!((code, told.as_str()), (Some(0), "13 steps\n"), "{errors}");
}

#[test]
fn command_serve_says_at_which_line_a_bot_did_something_else() {
    let expects = SCRIPT.replace("2591999", "60").replace(
        "\"duration\": 60}}}",
        "\"duration\": 60}}, \"within_ms\": 300}",
    );
    let (code, _, errors) = scripted(&expects);
    assert_eq!(code, Some(1), "{errors}");
    assert!(
        errors.starts_with("error: line 6: no such call within 300ms; there were"),
        "{errors}"
    );
    let forbids = SCRIPT.replace("\"wrong\"", "\"{code}\"");
    let (code, _, errors) = scripted(&forbids);
    assert_eq!(code, Some(1), "{errors}");
    assert!(errors.starts_with("error: line 9: "), "{errors}");
}

#[test]
fn command_bot_listens_for_a_world_that_connects() {
    let folder = tempfile::tempdir().unwrap();
    let mut bot = command("bot --listen 127.0.0.1:0 --token T --owner 1 --json --store");
    let store = format!("sqlite:{}", folder.path().join("bot.db").display());
    let mut bot = Process::start(bot.arg(store));
    let url = bot.address();
    let script = folder.path().join("script.jsonl");
    fs::write(&script, SCRIPT).unwrap();
    let mut world = command(&format!("serve --token T --connect {url} --scripted"));
    let world = Process::start(world.arg(&script));
    let (code, told, errors) = world.end();
    assert_eq!((code, told.as_str()), (Some(0), "13 steps\n"), "{errors}");
    bot.signal(Signal::SIGTERM);
    let asked = Instant::now();
    let (code, standing, errors) = bot.end();
    assert_eq!(code, Some(0), "{errors}");
    assert!(
        asked.elapsed() < Duration::from_secs(1),
        "{:?}",
        asked.elapsed()
    );
    let standing: Value = serde_json::from_str(standing.trim()).unwrap();
    assert_eq!(
        (&standing["joined"], &standing["verified"]),
        (&1.into(), &1.into())
    );
}

#[test]
fn command_bot_and_serve_say_what_they_take() {
    ends_with(
        &run("bot --owner 1"),
        2,
        "--connect URL or --listen ADDRESS",
    );
    ends_with(&run("bot --connect ws://127.0.0.1:1"), 2, "--owner ID");
    for (arguments, words) in [
        (
            "bot --owner 1 --connect http://x",
            "--connect takes an address such as ws://127.0.0.1:6700/, not 'http://x'",
        ),
        (
            "bot --owner 0 --connect ws://x",
            "--owner takes a number from 1",
        ),
        (
            "serve --listen here",
            "--listen takes an address such as 127.0.0.1:6700, not 'here'",
        ),
        (
            "serve --speed 0",
            "--speed takes a number from 0.001 to 10000, not '0'",
        ),
        (
            "serve --token \u{e9}",
            "--token takes visible ASCII characters",
        ),
        ("serve --texts missing.json", "--texts 'missing.json': "),
    ] {
        ends_with(&run(arguments), 2, words);
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("script"),
        "\n{\"wait_ms\": 1}\n{\"wait\": 1}",
    )
    .unwrap();
    ends_with(
        &run_in(folder.path(), "serve --scripted script"),
        2,
        "--scripted 'script', line 3: ",
    );
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    ends_with(
        &run(&format!("serve --listen {address}")),
        2,
        &address.to_string(),
    );
}

#[test]
fn command_bot_ends_if_its_token_is_refused() {
    let mut world = Process::start(&mut command("serve --token secret"));
    let url = world.address();
    let output = command(&format!("bot --connect {url} --token wrong --owner 1"))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        said(&output).contains("the token was refused (HTTP 403 Forbidden)"),
        "{}",
        said(&output)
    );
    assert!(!said(&output).contains("wrong"), "{}", said(&output));
}
