//! What the chapter on resources claims.

use std::{
    future::{Ready, pending},
    io::{self, Write},
    panic::AssertUnwindSafe,
    pin::pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
        mpsc as blocking,
    },
    thread,
    time::Duration,
};

use ch09_resources::{
    closer::{self, Cleaner, guarded, in_a_task},
    exit_stack::{ExitStack, by_hand_wrong, exit_stack, stacked},
    goodbye::{Ending, before_looking, books, four_endings, last_line_wrong},
    last_words,
    leaks::{self, Client, Left, left_by, visit},
    pool::{self, Limits, Pool},
    ready_made,
    scope::{Close, scoped, with_resource},
    service::{self, Phase, Service, start_wrong},
    session::{Book, Failed, Server, Session},
    wire::{self, Bank},
};
use deadpool::managed::{self, QueueMode};
use futures::{FutureExt, future::join_all, poll};
use stage::{self, Outcome, Recording, ms};
use tokio::{
    join,
    runtime::{Builder, Handle},
    sync::{OwnedSemaphorePermit, Semaphore, mpsc},
    task::{LocalSet, block_in_place, spawn_blocking, yield_now},
    time::{sleep, timeout},
};
use tokio_util::task::TaskTracker;

const CLOSED: Book = Book {
    opened: 1,
    closed: 1,
    hung_up: 0,
};
const HUNG_UP: Book = Book {
    opened: 1,
    closed: 0,
    hung_up: 1,
};

fn ended<T>(recording: &Recording<T>, label: &str) -> (Outcome, Duration) {
    let lane = recording.lane(label);
    (lane.outcome, lane.ended.expect("it ended"))
}

fn told<T>(recording: &Recording<T>) -> Vec<&str> {
    recording
        .events
        .iter()
        .map(|event| event.text.as_str())
        .collect()
}

/// Drops a future after so many polls, and gives it the time it waits for in between.
async fn dropped_after<F: Future>(polls: u32, future: F) {
    let mut future = pin!(future);
    for _ in 0..polls {
        if poll!(future.as_mut()).is_ready() {
            return;
        }
        sleep(ms(100)).await;
    }
}

/// What the book says when a way to report was dropped after 0, 1, … 4 polls and all is cleaned up.
fn after_each_poll(report: impl AsyncFn(u32, Server)) -> [Book; 5] {
    [0, 1, 2, 3, 4].map(|polls| {
        let server = Server::default();
        stage::virtual_time(report(polls, server.clone()));
        assert_eq!(server.book().open(), 0, "after {polls} polls");
        server.book()
    })
}

#[test]
fn goodbye_on_the_last_line_is_said_after_a_success_only() {
    let books = stage::virtual_time(async { books(four_endings(last_line_wrong).await) });
    assert_eq!(books, [CLOSED, HUNG_UP, HUNG_UP, HUNG_UP]);
}

#[test]
fn goodbye_before_looking_is_said_after_an_error_too() {
    let recording = stage::record(async { books(four_endings(before_looking).await) });
    assert_eq!(recording.value, [CLOSED, CLOSED, HUNG_UP, HUNG_UP]);
    assert_eq!(
        ended(&recording, "report error"),
        (Outcome::Finished, ms(300))
    );
    assert_eq!(
        ended(&recording, "report cancelled"),
        (Outcome::Cancelled, ms(450))
    );
}

#[test]
fn goodbye_errors_of_closing_are_told() {
    let told = |faults: &[Failed], ending| {
        stage::virtual_time(before_looking(Server::with(faults), ending))
    };
    let close = Failed::Close("mail");
    assert_eq!(told(&[close], Ending::Success), Err(close));
    assert_eq!(told(&[close], Ending::Error), Err(Failed::Query("mail")));
    let refused = Failed::Open("mail");
    assert_eq!(told(&[refused], Ending::Success), Err(refused));
}

#[test]
fn goodbye_after_each_poll() {
    let dropped = after_each_poll(async |polls, server| {
        dropped_after(polls, before_looking(server, Ending::Success)).await;
    });
    assert_eq!(
        dropped,
        [Book::default(), HUNG_UP, HUNG_UP, HUNG_UP, CLOSED]
    );
}

#[test]
fn last_words_that_wait_are_a_panic() {
    let server = Server::default();
    let recording = stage::record(last_words::waits_wrong(server.clone()));
    assert_eq!(recording.value, Ok(false));
    assert_eq!(server.book(), HUNG_UP);
    assert_eq!(recording.lane("report").outcome, Outcome::Panicked);
}

#[test]
fn last_words_of_a_task_come_too_late_if_the_program_ends() {
    let server = Server::default();
    let recording = stage::record(last_words::spawns_wrong(server.clone()));
    assert_eq!(server.book(), HUNG_UP);
    assert_eq!(recording.lane("goodbye").outcome, Outcome::Cancelled);

    let server = Server::default();
    stage::virtual_time(async {
        last_words::spawns_wrong(server.clone()).await.unwrap();
        sleep(ms(101)).await;
    });
    assert_eq!(server.book(), CLOSED, "it lived long enough");
}

#[test]
#[should_panic(expected = "must be called from the context of a Tokio 1.x runtime")]
fn last_words_of_a_task_need_a_runtime() {
    drop(tokio::spawn(async {}));
}

