//! The stores keep what they are given, and refuse what is not theirs without touching it.

use std::{
    fs,
    path::Path,
    pin::pin,
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use async_workbook::ch15_group_verification::{
    model::{Code, GroupId, Member, MessageId, Roster, Status, Step, Steps, Timestamp, UserId},
    store::{BlockingStore, Memory, OffThread, Problem, Sqlite, StoreError, digest},
};

fn member(user: u64, status: Status) -> Member {
    Member {
        user: UserId(user),
        status,
        code: Code::from_random_bytes([7; 16]),
        joined: Timestamp(1_750_000_000_000),
        warnings: 2,
        warned: Some(Timestamp(1_750_000_001_000)),
        greeting: user.is_multiple_of(2).then_some(MessageId(u64::MAX)),
        owed: Steps::default().with(Step::Recall),
    }
}

fn fill(store: &dyn BlockingStore) {
    for (user, status) in (1..).zip(Status::ALL) {
        store.save(GroupId(9), vec![member(user, status)]).unwrap();
    }
    let both = vec![member(3, Status::Pending), member(u64::MAX, Status::Left)];
    store.save(GroupId(2), both).unwrap();
    store
        .save(GroupId(9), vec![member(1, Status::Left)])
        .unwrap();
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
        assert_eq!(sqlite.groups().unwrap(), [GroupId(2), GroupId(9)]);
        for group in [2, 9, 100].map(GroupId) {
            let sort = |roster: Roster| {
                let mut members: Vec<_> = roster.iter().cloned().collect();
                members.sort_by_key(|member| member.user);
                members
            };
            let (here, there) = (sqlite.load(group).unwrap(), memory.load(group).unwrap());
            assert_eq!(sort(here), sort(there));
        }
        assert_eq!(digest(&sqlite), digest(&memory));
    }
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

    drop(sqlite(&path("foreign"), "CREATE TABLE t (x)"));
    assert_eq!(refusal(&path("foreign")), Problem::Foreign(0));

    drop(Sqlite::open(&path("newer")).unwrap());
    drop(sqlite(&path("newer"), "PRAGMA user_version = 7"));
    let found = Problem::OtherVersion { found: 7, known: 1 };
    assert_eq!(refusal(&path("newer")), found);

    drop(Sqlite::open(&path("emptied")).unwrap());
    drop(sqlite(&path("emptied"), "DROP TABLE member"));
    assert!(matches!(refusal(&path("emptied")), Problem::Corrupt(_)));

    drop(Sqlite::open(&path("odd")).unwrap());
    let sql = "INSERT INTO member VALUES (1, 1, 'happy', 'x', 0, 0, NULL, NULL, 0)";
    drop(sqlite(&path("odd"), sql));
    assert!(matches!(refusal(&path("odd")), Problem::Corrupt(_)));

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

    drop(Sqlite::open(&path("locked")).unwrap());
    let writer = sqlite(&path("locked"), "BEGIN IMMEDIATE");
    assert_eq!(refusal(&path("locked")), Problem::Locked);
    drop(writer);
    Sqlite::open(&path("locked")).unwrap();

    assert_eq!(
        Sqlite::open_read_only(&path("nowhere"))
            .unwrap_err()
            .problem,
        Problem::Missing
    );
}

#[test]
fn stores_keep_all_of_a_change_or_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let store = Sqlite::open(&path).unwrap();
    let refuse_13 = "CREATE TRIGGER unlucky BEFORE INSERT ON member WHEN NEW.user_id = 13
        BEGIN SELECT RAISE(ABORT, 'unlucky'); END";
    drop(sqlite(&path, refuse_13));
    let both = [12, 13].map(|user| member(user, Status::Pending));
    store.save(GroupId(1), both.to_vec()).unwrap_err();
    let stored = store.load(GroupId(1)).unwrap();
    assert_eq!(stored, Roster::default());
}

/// Writes slowly, and says when it begins and ends.
#[derive(Default)]
struct Slow(Mutex<Vec<(&'static str, GroupId)>>);

impl BlockingStore for Slow {
    fn groups(&self) -> Result<Vec<GroupId>, StoreError> {
        Ok(Vec::new())
    }

    fn load(&self, _group: GroupId) -> Result<Roster, StoreError> {
        Ok(Roster::default())
    }

    fn save(&self, group: GroupId, _members: Vec<Member>) -> Result<(), StoreError> {
        self.0.lock().unwrap().push(("begins", group));
        thread::sleep(Duration::from_millis(20));
        self.0.lock().unwrap().push(("ends", group));
        Ok(())
    }
}

#[tokio::test]
async fn stores_end_a_cancelled_write_before_the_next_begins() {
    use async_workbook::ch15_group_verification::store::Store;

    let slow = Arc::new(Slow::default());
    let store = OffThread::new(Arc::clone(&slow));
    {
        let mut cancelled = pin!(store.save(GroupId(1), Vec::new()));
        assert!(futures::poll!(&mut cancelled).is_pending());
    }
    store.save(GroupId(2), Vec::new()).await.unwrap();
    let (first, second) = (GroupId(1), GroupId(2));
    let expected = [
        ("begins", first),
        ("ends", first),
        ("begins", second),
        ("ends", second),
    ];
    assert_eq!(*slow.0.lock().unwrap(), expected);
}
