//! The stores keep what they are given, and refuse what is not theirs without touching it.

use std::{
    collections::BTreeMap,
    env,
    fs::{self, File},
    io::{BufRead, BufReader},
    panic::AssertUnwindSafe,
    path::{Path, PathBuf},
    pin::pin,
    process::{self, Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use async_workbook::ch15_group_verification::{
    model::{Code, GroupId, Member, MessageId, Status, Step, Steps, Timestamp, UserId},
    roster::Roster,
    store::{BlockingStore, Memory, OffThread, Problem, Sqlite, Store, StoreError, digest},
};
use futures::{FutureExt, future::join_all};
use proptest::{collection::vec, option, prelude::*, sample::select};

fn member(user: u64, status: Status) -> Member {
    Member {
        user: UserId(user),
        status,
        stay: 4,
        code: Code::from_random_bytes([7; 16]),
        joined: Timestamp(1_750_000_000_000),
        as_of: Timestamp(1_750_000_002_000),
        warnings: 2,
        told: Some(Timestamp(1_750_000_001_000)),
        greeting: user.is_multiple_of(2).then_some(MessageId(u64::MAX)),
        stale: [0, 11, u64::MAX - 1].map(MessageId).into(),
        owed: Steps::of(&[Step::Mute, Step::Welcome]),
    }
}

fn fill(store: &dyn BlockingStore) {
    for (user, status) in (1..).zip(Status::ALL) {
        store.save(GroupId(9), vec![member(user, status)]).unwrap();
    }
    let both = vec![member(3, Status::Pending), member(u64::MAX, Status::Left)];
    store.save(GroupId(u64::MAX), both).unwrap();
    store
        .save(GroupId(9), vec![member(1, Status::Left)])
        .unwrap();
    store.meet(GroupId(9), Timestamp(5)).unwrap();
    store.meet(GroupId(9), Timestamp(6)).unwrap();
    store.meet(GroupId(2), Timestamp(u64::MAX)).unwrap();
}

/// Everything in a store.
fn all(store: &impl BlockingStore) -> BTreeMap<GroupId, Roster> {
    let groups = store.groups().unwrap().into_iter();
    groups
        .map(|group| (group, store.load(group).unwrap()))
        .collect()
}

#[test]
fn stores_give_back_what_they_were_given() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let memory = Memory::default();
    fill(&memory);
    fill(&Sqlite::open(&path).unwrap());
    for sqlite in [Sqlite::open(&path), Sqlite::open_read_only(&path)] {
        let sqlite = sqlite.unwrap();
        let groups = [2, 9, u64::MAX].map(GroupId);
        assert_eq!(sqlite.groups().unwrap(), groups);
        assert_eq!(all(&sqlite), all(&memory));
        assert_eq!(sqlite.load(GroupId(9)).unwrap().since, Some(Timestamp(5)));
        assert_eq!(sqlite.load(GroupId(100)).unwrap(), Roster::default());
        assert_eq!(digest(&sqlite), digest(&memory));
    }
}

fn any_member() -> impl Strategy<Value = Member> {
    let moments = (any::<u64>(), any::<u64>(), any::<Option<u64>>());
    let case = (select(&Status::ALL[..]), any::<u32>(), any::<[u8; 16]>());
    let messages = (option::of(any::<u64>()), vec(any::<u64>(), 0..5));
    let done = (any::<u8>(), 0..16_u8);
    (any::<u64>(), case, moments, messages, done).prop_map(
        |(
            user,
            (status, stay, code),
            (joined, as_of, told),
            (greeting, stale),
            (warnings, owed),
        )| {
            Member {
                user: UserId(user),
                status,
                stay,
                code: Code::from_random_bytes(code),
                joined: Timestamp(joined),
                as_of: Timestamp(as_of),
                warnings,
                told: told.map(Timestamp),
                greeting: greeting.map(MessageId),
                stale: stale.into_iter().map(MessageId).collect(),
                owed: Steps::from_bits(owed).unwrap(),
            }
        },
    )
}

#[test]
fn stores_give_back_any_member() {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(&folder.path().join("store")).unwrap();
    let group = Mutex::new(0);
    proptest!(|(members in vec(any_member(), 0..50))| {
        let mut group = group.lock().unwrap();
        *group += 1;
        store.save(GroupId(*group), members.clone()).unwrap();
        // Should a user be drawn twice, the later wins.
        prop_assert_eq!(store.load(GroupId(*group)).unwrap(), Roster::from_iter(members));
    });
}

/// What version 1 wrote, to the letter.
const VERSION_1: &str = "CREATE TABLE member (
        group_id INTEGER NOT NULL, user_id INTEGER NOT NULL, status TEXT NOT NULL,
        code TEXT NOT NULL, joined INTEGER NOT NULL, warnings INTEGER NOT NULL, warned INTEGER,
        greeting INTEGER, owed INTEGER NOT NULL, PRIMARY KEY (group_id, user_id)
    ) STRICT, WITHOUT ROWID;
    PRAGMA application_id = 0x61776776; PRAGMA user_version = 1; PRAGMA journal_mode = WAL;";