/// A worker of a multi-threaded runtime may stop being one for a while, even the only one.
#[test]
fn last_words_may_block_in_place_on_workers() {
    struct Waits;
    impl Drop for Waits {
        fn drop(&mut self) {
            block_in_place(|| Handle::current().block_on(yield_now()));
        }
    }
    let story = || async { tokio::spawn(async { drop(Waits) }).await.is_ok() };
    assert!(stage::record_on_workers(1, story()).value);
    assert!(stage::record_on_workers(2, story()).value);
    assert!(!stage::virtual_time(story()));
}

/// Its timer is moved on by the thread that it blocks. (That thread waits until the test process ends.)
#[test]
fn last_words_through_another_block_on_wait_for_ever_on_one_thread() {
    struct Waits(blocking::Sender<&'static str>);
    impl Drop for Waits {
        fn drop(&mut self) {
            let _ = self.0.send("waits");
            futures::executor::block_on(sleep(ms(1)));
            let _ = self.0.send("has waited");
        }
    }
    let (tell, told) = blocking::channel();
    thread::spawn(|| {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async { drop(Waits(tell)) });
    });
    assert_eq!(told.recv(), Ok("waits"));
    assert!(told.recv_timeout(ms(200)).is_err());
}

#[test]
fn last_words_in_a_buffer_are_lost_with_it() {
    let arrived = stage::virtual_time(last_words::buffered_wrong()).unwrap();
    assert_eq!(arrived, "");
    let arrived = stage::virtual_time(last_words::shut_down()).unwrap();
    assert_eq!(arrived, "Dear Ann");
}

/// The standard library's writer does write in `Drop`: it may block.
#[test]
fn last_words_of_a_blocking_writer_arrive() {
    let mut letter = Vec::new();
    let mut writer = io::BufWriter::new(&mut letter);
    writer.write_all(b"Dear Ann").unwrap();
    drop(writer);
    assert_eq!(letter, b"Dear Ann");
}

#[test]
fn scope_closes_unless_it_is_dropped() {
    let books = stage::virtual_time(async { books(four_endings(scoped).await) });
    assert_eq!(books, [CLOSED, CLOSED, CLOSED, HUNG_UP]);
    let dropped = after_each_poll(async |polls, server| {
        dropped_after(polls, scoped(server, Ending::Success)).await;
    });
    assert_eq!(
        dropped,
        [Book::default(), HUNG_UP, HUNG_UP, HUNG_UP, CLOSED]
    );
}

#[test]
fn scope_passes_the_panic_on_after_closing() {
    let server = Server::default();
    let recording = stage::record(async {
        let scope = scoped(server.clone(), Ending::Panic);
        let panic = AssertUnwindSafe(scope).catch_unwind().await.unwrap_err();
        *panic.downcast::<&str>().unwrap()
    });
    assert_eq!(recording.value, "no such page");
    assert_eq!(recording.elapsed, ms(300));
    assert_eq!(server.book(), CLOSED);
}

/// A body that is no async closure may panic before it has given a future.
#[test]
fn scope_closes_after_a_panic_of_the_call() {
    fn no_future(_: &mut Session) -> Ready<Result<(), Failed>> {
        panic!("no future")
    }
    let server = Server::default();
    stage::virtual_time(async {
        let scope = with_resource(server.open("mail"), no_future);
        assert!(AssertUnwindSafe(scope).catch_unwind().await.is_err());
    });
    assert_eq!(server.book(), CLOSED);
}

#[test]
fn scope_tells_the_first_error() {
    let told = |faults: &[Failed], ending| {
        stage::virtual_time(scoped(Server::with(faults), ending)).unwrap_err()
    };
    let close = Failed::Close("mail");
    assert_eq!(told(&[close], Ending::Success), close);
    assert_eq!(told(&[close], Ending::Error), Failed::Query("mail"));
    let refused = Failed::Open("mail");
    assert_eq!(told(&[refused], Ending::Success), refused);
}

#[test]
fn closer_task_closes_in_all_four_endings() {
    let recording = stage::record(closer::tasks());
    assert_eq!(recording.value, [CLOSED; 4]);
    // Its reader left at 450 ms.
    assert_eq!(recording.elapsed, ms(550));
    let dropped = after_each_poll(async |polls, server| {
        let closings = TaskTracker::new();
        let report = in_a_task(&closings, server, Ending::Success);
        dropped_after(polls, report).await;
        closings.close();
        closings.wait().await;
    });
    assert_eq!(dropped, [Book::default(), CLOSED, CLOSED, CLOSED, CLOSED]);
}

#[test]
fn closer_task_tells_an_error_of_closing() {
    let close = Failed::Close("mail");
    stage::virtual_time(async {
        let closings = TaskTracker::new();
        let report = in_a_task(&closings, Server::with(&[close]), Ending::Success);
        assert_eq!(report.await, Err(close));
    });
}

#[test]
fn closer_task_drops_the_work_that_nobody_wants() {
    let server = Server::default();
    let recording = stage::record(async {
        let closings = TaskTracker::new();
        let report = in_a_task(&closings, server.clone(), Ending::Cancelled);
        assert!(timeout(ms(450), report).await.is_err());
        closings.close();
        closings.wait().await;
    });
    assert_eq!(recording.elapsed, ms(550), "the report would take a second");
    assert_eq!(server.book(), CLOSED);
}