/// A store of version 1, and what its members are now.
fn version_1(path: &Path) -> Vec<Member> {
    let steps = |bits| Steps::from_bits(bits).unwrap();
    let was = |user, status, warnings, warned: Option<u64>, greeting: Option<u64>, owed: u8| {
        let null = |value: Option<u64>| value.map_or("NULL".into(), |value| value.to_string());
        let (warned, greeting) = (null(warned), null(greeting));
        let status = Status::name(status);
        format!(
            "INSERT INTO member VALUES (7, {user}, '{status}', '{}', {}, {warnings}, {warned},
            {greeting}, {owed});",
            Code::from_random_bytes([7; 16]),
            100 + user,
        )
    };
    let is = |user, status, owed| Member {
        user: UserId(user),
        status,
        stay: 1,
        code: Code::from_random_bytes([7; 16]),
        joined: Timestamp(100 + user),
        as_of: Timestamp(100 + user),
        warnings: 0,
        told: Some(Timestamp(100 + user)),
        greeting: None,
        stale: Box::default(),
        owed: steps(owed),
    };
    let (pending, verified) = (Status::Pending, Status::Verified);
    let (rows, members): (Vec<_>, Vec<_>) = [
        // Just joined: nobody has told them anything yet.
        (
            was(1, pending, 0, None, None, 0b11),
            Member {
                told: None,
                ..is(1, pending, 0b11)
            },
        ),
        // Greeted.
        (
            was(2, pending, 0, None, Some(50), 0),
            Member {
                greeting: Some(MessageId(50)),
                ..is(2, pending, 0)
            },
        ),
        // Warned.
        (
            was(3, pending, 2, Some(900), Some(51), 0),
            Member {
                greeting: Some(MessageId(51)),
                warnings: 2,
                told: Some(Timestamp(900)),
                as_of: Timestamp(900),
                ..is(3, pending, 0)
            },
        ),
        // Warned, though the platform refused to greet: the case begins anew.
        (
            was(4, pending, 3, Some(900), None, 0),
            Member {
                told: None,
                as_of: Timestamp(900),
                ..is(4, pending, 0b10)
            },
        ),
        // Let in, and the bot owed them everything that can be owed.
        (
            was(5, verified, 0, None, Some(52), 0b1_1100),
            Member {
                stale: [MessageId(52)].into(),
                ..is(5, verified, 0b1100)
            },
        ),
        (
            was(6, Status::Left, 1, Some(901), None, 0),
            Member {
                warnings: 1,
                told: Some(Timestamp(901)),
                as_of: Timestamp(901),
                ..is(6, Status::Left, 0)
            },
        ),
    ]
    .into_iter()
    .unzip();
    // The upper half of all message ids was stored as negative numbers.
    let last = was(8, Status::Left, 0, None, None, 16).replace("NULL, 16", "-1, 16");
    let last_is = Member {
        stale: [MessageId(u64::MAX)].into(),
        ..is(8, Status::Left, 0)
    };
    drop(sqlite(
        path,
        &(VERSION_1.to_owned() + &rows.concat() + &last),
    ));
    members.into_iter().chain([last_is]).collect()
}

#[test]
fn stores_of_version_1_are_brought_up_to_date() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let mut roster = Roster::from_iter(version_1(&path));
    roster.since = Some(Timestamp(101));
    let expected = BTreeMap::from([(GroupId(7), roster)]);

    // To look at it changes nothing.
    let before = files(folder.path());
    assert_eq!(all(&Sqlite::open_read_only(&path).unwrap()), expected);
    assert_eq!(files(folder.path()), before);

    assert_eq!(all(&Sqlite::open(&path).unwrap()), expected);
    let version = "PRAGMA user_version";
    let version = sqlite(&path, "").query_row(version, [], |row| row.get(0));
    assert_eq!(version, Ok(2));
    assert_eq!(all(&Sqlite::open(&path).unwrap()), expected);
}

/// What opening this file says; whatever it is, the file stays as it was.
fn refusal(path: &Path) -> Problem {
    let before = fs::read(path).unwrap();
    let problem = Sqlite::open(path).unwrap_err().problem;
    assert_eq!(fs::read(path).unwrap(), before, "{problem}");
    problem
}

fn sqlite(path: &Path, sql: &str) -> rusqlite::Connection {
    let connection = rusqlite::Connection::open(path).unwrap();
    connection.execute_batch(sql).unwrap();
    connection
}

#[test]
fn stores_refuse_what_is_not_theirs() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);

    fs::write(path("text"), "Dear diary,\n".repeat(100)).unwrap();
    assert_eq!(refusal(&path("text")), Problem::NotADatabase);
    fs::write(path("short"), "x").unwrap();
    assert_eq!(refusal(&path("short")), Problem::NotADatabase);

    let foreign = "PRAGMA journal_mode = WAL; CREATE TABLE t (x)";
    drop(sqlite(&path("foreign"), foreign));
    assert_eq!(refusal(&path("foreign")), Problem::Foreign(0));
    // They would not know what a file beside theirs is for.
    assert_eq!(files(folder.path()).len(), 3);

    drop(Sqlite::open(&path("newer")).unwrap());
    drop(sqlite(&path("newer"), "PRAGMA user_version = 7"));
    let found = Problem::OtherVersion { found: 7, known: 2 };
    assert_eq!(refusal(&path("newer")), found);
    let reading = Sqlite::open_read_only(&path("newer"));
    assert_eq!(reading.unwrap_err().problem, found);

    drop(Sqlite::open(&path("emptied")).unwrap());
    drop(sqlite(&path("emptied"), "DROP TABLE member"));
    assert!(matches!(refusal(&path("emptied")), Problem::Corrupt(_)));

    drop(Sqlite::open(&path("odd")).unwrap());
    let sql = "INSERT INTO member VALUES (1, 1, 'happy', 1, 'x', 0, 0, 0, NULL, NULL, '', 0)";
    drop(sqlite(&path("odd"), sql));
    assert!(matches!(refusal(&path("odd")), Problem::Corrupt(_)));

    // Only what has become of it shows that it was odd.
    let sql = "INSERT INTO member VALUES (1, 1, 'happy', 'x', 0, 0, NULL, NULL, 0)";
    drop(sqlite(&path("old and odd"), &(VERSION_1.to_owned() + sql)));
    assert!(matches!(refusal(&path("old and odd")), Problem::Corrupt(_)));

    fill(&Sqlite::open(&path("damaged")).unwrap());
    let mut bytes = fs::read(path("damaged")).unwrap();
    let half = bytes.len() / 2;
    bytes[half..].fill(0x5a);
    fs::write(path("damaged"), bytes).unwrap();
    assert!(matches!(refusal(&path("damaged")), Problem::Corrupt(_)));

    drop(Sqlite::open(&path("read-only")).unwrap());
    let mut permissions = fs::metadata(path("read-only")).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(path("read-only"), permissions).unwrap();
    assert_eq!(refusal(&path("read-only")), Problem::ReadOnly);
    Sqlite::open_read_only(&path("read-only")).unwrap();

    // By another program; it takes half a second until that is certain.
    drop(Sqlite::open(&path("locked")).unwrap());
    let writer = sqlite(&path("locked"), "BEGIN IMMEDIATE");
    assert_eq!(refusal(&path("locked")), Problem::Locked { holder: None });
    drop(writer);
    Sqlite::open(&path("locked")).unwrap();

    let reading = Sqlite::open_read_only(&path("nowhere"));
    assert_eq!(reading.unwrap_err().problem, Problem::Missing);
}