#[test]
fn closer_cleaner_closes_what_was_open() {
    let recording = stage::record(closer::guards());
    assert_eq!(recording.value, [CLOSED; 4]);
    // One after the other.
    assert_eq!(recording.elapsed, ms(600));
    let dropped = after_each_poll(async |polls, server| {
        let cleaner = Cleaner::start();
        let report = guarded(&cleaner, server, Ending::Success);
        dropped_after(polls, report).await;
        assert_eq!(cleaner.finish().await, []);
    });
    // While it opens there is no guard yet.
    assert_eq!(dropped, [Book::default(), HUNG_UP, CLOSED, CLOSED, CLOSED]);
}

#[test]
fn closer_cleaner_tells_errors_at_its_end_only() {
    let close = Failed::Close("mail");
    let server = Server::with(&[close]);
    stage::virtual_time(async {
        let cleaner = Cleaner::start();
        let report = guarded(&cleaner, server, Ending::Success).await;
        assert_eq!(report, Ok(42));
        assert_eq!(cleaner.finish().await, [close]);
    });
}

/// Ten at work, and more and more to be closed; with a permit for each session never more than ten.
#[test]
fn closer_cleaner_falls_behind_without_a_limit() {
    struct Permitted(Session, OwnedSemaphorePermit);
    impl Close for Permitted {
        fn name(&self) -> &'static str {
            self.0.name()
        }

        async fn close(self) -> Result<(), Failed> {
            let Self(session, _permit) = self;
            session.close().await
        }
    }
    let server = Server::default();
    stage::virtual_time(async {
        let cleaner = Cleaner::start();
        for _ in 0..20 {
            let reports = (0..10).map(|_| guarded(&cleaner, server.clone(), Ending::Success));
            join_all(reports).await;
        }
        assert!(server.book().open() > 100, "{:?}", server.book());
        cleaner.finish().await;
        assert_eq!(server.book().open(), 0);

        let (cleaner, places) = (Cleaner::start(), Arc::new(Semaphore::new(10)));
        let reports = (0..200).map(async |_| {
            let permit = Arc::clone(&places).acquire_owned().await.unwrap();
            let session = server.open("mail").await.unwrap();
            let session = cleaner.guard(Permitted(session, permit));
            session.0.query().await.unwrap();
            assert!(server.book().open() <= 10);
        });
        join_all(reports).await;
        cleaner.finish().await;
        assert_eq!(server.book().open(), 0);
    });
}

#[test]
fn closer_cleaner_is_held_up_by_one_that_is_not_answered_and_ended_by_a_panic() {
    let slow = Server::with(&[Failed::TooLate("mail")]);
    let server = Server::default();
    stage::virtual_time(async {
        let cleaner = Cleaner::start();
        for server in [&slow, &server] {
            let report = guarded(&cleaner, server.clone(), Ending::Success);
            assert_eq!(report.await, Ok(42));
        }
        assert!(
            timeout(Duration::from_mins(30), cleaner.finish())
                .await
                .is_err()
        );
        assert_eq!(server.book().closed, 0);

        let (cleaner, calls) = (Cleaner::start(), Arc::new(AtomicU32::new(0)));
        for _ in 0..2 {
            drop(cleaner.guard(Clumsy(Arc::clone(&calls))));
        }
        assert!(
            AssertUnwindSafe(cleaner.finish())
                .catch_unwind()
                .await
                .is_err()
        );
        assert_eq!(calls.load(Ordering::Relaxed), 1, "the second is dropped");
    });
}

#[test]
fn closer_cleaner_that_is_not_waited_for_hangs_up() {
    let server = Server::default();
    stage::virtual_time(async {
        let cleaner = Cleaner::start();
        let report = guarded(&cleaner, server.clone(), Ending::Success).await;
        assert_eq!(report, Ok(42));
    });
    assert_eq!(server.book(), HUNG_UP);
}

#[test]
fn exit_stack_is_what_by_hand_is_not() {
    let refused = Failed::Open("queue");
    let server = Server::with(&[refused]);
    let by_hand = stage::virtual_time(by_hand_wrong(server.clone()));
    assert_eq!(by_hand, Err(refused));
    let book = server.book();
    assert_eq!((book.opened, book.hung_up), (3, 2));

    let server = Server::with(&[refused]);
    let recording = stage::record(stacked(server.clone()));
    assert_eq!(recording.value, Err(vec![refused]));
    assert_eq!(recording.elapsed, ms(500));
    assert_eq!(server.book().hung_up, 0);
}

#[test]
fn exit_stack_opens_in_order_and_closes_in_reverse() {
    let recording = stage::record(stacked(Server::default()));
    assert_eq!(recording.value, Ok(42));
    for (name, opened, closed) in [
        ("database", 100, 700),
        ("cache", 200, 600),
        ("queue", 300, 500),
    ] {
        assert_eq!(
            recording.told(&format!("session {name}")),
            [(ms(opened), "open"), (ms(closed), "closed")]
        );
    }
}

#[test]
fn exit_stack_tells_all_errors() {
    use Failed::{Close, Query, TooLate};
    let faults = [Query("database"), TooLate("queue"), Close("cache")];
    let server = Server::with(&faults);
    let recording = stage::record(stacked(server.clone()));
    assert_eq!(recording.value, Err(faults.to_vec()));
    // A goodbye without an answer is given up after a second.
    assert_eq!(recording.elapsed, ms(1600));
    assert_eq!(server.book().open(), 0);
}

/// Any set of faults: what was opened has ended, each error is told once, the body's before those of
/// closing, and these in reverse order.
#[test]
fn exit_stack_whatever_fails() {
    let names = ["database", "cache", "queue"];
    let possible: Vec<Failed> = names
        .into_iter()
        .flat_map(|name| [Failed::Open(name), Failed::Close(name)])
        .chain([Failed::Query("database")])
        .collect();
    for chosen in 0..1_u32 << possible.len() {
        let is_chosen =
            |(index, &fault): (usize, &Failed)| (chosen >> index & 1 == 1).then_some(fault);
        let faults: Vec<Failed> = possible.iter().enumerate().filter_map(is_chosen).collect();
        let refuses = |name: &&'static str| faults.contains(&Failed::Open(name));
        let opened = names.iter().position(refuses).unwrap_or(3);
        let first = match opened {
            3 => Failed::Query("database"),
            _ => Failed::Open(names[opened]),
        };
        let closings = names[..opened].iter().rev().map(|name| Failed::Close(name));
        let expected: Vec<Failed> = [first]
            .into_iter()
            .chain(closings)
            .filter(|fault| faults.contains(fault))
            .collect();
        let server = Server::with(&faults);
        let value = stage::virtual_time(stacked(server.clone()));
        assert_eq!(value.err().unwrap_or_default(), expected, "{faults:?}");
        assert_eq!(server.book().hung_up, 0, "{faults:?}");
        assert_eq!(server.book().open(), 0, "{faults:?}");
    }
}

/// One whose goodbye panics.
struct Clumsy(Arc<AtomicU32>);

impl Close for Clumsy {
    fn name(&self) -> &'static str {
        "clumsy"
    }

    async fn close(self) -> Result<(), Failed> {
        self.0.fetch_add(1, Ordering::Relaxed);
        panic!("oops");
    }
}

#[test]
fn exit_stack_closes_the_rest_when_the_body_or_a_closing_panics() {
    let server = Server::default();
    let clumsy = Arc::new(AtomicU32::new(0));
    for body_panics in [false, true] {
        let played = stage::virtual_time(async {
            let stack = exit_stack(ms(1000), async |stack| {
                stack.enter(server.open("database")).await?;
                let second = Clumsy(Arc::clone(&clumsy));
                stack.enter(async { Ok(second) }).await?;
                stack.enter(server.open("queue")).await?;
                assert!(!body_panics, "the body");
                Ok(())
            });
            AssertUnwindSafe(stack).catch_unwind().await
        });
        assert_eq!(*played.unwrap_err().downcast::<&str>().unwrap(), "oops");
    }
    assert_eq!(clumsy.load(Ordering::Relaxed), 2);
    let book = server.book();
    assert_eq!((book.opened, book.closed), (4, 4));
}

/// What was entered at once is closed also if the body panics before it has given a future.
#[test]
fn exit_stack_closes_after_a_panic_of_the_call() {
    let server = Server::default();
    stage::virtual_time(async {
        let session = server.open("mail").await;
        let stack = exit_stack(
            ms(1000),
            |stack: &mut ExitStack| -> Ready<Result<(), Failed>> {
                let entered = stack.enter(async { session }).now_or_never();
                assert!(entered.is_none(), "no future");
                unreachable!()
            },
        );
        assert!(AssertUnwindSafe(stack).catch_unwind().await.is_err());
    });
    assert_eq!(server.book(), CLOSED);
}

#[test]
fn exit_stack_tells_no_errors_after_a_panic() {
    let server = Server::with(&[Failed::Close("database")]);
    let played = stage::virtual_time(async {
        let stack = exit_stack(ms(1000), async |stack| {
            stack.enter(server.open("database")).await?;
            let second = Clumsy(Arc::default());
            stack.enter(async { Ok(second) }).await?;
            Err::<(), _>(Failed::Query("database"))
        });
        AssertUnwindSafe(stack).catch_unwind().await
    });
    assert_eq!(*played.unwrap_err().downcast::<&str>().unwrap(), "oops");
    assert_eq!(server.book(), CLOSED);
}

#[test]
fn exit_stack_does_not_close_what_is_still_in_use() {
    let server = Server::default();
    let kept = stage::virtual_time(async {
        let mut stack = ExitStack::new(ms(1000));
        let kept = stack.enter(server.open("database")).await.ok();
        stack.enter(server.open("cache")).await.ok();
        assert_eq!(stack.close().await, [Failed::InUse("database")]);
        kept
    });
    assert_eq!((server.book().closed, server.book().open()), (1, 1));
    drop(kept);
    assert_eq!(server.book().open(), 0);
}