#[test]
fn stores_keep_all_of_a_change_or_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let store = Sqlite::open(&path).unwrap();
    let refuse_13 = "CREATE TRIGGER unlucky BEFORE INSERT ON member WHEN NEW.user_id = 13
        BEGIN SELECT RAISE(ABORT, 'unlucky'); END";
    drop(sqlite(&path, refuse_13));
    let [lucky, unlucky] = [12, 13].map(|user| member(user, Status::Pending));
    let both = vec![lucky.clone(), unlucky.clone()];
    store.save(GroupId(1), both).unwrap_err();
    let saves = [(GroupId(1), vec![lucky]), (GroupId(2), vec![unlucky])];
    store.save_all(&saves).unwrap_err();
    assert_eq!(all(&store), BTreeMap::new());
}

/// The files of a folder.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let content = |path: &Path| fs::read(path).unwrap_or_default();
    paths.map(|path| (path.clone(), content(&path))).collect()
}

/// Copies a store and what stands beside it, as a crash at this moment would leave it on disk.
fn crash(store: &Path, companion: &str, to: &Path) {
    let beside = |path: &Path| PathBuf::from(format!("{}-{companion}", path.display()));
    assert!(fs::copy(store, to).unwrap() > 0);
    assert!(fs::copy(beside(store), beside(to)).unwrap() > 0);
}

#[test]
fn stores_recover_what_a_crash_left_in_a_journal() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let store = Sqlite::open(&path("store")).unwrap();
    fill(&store);
    let expected = all(&store);
    // What was committed stands in the log alone.
    crash(&path("store"), "wal", &path("in log"));
    crash(&path("store"), "wal", &path("in log too"));
    drop(store);
    // So large a change that the file was overwritten before it was complete.
    let change = "PRAGMA journal_mode = DELETE; PRAGMA cache_size = 1; BEGIN IMMEDIATE;
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
        INSERT OR REPLACE INTO member SELECT 9, i, 'x', 1, 'x', 0, 0, 0, NULL, NULL, '', 0 FROM n";
    let unfinished = sqlite(&path("store"), change);
    crash(&path("store"), "journal", &path("half"));
    crash(&path("store"), "journal", &path("half too"));
    drop(unfinished);

    for name in ["in log", "half"] {
        let store = Sqlite::open_read_only(&path(name)).unwrap();
        assert_eq!(all(&store), expected, "{name}");
        drop(store);
        let store = Sqlite::open(&path(&format!("{name} too"))).unwrap();
        assert_eq!(all(&store), expected, "{name}");
    }
    let names = ["store", "in log", "in log too", "half", "half too"];
    let locks = ["store-lock", "in log too-lock", "half too-lock"];
    let expected: Vec<_> = names.into_iter().chain(locks).map(path).collect();
    let mut left: Vec<_> = files(folder.path()).into_keys().collect();
    left.retain(|path| !expected.contains(path));
    assert!(left.is_empty(), "{left:?}");
}

/// What version 1 left if it was killed while it made a store: the file, whole or not, and a
/// journal that says that it was empty before.
#[test]
fn stores_begin_anew_where_version_1_was_killed_while_making_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    // Who is in it shows whether the journal was heeded.
    let schema = VERSION_1.trim_end_matches("PRAGMA journal_mode = WAL;");
    let row = "INSERT INTO member VALUES (7, 7, 'left', '', 0, 0, NULL, NULL, 0);";
    drop(sqlite(&path, &format!("{schema} {row}")));
    let (pages, sector, page) = ([0; 4], 512_u32.to_be_bytes(), 4096_u32.to_be_bytes());
    let (magic, records, nonce) = (b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7", [0; 4], [0; 4]);
    let mut journal = [&magic[..], &records, &nonce, &pages, &sector, &page].concat();
    journal.resize(512, 0);
    fs::write(folder.path().join("store-journal"), journal).unwrap();
    let store = Sqlite::open(&path).unwrap();
    assert_eq!(store.groups().unwrap(), []);
    fill(&store);
}

#[test]
fn stores_do_not_take_over_the_journal_of_a_deleted_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let store = Sqlite::open(&path("old")).unwrap();
    fill(&store);
    crash(&path("old"), "wal", &path("store"));
    fs::remove_file(path("store")).unwrap();
    assert_eq!(all(&Sqlite::open(&path("store")).unwrap()), BTreeMap::new());
}

/// Runs [`child`] in a process of its own.
fn process_that(part: &str, path: &Path) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command
        .args(["--exact", "child", "--ignored", "--nocapture"])
        .env("PART", part)
        .env("STORE", path)
        .stdout(Stdio::piped());
    command
}