#[test]
fn exit_stack_that_is_dropped_hangs_up_in_reverse() {
    for (after, expected) in [
        (250, "open open hung up hung up hung up"),
        (350, "open open open hung up hung up hung up"),
        (550, "open open open closed hung up hung up"),
    ] {
        let recording = stage::record(async {
            let _ = timeout(ms(after), stacked(Server::default())).await;
        });
        assert_eq!(told(&recording).join(" "), expected, "after {after} ms");
        let ends: Vec<_> = recording
            .events
            .iter()
            .filter(|event| event.text == "hung up")
            .map(|event| event.lane)
            .collect();
        assert!(ends.is_sorted_by(|one, next| one > next), "{ends:?}");
    }
}

#[test]
fn wire_is_spoiled_by_a_request_that_was_given_up() {
    let told = stage::virtual_time(wire::anns_answer_wrong()).unwrap();
    assert_eq!(told, "Ann has 300");
}

#[test]
fn wire_stays_one_answer_behind() {
    stage::virtual_time(async {
        let mut wire = Bank::default().connect().await.unwrap();
        dropped_after(1, wire.ask("Ann")).await;
        assert_eq!(wire.ask("Bert").await.unwrap(), "Ann has 300");
        assert_eq!(wire.ask("Cleo").await.unwrap(), "Bert has 400");
    });
}

#[test]
fn wire_is_in_order_after_an_answer_only() {
    stage::virtual_time(async {
        let bank = Bank::default();
        let mut wire = bank.connect().await.unwrap();
        assert!(wire.in_order());
        assert_eq!(wire.ask("Ann").await.unwrap(), "Ann has 300");
        assert!(wire.in_order());
        dropped_after(1, wire.ask("Bert")).await;
        assert!(!wire.in_order());
        // And never again: now it is one answer behind.
        assert_eq!(wire.ask("Cleo").await.unwrap(), "Bert has 400");
        assert!(!wire.in_order());
        drop(wire);
        bank.closed().await;
    });
}

const LIMITS: Limits = Limits {
    most: 3,
    patience: Duration::from_secs(1),
    idle: Duration::from_secs(10),
    life: Duration::from_mins(1),
};

#[test]
fn pool_opens_only_what_it_needs() {
    stage::virtual_time(async {
        let bank = Bank::default();
        let pool = Pool::new(bank.clone(), LIMITS);
        assert_eq!(bank.connections(), 0, "nobody has asked");
        for _ in 0..5 {
            let mut wire = pool.get().await.unwrap();
            wire.ask("Ann").await.unwrap();
        }
        assert_eq!(bank.connections(), 1);
        let lent = join_all((0..3).map(|_| pool.get())).await;
        assert_eq!(bank.connections(), 3);
        drop(lent);
        assert_eq!(pool.idle(), 3);
        let statistics = pool.statistics();
        assert_eq!((statistics.opened, statistics.reused), (3, 5));
    });
}

#[test]
fn pool_day() {
    let pool = Pool::new(
        Bank::default(),
        Limits {
            idle: ms(1000),
            ..LIMITS
        },
    );
    let recording = stage::record(pool::day(&pool));
    let expected = pool::Statistics {
        opened: 3,
        reused: 5,
        spoiled: 1,
        expired: 2,
        refused: 0,
        longest_wait: ms(200),
    };
    assert_eq!(*recording.value.as_ref().unwrap(), expected);
    assert_eq!(recording.told("client Emil"), [(ms(500), "Emil has 400")]);
}

#[test]
fn pool_throws_away_what_is_spoiled_and_everybody_gets_their_own_answer() {
    stage::virtual_time(async {
        let bank = Bank::default();
        let pool = Pool::new(bank.clone(), Limits { most: 1, ..LIMITS });
        for patience in [1, 50, 99] {
            let ann = async { pool.get().await.unwrap().ask("Ann").await };
            assert!(timeout(ms(100 + patience), ann).await.is_err());
            assert_eq!(pool.idle(), 0);
            let bert = pool.get().await.unwrap().ask("Bert").await.unwrap();
            assert_eq!(bert, "Bert has 400");
            // Ann's next one is lent at once.
            sleep(LIMITS.idle).await;
        }
        assert_eq!(pool.statistics().spoiled, 3);
    });
}

#[test]
fn pool_waits_so_long_and_no_longer() {
    let pool = Pool::new(Bank::default(), Limits { most: 1, ..LIMITS });
    let recording = stage::record(async {
        let lent = pool.get().await.unwrap();
        let refused = pool.get().await.map(drop).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::TimedOut);
        drop(lent);
        drop(pool.get().await.unwrap());
    });
    assert_eq!(recording.elapsed, ms(1100));
    assert_eq!(pool.statistics().refused, 1);
    assert_eq!(pool.statistics().opened, 1);
}

#[test]
fn pool_lets_connections_grow_old_but_not_too_old() {
    stage::virtual_time(async {
        let bank = Bank::default();
        let pool = Pool::new(bank.clone(), LIMITS);
        drop(join_all((0..2).map(|_| pool.get())).await);
        // One is used every nine seconds: it lives for a minute. The other is idle.
        for seconds in (9..=54).step_by(9) {
            sleep(Duration::from_secs(9)).await;
            drop(pool.get().await.unwrap());
            assert_eq!(pool.idle(), if seconds < 10 { 2 } else { 1 });
        }
        assert_eq!(pool.statistics().opened, 2);
        sleep(Duration::from_secs(9)).await;
        drop(pool.get().await.unwrap());
        assert_eq!(pool.statistics().opened, 3, "a minute is over");
        assert_eq!(pool.statistics().expired, 2);
        sleep(LIMITS.idle).await;
        assert_eq!(pool.idle(), 1, "nobody has looked");
        pool.tidy();
        yield_now().await;
        assert_eq!((pool.idle(), bank.connections()), (0, 0));
    });
}

#[test]
fn pool_get_that_is_dropped_at_any_poll_takes_nothing() {
    for polls in 0..4 {
        stage::virtual_time(async {
            let bank = Bank::default();
            let pool = Pool::new(bank.clone(), Limits { most: 1, ..LIMITS });
            dropped_after(polls, async { drop(pool.get().await.unwrap()) }).await;
            let mut wire = pool.get().await.unwrap();
            assert_eq!(wire.ask("Ann").await.unwrap(), "Ann has 300");
            assert_eq!(bank.connections(), 1);
        });
    }
}

#[test]
fn ready_made_pool_looks_when_it_lends() {
    stage::virtual_time(async {
        let bank = Bank::default();
        let pool = ready_made::pool(bank.clone(), 3);
        assert_eq!(bank.connections(), 0, "lazy, too");
        assert_eq!(
            pool.get().await.unwrap().ask("Ann").await.unwrap(),
            "Ann has 300"
        );
        let hasty = async { pool.get().await.unwrap().ask("Bert").await };
        assert!(timeout(ms(50), hasty).await.is_err());
        let status = pool.status();
        assert_eq!(
            (status.size, status.available, bank.connections()),
            (1, 1, 1),
            "it lies there, spoiled"
        );
        let answer = pool.get().await.unwrap().ask("Cleo").await.unwrap();
        assert_eq!(answer, "Cleo has 400");
        assert_eq!(pool.status().size, 1);
        assert_eq!(bank.connections(), 1);
    });
}

/// First in, first out, so that one that is spoiled lies there until its turn.
#[test]
fn ready_made_pool_lends_first_what_was_idle_longest() {
    stage::virtual_time(async {
        for (mode, open) in [(QueueMode::Fifo, 2), (QueueMode::Lifo, 1)] {
            let bank = Bank::default();
            let pool = match mode {
                QueueMode::Fifo => ready_made::pool(bank.clone(), 2),
                QueueMode::Lifo => managed::Pool::builder(ready_made::Wires(bank.clone()))
                    .queue_mode(mode)
                    .build()
                    .unwrap(),
            };
            let (first, mut second) = (pool.get().await.unwrap(), pool.get().await.unwrap());
            drop(first);
            assert!(timeout(ms(50), second.ask("Ann")).await.is_err());
            drop(second);
            let lent = pool.get().await.unwrap();
            sleep(ms(100)).await;
            assert_eq!(bank.connections(), open, "{mode:?}");
            drop(lent);
        }
    });
}

#[test]
fn ready_made_pool_needs_a_runtime_for_its_own_limits() {
    let builder = managed::Pool::<ready_made::Wires>::builder(ready_made::Wires(Bank::default()));
    let built = builder.wait_timeout(Some(ms(1000))).build();
    assert!(matches!(
        built,
        Err(managed::BuildError::NoRuntimeSpecified)
    ));
}

#[test]
fn ready_made_pool_tells_ages_by_the_machines_clock() {
    stage::virtual_time(async {
        let pool = ready_made::pool(Bank::default(), 1);
        let lent = pool.get().await.unwrap();
        sleep(Duration::from_hours(1)).await;
        assert!(managed::Object::metrics(&lent).age() < Duration::from_mins(30));
    });
}

#[test]
fn ready_made_pool_keeps_to_its_size() {
    stage::virtual_time(async {
        let bank = Bank::default();
        let pool = ready_made::pool(bank.clone(), 2);
        let lent = join_all((0..2).map(|_| pool.get())).await;
        assert!(timeout(ms(1000), pool.get()).await.is_err());
        drop(lent);
        assert!(timeout(ms(1000), pool.get()).await.is_ok());
        assert_eq!(bank.connections(), 2);
    });
}

#[test]
fn ready_made_pool_throws_away_what_it_is_told_to() {
    stage::virtual_time(async {
        let bank = Bank::default();
        let pool = ready_made::pool(bank.clone(), 2);
        drop(pool.get().await.unwrap());
        let old = pool.retain(|_, metrics| metrics.last_used() > Duration::from_hours(1));
        yield_now().await;
        assert_eq!(
            (old.removed.len(), bank.connections()),
            (1, 1),
            "removed, not dropped"
        );
        drop(old);
        yield_now().await;
        assert_eq!(bank.connections(), 0);
    });
}

#[test]
fn service_that_fails_half_way_leaves_nothing_behind() {
    let query = Failed::Query("database");
    for (fault, opened, took) in [
        (Failed::Open("database"), 1, 100),
        (Failed::Open("cache"), 2, 300),
        (query, 2, 500),
    ] {
        let server = Server::with(&[fault]);
        let recording = stage::record(left_by(&server, async {
            let errors = Service::start(&server).await.map(drop).unwrap_err();
            assert_eq!(errors, [fault]);
        }));
        assert_eq!(recording.value, Left::default());
        assert_eq!(recording.elapsed, ms(took + 50));
        let book = server.book();
        assert_eq!((book.opened, book.closed), (opened, opened));
    }
}