#[test]
#[ignore = "a part that other tests give to another process"]
fn child() {
    let path = PathBuf::from(env::var_os("STORE").unwrap());
    match env::var("PART").unwrap().as_str() {
        "make stores" => {
            for number in 0.. {
                Sqlite::open(&path.join(number.to_string())).unwrap();
            }
        }
        "hold" => {
            let _store = Sqlite::open(&path).unwrap();
            println!("\nheld");
            thread::sleep(Duration::from_mins(1));
        }
        "fill" => fill(&Sqlite::open(&path).unwrap()),
        "read" => println!(
            "\nread {:?}",
            Sqlite::open_read_only(&path).map(|store| all(&store))
        ),
        part => panic!("no such part: {part}"),
    }
}

/// A process that does nothing but make stores is killed again and again. Takes most of a
/// second of real time: processes have to start, and to die at different moments.
#[test]
fn stores_are_made_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let mut made = 0;
    for kill in 0..20 {
        let folder = folder.path().join(kill.to_string());
        fs::create_dir(&folder).unwrap();
        let mut child = process_that("make stores", &folder).spawn().unwrap();
        while !folder.join("0").exists() {
            thread::yield_now();
        }
        thread::sleep(Duration::from_micros(777 * kill));
        // SIGKILL, on Unix: nothing can be tidied up.
        child.kill().unwrap();
        child.wait().unwrap();
        let mut last = 0;
        while folder.join(last.to_string()).exists() {
            let store = Sqlite::open_read_only(&folder.join(last.to_string())).unwrap();
            assert_eq!(all(&store), BTreeMap::new());
            last += 1;
        }
        made += last;
        // The last one that is there, and the one that was next.
        for number in [last - 1, last] {
            fill(&Sqlite::open(&folder.join(number.to_string())).unwrap());
        }
        let allowed = |name: &str| name.trim_end_matches("-lock").parse::<u64>().is_ok();
        let files = files(&folder).into_keys();
        let mut names = files.map(|path| path.file_name().unwrap().display().to_string());
        assert_eq!(names.find(|name| !allowed(name)), None);
    }
    assert!(made > 20);
}

#[test]
fn stores_serve_one_bot_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let store = Sqlite::open(&path).unwrap();
    let holder = Some(process::id());
    assert_eq!(
        Sqlite::open(&path).unwrap_err().problem,
        Problem::Locked { holder }
    );
    drop(store);

    let mut child = process_that("hold", &path).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut lines = lines.map(Result::unwrap);
    assert!(lines.any(|line| line == "held"));
    let error = Sqlite::open(&path).unwrap_err();
    let (path_name, id) = (path.display(), child.id());
    let words = format!("store '{path_name}' is in use by process {id}");
    assert_eq!(error.to_string(), words);
    // By whatever way one comes to it.
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&path, folder.path().join("link")).unwrap();
        let error = Sqlite::open(&folder.path().join("link")).unwrap_err();
        assert!(error.to_string().ends_with(&format!("process {id}")));
    }
    assert_eq!(
        all(&Sqlite::open_read_only(&path).unwrap()),
        BTreeMap::new()
    );
    child.kill().unwrap();
    child.wait().unwrap();
    Sqlite::open(&path).unwrap();
}

/// A process that is being started has for a moment everything open that its parent has.
#[cfg(unix)]
#[test]
fn stores_are_free_again_while_processes_are_started() {
    let folder = tempfile::tempdir().unwrap();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                Command::new("true").status().unwrap();
            }
        });
        for _ in 0..30 {
            let opened = Sqlite::open(&folder.path().join("store"));
            done.store(opened.is_err(), Ordering::Relaxed);
            opened.unwrap();
        }
        done.store(true, Ordering::Relaxed);
    });
}

#[test]
fn stores_can_be_read_while_a_bot_writes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let store = Sqlite::open(&path).unwrap();
    fill(&store);
    let reader = Sqlite::open_read_only(&path).unwrap();
    let output = process_that("read", &path).output().unwrap();
    assert!(output.status.success());
    // Neither has tidied up as if it were the last.
    assert!(folder.path().join("store-wal").exists());
    store.meet(GroupId(77), Timestamp(0)).unwrap();
    assert_eq!(all(&reader), all(&store));
    reader.meet(GroupId(78), Timestamp(0)).unwrap_err();
}