#[test]
fn service_that_fails_half_way_wrong_leaves_a_task_and_a_session() {
    let server = Server::with(&[Failed::Query("database")]);
    let left = stage::virtual_time(left_by(&server, start_wrong(&server)));
    assert_eq!(
        left,
        Left {
            tasks: 1,
            sessions: 1
        }
    );
    assert_eq!(server.book().hung_up, 2, "one at once, one at the end");
}

#[test]
fn service_that_is_dropped_while_it_starts_leaves_nothing_behind() {
    for after in [50, 150, 250] {
        let server = Server::default();
        let left = stage::virtual_time(left_by(&server, async {
            let start = timeout(ms(after), Service::start(&server));
            assert!(start.await.is_err());
        }));
        assert_eq!(left, Left::default(), "after {after} ms");
    }
}

#[test]
fn service_day_drains_and_closes() {
    let server = Server::default();
    let recording = stage::record(service::day(&server, ms(2000)));
    let (board, errors) = recording.value.clone().unwrap();
    assert_eq!((board.accepted, board.answered, board.cut_off), (3, 2, 1));
    assert_eq!((board.phase, errors), (Phase::Closing, vec![]));
    assert_eq!(recording.elapsed, ms(1700));
    let phases: Vec<_> = recording
        .events
        .iter()
        .filter(|event| ["Ready", "Draining", "Closing"].contains(&event.text.as_str()))
        .map(|event| event.at)
        .collect();
    assert_eq!(phases, [ms(300), ms(1000), ms(1500)]);
    assert_eq!((server.book().opened, server.book().closed), (2, 2));
}

#[test]
fn service_that_drains_in_time_cuts_nothing_off() {
    let recording = stage::record(service::day(&Server::default(), ms(400)));
    let (board, _) = recording.value.unwrap();
    assert_eq!((board.accepted, board.answered, board.cut_off), (3, 3, 0));
    assert_eq!(recording.elapsed, ms(1400));
}

#[test]
fn service_answers_what_lies_in_its_inbox() {
    stage::virtual_time(async {
        let server = Server::default();
        let service = Service::start(&server).await.ok().unwrap();
        let (requests, inbox) = mpsc::channel(4);
        for _ in 0..3 {
            requests.try_send(ms(10)).unwrap();
        }
        let (board, errors) = service.run(inbox, async {}).await;
        assert_eq!((board.accepted, board.answered), (3, 3));
        assert!(errors.is_empty() && requests.is_closed());
    });
}

#[test]
fn service_that_is_dropped_leaves_nothing_behind() {
    for after in [350, 600, 1200, 1550] {
        let server = Server::default();
        let left = stage::virtual_time(left_by(&server, async {
            let day = service::day(&server, ms(2000));
            assert!(timeout(ms(after), day).await.is_err());
        }));
        assert_eq!(left, Left::default(), "after {after} ms");
    }
}

#[test]
fn service_cleans_up_within_its_limit() {
    let hangs = Failed::TooLate("cache");
    let server = Server::with(&[hangs]);
    let recording = stage::record(service::day(&server, ms(400)));
    let (_, errors) = recording.value.unwrap();
    assert_eq!(errors, [hangs]);
    assert_eq!(recording.elapsed, ms(1800));
    assert_eq!(
        server.book().closed,
        1,
        "the database is closed all the same"
    );
}

#[test]
fn leaks_are_found_by_counting() {
    let server = Server::default();
    let left = |tasks, sessions| Left { tasks, sessions };
    macro_rules! left_by {
        ($work:expr) => {
            stage::virtual_time(async { left_by(&server, $work).await })
        };
    }
    assert_eq!(left_by!(leaks::detached_wrong()), left(1, 0));
    assert_eq!(left_by!(leaks::owned()), left(0, 0));
    assert_eq!(left_by!(visit(Client::connect_wrong(&server))), left(1, 1));
    assert_eq!(left_by!(visit(Client::connect(&server))), left(0, 0));
    assert_eq!(left_by!(leaks::registry_wrong()), left(1, 0));
    assert_eq!(left_by!(leaks::registry()), left(0, 0));
    assert_eq!(left_by!(leaks::kept_wrong(&server)), left(0, 3));
    assert_eq!(left_by!(leaks::closed(&server)), left(0, 0));
}

#[test]
fn leaks_of_blocking_and_local_tasks_are_not_counted() {
    let (end, ended) = blocking::channel::<()>();
    stage::virtual_time(async {
        let alive = || Handle::current().metrics().num_alive_tasks();
        let before = alive();
        let (local, blocked) = (LocalSet::new(), spawn_blocking(move || ended.recv()));
        local.spawn_local(pending::<()>());
        assert_eq!(alive(), before);
        drop(end);
        assert!(blocked.await.unwrap().is_err());
    });
}

#[test]
fn leaks_client_may_leave_at_any_time() {
    for at in (0..900).step_by(50) {
        let server = Server::default();
        let left = stage::virtual_time(left_by(&server, async {
            let client = Client::connect(&server).await.ok();
            sleep(ms(at)).await;
            drop(client);
            // It may be in the middle of a beat.
            sleep(ms(100)).await;
        }));
        assert_eq!(left, Left::default(), "left after {at} ms");
    }
}

#[test]
fn rule_close_before_looking() {
    stage::on_both_runtimes(|| async {
        let [wrong, right] = [Server::default(), Server::default()];
        let _ = join!(
            last_line_wrong(wrong.clone(), Ending::Error),
            before_looking(right.clone(), Ending::Error),
        );
        assert_eq!((wrong.book(), right.book()), (HUNG_UP, CLOSED));
    });
}

#[test]
fn rule_drop_cannot_wait() {
    struct Waits;
    impl Drop for Waits {
        fn drop(&mut self) {
            Handle::current().block_on(async {});
        }
    }
    stage::on_both_runtimes(|| async {
        let task = tokio::spawn(async { drop(Waits) });
        assert!(task.await.unwrap_err().is_panic());
        // Nor can a writer that has to wait: its buffer is gone with it.
        assert_eq!(last_words::buffered_wrong().await.unwrap(), "");
    });
}

#[test]
fn rule_a_scope_closes_unless_dropped() {
    stage::on_both_runtimes(|| async {
        let played = Ending::ALL.map(async |ending| {
            let server = Server::default();
            let scope = tokio::spawn(scoped(server.clone(), ending));
            if ending == Ending::Cancelled {
                sleep(ms(150)).await;
                scope.abort();
            }
            let _ = scope.await;
            server.book()
        });
        let books = join_all(played).await;
        assert_eq!(books, [CLOSED, CLOSED, CLOSED, HUNG_UP]);
    });
}

#[test]
fn rule_an_owner_of_the_closing() {
    stage::on_both_runtimes(|| async {
        let (closings, cleaner) = (TaskTracker::new(), Cleaner::start());
        let servers = [Server::default(), Server::default()];
        let patience = ms(250);
        let task = in_a_task(&closings, servers[0].clone(), Ending::Cancelled);
        let guard = guarded(&cleaner, servers[1].clone(), Ending::Cancelled);
        let left = join!(timeout(patience, task), timeout(patience, guard));
        assert!(left.0.is_err() && left.1.is_err());
        assert_eq!(cleaner.finish().await, []);
        assert_eq!(servers[1].book(), CLOSED);
        closings.close();
        closings.wait().await;
        assert_eq!(servers[0].book(), CLOSED);
    });
}

#[test]
fn rule_last_opened_first_closed() {
    struct Noted(&'static str, Arc<Mutex<Vec<&'static str>>>);
    impl Close for Noted {
        fn name(&self) -> &'static str {
            self.0
        }

        async fn close(self) -> Result<(), Failed> {
            yield_now().await;
            self.1.lock().unwrap().push(self.0);
            Err(Failed::Close(self.0))
        }
    }
    stage::on_both_runtimes(|| async {
        let closed = Arc::default();
        let stack = exit_stack(ms(1000), async |stack| {
            for name in ["one", "two", "three"] {
                let opened = Noted(name, Arc::clone(&closed));
                stack.enter(async { Ok(opened) }).await?;
            }
            Err::<(), _>(Failed::Query("two"))
        });
        let told = stack.await.unwrap_err();
        let order = ["three", "two", "one"];
        assert_eq!(*closed.lock().unwrap(), order);
        assert_eq!(told[0], Failed::Query("two"));
        assert_eq!(told[1..], order.map(Failed::Close));
    });
}

#[test]
fn rule_lend_again_only_what_is_in_order() {
    stage::on_both_runtimes(|| async {
        let pool = Pool::new(Bank::default(), LIMITS);
        drop(pool.get().await.unwrap());
        let ann = async { pool.get().await.unwrap().ask("Ann").await };
        assert!(timeout(ms(30), ann).await.is_err());
        let bert = pool.get().await.unwrap().ask("Bert").await.unwrap();
        assert_eq!(bert, "Bert has 400");
        assert_eq!(pool.statistics().spoiled, 1);
    });
}

#[test]
fn rule_a_failed_start_leaves_nothing() {
    stage::on_both_runtimes(|| async {
        let server = Server::with(&[Failed::Open("cache")]);
        let start = async { assert!(Service::start(&server).await.is_err()) };
        assert_eq!(left_by(&server, start).await, Left::default());
        assert_eq!(server.book().hung_up, 0);
    });
}

#[test]
fn rule_count_before_and_after() {
    stage::on_both_runtimes(|| async {
        let server = Server::default();
        let left = |tasks| Left { tasks, sessions: 0 };
        // A pool keeps a connection, at whose other end is a task. The second time it is there already.
        let pool = Pool::new(Bank::default(), LIMITS);
        let ask = async || pool.get().await.unwrap().ask("Ann").await.unwrap();
        assert_eq!(left_by(&server, ask()).await, left(1));
        assert_eq!(left_by(&server, ask()).await, left(0));
        assert_eq!(left_by(&server, leaks::detached_wrong()).await, left(1));
        assert_eq!(left_by(&server, leaks::owned()).await, left(0));
        assert_eq!(left_by(&server, leaks::registry_wrong()).await, left(1));
    });
}