#[cfg(unix)]
#[test]
fn stores_are_read_by_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let store = Sqlite::open(&path).unwrap();
    fill(&store);
    let files = files(folder.path()).into_keys();
    let modes: Vec<_> = files
        .map(|path| fs::metadata(path).unwrap().permissions().mode() & 0o777)
        .collect();
    assert_eq!(modes, [0o600; 4]);
}

#[test]
fn stores_are_left_without_a_trace_of_having_been_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    fill(&Sqlite::open(&path).unwrap());
    let before = files(folder.path());
    assert!(before.keys().eq([&path, &folder.path().join("store-lock")]));
    all(&Sqlite::open_read_only(&path).unwrap());
    assert_eq!(files(folder.path()), before);
}

/// What a process says that reads this store in a folder that it may not write to.
#[cfg(unix)]
fn read_in_a_closed_folder(folder: &Path, store: &Path) -> String {
    use std::os::unix::{
        fs::{PermissionsExt, chown},
        process::CommandExt,
    };

    let open = |mode| fs::set_permissions(folder, fs::Permissions::from_mode(mode)).unwrap();
    open(0o555);
    let mut reader = process_that("read", store);
    // To root, no folder is closed; so root becomes somebody else, with a program of their own,
    // since they may not be able to reach this one.
    if File::create(folder.join("root")).is_ok() {
        const NOBODY: u32 = 65534;
        let program = folder.join("program");
        fs::copy(env::current_exe().unwrap(), &program).unwrap();
        let mut nobody = Command::new(program);
        nobody
            .uid(NOBODY)
            .stdout(Stdio::piped())
            .args(reader.get_args());
        nobody.current_dir(folder);
        for (name, value) in reader.get_envs() {
            nobody.env(name, value.unwrap());
        }
        reader = nobody;
        for path in files(folder).into_keys() {
            chown(path, Some(NOBODY), None).unwrap();
        }
    }
    let before: Vec<_> = files(folder).into_keys().collect();
    let output = reader.output().unwrap();
    let after: Vec<_> = files(folder).into_keys().collect();
    open(0o755);
    assert_eq!(before, after);
    let lines = String::from_utf8(output.stdout).unwrap();
    let mut lines = lines.lines();
    let line = lines.find_map(|line| line.strip_prefix("read ")).unwrap();
    line.to_owned()
}

#[cfg(unix)]
#[test]
fn stores_are_read_where_nothing_can_be_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let store = Sqlite::open(&path("healthy")).unwrap();
    fill(&store);
    let expected = format!("Ok({:?})", all(&store));
    crash(&path("healthy"), "wal", &path("crashed"));
    drop(store);
    fs::remove_file(path("healthy-lock")).unwrap();
    version_1(&path("old"));
    let old = format!(
        "Ok({:?})",
        all(&Sqlite::open_read_only(&path("old")).unwrap())
    );

    let read = |name| read_in_a_closed_folder(folder.path(), &path(name));
    assert_eq!(read("healthy"), expected);
    assert_eq!(read("old"), old);
    // Rather nothing than something old.
    let crashed = read("crashed");
    assert!(
        crashed.contains("a crash left it half written"),
        "{crashed}"
    );
}

#[cfg(unix)]
#[test]
fn stores_are_found_under_exactly_their_name() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};

    let folder = tempfile::tempdir().unwrap();
    let names: [&[u8]; 6] = [
        b":memory:",
        b"file:x",
        b"file:y?mode=memory",
        b"a?b#c%41",
        b"no \xff UTF-8",
        b" ",
    ];
    for name in names.map(OsStr::from_bytes) {
        // Names like these mean something else only where they stand alone.
        let mut child = process_that("fill", Path::new(name));
        let output = child.current_dir(folder.path()).output().unwrap();
        assert!(output.status.success(), "{}", name.display());
        let store = Sqlite::open_read_only(&folder.path().join(name)).unwrap();
        assert_eq!(all(&store).len(), 3, "{}", name.display());
    }
    // A store and a lock each.
    assert_eq!(files(folder.path()).len(), 2 * names.len());
}

#[cfg(unix)]
#[test]
fn stores_are_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::create_dir(path("folder")).unwrap();
    std::os::unix::fs::symlink(path("nowhere"), path("dangling")).unwrap();
    std::os::unix::fs::symlink(path("circle"), path("circle")).unwrap();
    let made = Command::new("mkfifo").arg(path("fifo")).status().unwrap();
    assert!(made.success());
    let paths = [
        path("folder"),
        path("dangling"),
        path("circle"),
        path("fifo"),
        path("fifo").join("store"),
        path("nowhere").join("store"),
        PathBuf::from("/dev/null"),
        PathBuf::from("/"),
        PathBuf::new(),
    ];
    let names = || -> Vec<_> {
        let entries = fs::read_dir(folder.path()).unwrap();
        entries.map(|entry| entry.unwrap().file_name()).collect()
    };
    let before = names();
    for path in paths {
        for error in [Sqlite::open(&path), Sqlite::open_read_only(&path)] {
            let words = error.unwrap_err().to_string();
            assert_eq!(words.lines().count(), 1, "{words}");
            assert!(!words.contains("corrupt"), "{words}");
            println!("{words}");
        }
    }
    assert_eq!(names(), before);
    assert!(!Path::new("/dev/null-lock").exists());
    // An empty file is as good as none.
    File::create(path("empty")).unwrap();
    Sqlite::open(&path("empty")).unwrap();
}

/// Writes down who writes together with whom, when it may.
struct Desk {
    written: Mutex<Vec<Vec<u64>>>,
    begun: mpsc::Sender<()>,
    may_go_on: Mutex<mpsc::Receiver<()>>,
}

impl Desk {
    fn write(&self, groups: &[u64]) -> Result<(), StoreError> {
        let _ = self.begun.send(());
        // Not for ever, lest a proof that fails should hang.
        let may_go_on = self.may_go_on.lock().unwrap();
        let _ = may_go_on.recv_timeout(Duration::from_secs(1));
        drop(may_go_on);
        self.written.lock().unwrap().push(groups.to_vec());
        let problem = if groups.contains(&13) {
            Problem::Other("unlucky".into())
        } else if groups.contains(&23) {
            Problem::Locked { holder: None }
        } else {
            assert!(!groups.contains(&17), "so unlucky");
            return Ok(());
        };
        let path = PathBuf::new();
        Err(StoreError { path, problem })
    }
}

impl BlockingStore for Desk {
    fn groups(&self) -> Result<Vec<GroupId>, StoreError> {
        Ok(Vec::new())
    }

    fn load(&self, _group: GroupId) -> Result<Roster, StoreError> {
        self.written.lock().unwrap().push(Vec::new());
        Ok(Roster::default())
    }

    fn save(&self, group: GroupId, _members: Vec<Member>) -> Result<(), StoreError> {
        self.write(&[group.0])
    }

    fn save_all(&self, saves: &[(GroupId, Vec<Member>)]) -> Result<(), StoreError> {
        let groups: Vec<_> = saves.iter().map(|(group, _)| group.0).collect();
        self.write(&groups)
    }

    fn meet(&self, _group: GroupId, _since: Timestamp) -> Result<(), StoreError> {
        Ok(())
    }
}

impl Desk {
    /// A desk, a store that uses it, when a write has begun there, and what keeps it from going on
    /// until it is dropped.
    fn new() -> (
        Arc<Self>,
        OffThread<Self>,
        mpsc::Receiver<()>,
        mpsc::Sender<()>,
    ) {
        let ((begun, has_begun), (go_on, may_go_on)) = (mpsc::channel(), mpsc::channel());
        let desk = Arc::new(Self {
            written: Mutex::default(),
            begun,
            may_go_on: Mutex::new(may_go_on),
        });
        (Arc::clone(&desk), OffThread::new(desk), has_begun, go_on)
    }

    fn written(&self) -> Vec<Vec<u64>> {
        self.written.lock().unwrap().clone()
    }
}

/// Lets these groups save while a save of group 1 is under way. Returns how theirs end (`None` by
/// a panic), and who wrote together with whom.
async fn save_while_busy(groups: &[u64]) -> (Vec<Option<Result<(), Problem>>>, Vec<Vec<u64>>) {
    let (desk, store, has_begun, go_on) = Desk::new();
    let mut first = pin!(store.save(GroupId(1), Vec::new()));
    assert!(futures::poll!(&mut first).is_pending());
    has_begun.recv().unwrap();
    let saves = groups.iter().map(|&group| {
        let save = AssertUnwindSafe(store.save(GroupId(group), Vec::new()));
        let save = save.catch_unwind();
        save.map(|result| Some(result.ok()?.map_err(|error| error.problem)))
    });
    let mut saves = pin!(join_all(saves));
    assert!(futures::poll!(&mut saves).is_pending());
    drop(go_on);
    first.await.unwrap();
    (saves.await, desk.written())
}

#[tokio::test]
async fn stores_write_together_what_had_to_wait() {
    let many: Vec<_> = (101..200).collect();
    let (results, written) = save_while_busy(&many).await;
    assert_eq!(results, vec![Some(Ok(())); 99]);
    assert_eq!(written, [vec![1], many]);
}

#[tokio::test]
async fn stores_let_nobody_suffer_from_the_save_of_another() {
    let (results, written) = save_while_busy(&[12, 13, 17, 18]).await;
    let unlucky = Err(Problem::Other("unlucky".into()));
    let expected = [Some(Ok(())), Some(unlucky), None, Some(Ok(()))];
    assert_eq!(results, expected);
    let alone = [12, 13, 17, 18].map(|group| vec![group]);
    assert_eq!(written[..2], [vec![1], vec![12, 13, 17, 18]]);
    assert_eq!(written[2..], alone);

    // A panic alone does no other harm either.
    let (results, _) = save_while_busy(&[12, 17, 18]).await;
    assert_eq!(results, [Some(Ok(())), None, Some(Ok(()))]);

    // To wait for a lock once is enough.
    let (results, written) = save_while_busy(&[22, 23]).await;
    let locked = Err(Problem::Locked { holder: None });
    assert_eq!(results, [Some(locked.clone()), Some(locked)]);
    assert_eq!(written, [vec![1], vec![22, 23]]);
}

#[tokio::test]
async fn stores_never_write_what_nobody_waits_for_any_more() {
    let (desk, store, has_begun, go_on) = Desk::new();
    let mut first = pin!(store.save(GroupId(1), Vec::new()));
    assert!(futures::poll!(&mut first).is_pending());
    has_begun.recv().unwrap();
    {
        let mut cancelled = pin!(store.save(GroupId(2), Vec::new()));
        assert!(futures::poll!(&mut cancelled).is_pending());
    }
    let mut load = pin!(store.load(GroupId(2)));
    assert!(futures::poll!(&mut load).is_pending());
    let mut last = pin!(store.save(GroupId(3), Vec::new()));
    assert!(futures::poll!(&mut last).is_pending());
    drop(go_on);
    first.await.unwrap();
    load.await.unwrap();
    last.await.unwrap();
    assert_eq!(desk.written(), [vec![1], vec![], vec![3]]);
}

/// Takes 20 ms of real time, in which nothing may happen.
#[tokio::test]
async fn stores_end_a_cancelled_write_before_the_next_begins() {
    let (desk, store, has_begun, go_on) = Desk::new();
    {
        let mut cancelled = pin!(store.save(GroupId(1), Vec::new()));
        assert!(futures::poll!(&mut cancelled).is_pending());
        has_begun.recv().unwrap();
    }
    let mut second = pin!(store.save(GroupId(2), Vec::new()));
    assert!(futures::poll!(&mut second).is_pending());
    let begins = has_begun.recv_timeout(Duration::from_millis(20));
    assert_eq!(begins, Err(mpsc::RecvTimeoutError::Timeout));
    drop(go_on);
    second.await.unwrap();
    assert_eq!(desk.written(), [[1], [2]]);
}

/// Forty groups on a real disk, or what the tests have for one.
#[tokio::test]
async fn stores_keep_what_many_groups_save_at_the_same_time() {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = Arc::new(Sqlite::open(&folder.path().join("store")).unwrap());
    let store = OffThread::new(Arc::clone(&sqlite));
    let members = |group| vec![member(group, Status::Pending)];
    let saves = (0..40).map(|group| store.save(GroupId(group), members(group)));
    let results: Result<Vec<()>, _> = join_all(saves).await.into_iter().collect();
    results.unwrap();
    let expected = (0..40).map(|group| (GroupId(group), Roster::from_iter(members(group))));
    assert_eq!(all(&*sqlite), expected.collect());
}
