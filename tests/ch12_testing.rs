//! Chapter 12: what it says about testing and finding, proved.

use std::{
    cell::Cell,
    future::pending,
    io::ErrorKind,
    pin::pin,
    sync::Arc,
    task::{Poll, Waker},
    thread,
    time::Duration,
};

use ch12_observing::{
    bell::not_called,
    bell_1, bell_2, bell_3,
    clocks::{blocking_task, plain_thread, socket},
    evening::{Evening, evening},
    hatch::{Hatch, Rings},
    line::{ask, ask_wrong},
    stuck::{Workers, felt_from_inside, seen_from_outside},
    unwoken::{Parcel, collected, looked_after},
    who::{Book, Named, three_cooks_wrong},
};
use futures::{FutureExt, future::ready};
use stage::{Recording, ms, on_both_runtimes, record, record_on_workers, virtual_time};
use tokio::{
    runtime::Builder as Runtime,
    task::yield_now,
    time::{Instant, pause, sleep, timeout},
};
use tokio_test::{
    assert_pending, assert_ready,
    io::{Builder, Mock},
    task,
};

const fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

// A script instead of a server

#[test]
fn line_that_comes_in_halves_is_one_answer() {
    virtual_time(async {
        let mut script = Builder::new()
            .write(b"soup?\n")
            .read(b"to")
            .wait(ms(900))
            .read(b"mato\n")
            .build();
        assert_eq!(ask(&mut script, "soup?").await.unwrap(), "tomato");
    });
}

#[test]
fn line_of_the_first_read_is_half_an_answer() {
    virtual_time(async {
        let mut script = Builder::new().write(b"soup?\n").read(b"to").build();
        assert_eq!(ask_wrong(&mut script, "soup?").await.unwrap(), "to");
        // Where both halves come at once, nobody notices.
        let mut script = Builder::new().write(b"soup?\n").read(b"tomato\n").build();
        assert_eq!(ask_wrong(&mut script, "soup?").await.unwrap(), "tomato");
    });
}

#[test]
fn line_that_is_late_broken_or_cut_off_is_an_error() {
    virtual_time(async {
        let asked = async |mut script: Mock| ask(&mut script, "soup?").await.unwrap_err().kind();
        let late = Builder::new()
            .write(b"soup?\n")
            .read(b"to")
            .wait(ms(1001))
            .build();
        assert_eq!(asked(late).await, ErrorKind::TimedOut);
        let reset = ErrorKind::ConnectionReset;
        let broken = Builder::new()
            .write(b"soup?\n")
            .read_error(reset.into())
            .build();
        assert_eq!(asked(broken).await, reset);
        let cut_off = Builder::new().write(b"soup?\n").read(b"to").build();
        assert_eq!(asked(cut_off).await, ErrorKind::UnexpectedEof);
    });
}

/// The script has a timer of its own and runs on any runtime.
#[test]
fn line_is_asked_without_a_network() {
    on_both_runtimes(|| async {
        let mut script = Builder::new()
            .write(b"a\n")
            .wait(ms(5))
            .read(b"b\n")
            .build();
        assert_eq!(ask(&mut script, "a").await.unwrap(), "b");
        let broken = ErrorKind::BrokenPipe;
        let mut script = Builder::new().write_error(broken.into()).build();
        let error = ask(&mut script, "a").await.unwrap_err();
        assert_eq!(error.kind(), broken);
    });
}

#[test]
#[should_panic(expected = "There is still data left to read")]
fn line_script_that_is_not_played_to_its_end_fails_the_test() {
    virtual_time(async {
        let mut script = Builder::new()
            .write(b"a\n")
            .read(b"b\n")
            .read(b"c\n")
            .build();
        let _answer = ask_wrong(&mut script, "a").await;
    });
}

#[test]
#[should_panic(expected = "left == right")]
fn line_that_asks_something_else_fails_the_test() {
    virtual_time(async {
        let mut script = Builder::new().write(b"tea?\n").read(b"green\n").build();
        let _answer = ask(&mut script, "soup?").await;
    });
}

/// What the builder has made, it keeps a part of.
#[test]
#[should_panic(expected = "There are no other references")]
fn line_script_with_an_error_outlives_its_builder() {
    virtual_time(async {
        let mut builder = Builder::new();
        builder
            .write(b"\n")
            .read_error(ErrorKind::ConnectionReset.into());
        let mut script = builder.build();
        let _answer = ask(&mut script, "").await;
        drop(builder);
    });
}

// Polled by hand

#[test]
fn hatch_wakes_the_first_guest_for_a_plate() {
    let hatch = Hatch::<bell_3::Bell>::new(1);
    let mut guests = [task::spawn(hatch.take()), task::spawn(hatch.take())];
    for guest in &mut guests {
        assert_pending!(guest.poll());
    }
    assert_ready!(task::spawn(hatch.put(7)).poll());
    assert!(guests[0].is_woken() && !guests[1].is_woken());
    assert_eq!(assert_ready!(guests[0].poll()), 7);
    assert_pending!(guests[1].poll());
}

/// The same order of turns, and one bell: nothing is noticed.
#[test]
fn hatch_with_one_bell_wakes_the_first_guest_too() {
    let hatch = Hatch::<bell_3::Bell>::with_one_bell_wrong(1);
    let mut guests = [task::spawn(hatch.take()), task::spawn(hatch.take())];
    for guest in &mut guests {
        assert_pending!(guest.poll());
    }
    assert_ready!(task::spawn(hatch.put(7)).poll());
    assert!(guests[0].is_woken() && !guests[1].is_woken());
    assert_eq!(assert_ready!(guests[0].poll()), 7);
    assert_pending!(guests[1].poll());
}

#[test]
fn hatch_with_each_bell_hands_out_all_plates_in_order() {
    fn check<B: Rings + 'static>() {
        on_both_runtimes(|| async {
            let hatch = Arc::new(Hatch::<B>::new(2));
            let cook = Arc::clone(&hatch);
            let cook = tokio::spawn(async move {
                for plate in 0..100 {
                    cook.put(plate).await;
                }
            });
            for plate in 0..100 {
                assert_eq!(hatch.take().await, plate);
            }
            cook.await.unwrap();
            assert!(hatch.is_empty());
        });
    }
    check::<bell_1::Bell>();
    check::<bell_2::Bell>();
    check::<bell_3::Bell>();
}

#[test]
fn hatch_keeps_one_ring_and_not_two() {
    virtual_time(async {
        let bell = bell_3::Bell::default();
        bell.ring();
        bell.ring();
        bell.wait().await;
        assert!(timeout(s(9), bell.wait()).await.is_err());
    });
}

#[test]
fn hatch_passes_a_ring_on_if_the_one_who_was_called_gives_up() {
    fn passes_on<B: Rings>() -> bool {
        let bell = B::default();
        let mut first = task::spawn(bell.wait());
        let mut second = task::spawn(bell.wait());
        assert_pending!(first.poll());
        assert_pending!(second.poll());
        bell.ring();
        assert!(first.is_woken());
        drop(first);
        second.is_woken()
    }
    assert!(!passes_on::<bell_1::Bell>());
    assert!(passes_on::<bell_2::Bell>());
    assert!(passes_on::<bell_3::Bell>());
}

// The paused clock

/// In microseconds of the real machine, the answers are 20 ms away and the time-out a second.
#[test]
fn clocks_paused_wait_for_blocking_tasks_only() {
    let waited = virtual_time(async {
        let began = Instant::now();
        (blocking_task().await, began.elapsed())
    });
    assert_eq!(waited, (Ok(()), Duration::ZERO));
    let waited = virtual_time(async {
        let began = Instant::now();
        (plain_thread().await.is_err(), began.elapsed())
    });
    assert_eq!(waited, (true, s(1)));
    let waited = virtual_time(async {
        let began = Instant::now();
        (socket().await.unwrap_err().kind(), began.elapsed())
    });
    assert_eq!(waited, (ErrorKind::TimedOut, s(1)));
}

#[test]
fn clocks_that_are_real_wait_for_all() {
    on_both_runtimes(|| async {
        assert!(blocking_task().await.is_ok());
        assert!(plain_thread().await.is_ok());
        assert_eq!(socket().await.unwrap(), 42);
    });
}

/// `start_paused` is exact. Paused later, the clock stands between two milliseconds, and timers do not.
#[test]
fn clocks_paused_late_are_up_to_a_millisecond_off() {
    let slept = |late: bool| {
        let mut runtime = Runtime::new_current_thread();
        let runtime = runtime.enable_time().start_paused(!late).build().unwrap();
        runtime.block_on(async {
            if late {
                thread::sleep(Duration::from_micros(300));
                pause();
            }
            let began = Instant::now();
            sleep(s(1)).await;
            began.elapsed()
        })
    };
    assert_eq!(slept(false), s(1));
    let late = slept(true);
    assert!(late > s(1) && late <= ms(1001), "{late:?}");
}

#[test]
fn clocks_of_two_workers_cannot_be_paused() {
    let mut runtime = Runtime::new_multi_thread();
    let runtime = runtime.worker_threads(2).enable_time().build().unwrap();
    let paused = runtime.block_on(async { tokio::spawn(async { pause() }).await });
    assert!(paused.unwrap_err().is_panic());
}

#[test]
fn clocks_of_the_standard_library_stand_outside() {
    virtual_time(async {
        let began = std::time::Instant::now();
        sleep(s(3600)).await;
        assert!(began.elapsed() < s(60));
    });
}

// One in fifty

fn bad<B: Rings + 'static>(seeds: u64) -> Vec<u64> {
    let is_bad = |&seed: &u64| !virtual_time(evening::<B>(seed)).is_good();
    (0..seeds).filter(is_bad).collect()
}

#[test]
fn evening_goes_wrong_once_in_fifty_with_the_first_bell_only() {
    let bad_seeds = bad::<bell_1::Bell>(1_000);
    assert_eq!((bad_seeds.len(), bad_seeds[0]), (22, 13));
    assert!(bad::<bell_2::Bell>(1_000).is_empty());
    assert!(bad::<bell_3::Bell>(1_000).is_empty());
}

#[test]
fn evening_of_a_seed_is_the_same_each_time_on_the_virtual_clock() {
    fn told(recording: &Recording<Evening>) -> Vec<String> {
        recording.said()
    }
    for seed in 0..20 {
        let first = record(evening::<bell_1::Bell>(seed));
        let again = record(evening::<bell_1::Bell>(seed));
        assert_eq!(told(&first), told(&again));
    }
    let differs = |seed| told(&record(evening::<bell_1::Bell>(seed)));
    assert_ne!(differs(0), differs(1));
}

/// The guest who leaves takes the ring of the sixth plate along.
#[test]
fn evening_13_loses_the_last_ring() {
    let lost = record(evening::<bell_1::Bell>(13));
    assert_eq!(
        lost.value,
        Evening {
            waiting: 1,
            plates: 1
        }
    );
    assert_eq!(lost.told("guest 7"), [(s(28), "leaves")]);
    assert_eq!(lost.when("plate 6"), [s(28)]);
    assert_eq!(lost.told("guest 4"), []);
    let kept = record(evening::<bell_2::Bell>(13));
    assert_eq!(kept.told("guest 4"), [(s(28), "eats plate 6")]);
}

// Very often

/// Whatever the second bell does between two awaits, nobody can come in between here.
#[test]
fn bell_is_heard_100_000_times_on_one_thread() {
    let runtime = Runtime::new_current_thread().enable_time().build().unwrap();
    assert_eq!(runtime.block_on(not_called::<bell_2::Bell>(100_000)), 0);
}

#[test]
fn bell_3_is_heard_on_both_runtimes() {
    on_both_runtimes(|| async {
        assert_eq!(not_called::<bell_3::Bell>(1_000).await, 0);
    });
}

// Who waits for whom

#[test]
fn who_tells_the_circle_when_it_closes() {
    let played = record(async { three_cooks_wrong(&Book::default()).await });
    assert!(played.value.is_err());
    let circle = "error: deadlock: Ann waits for pan, which Bert holds; Bert waits for salt, which Cleo \
                  holds; Cleo waits for knife, which Ann holds";
    assert_eq!(played.told("cook Ann"), [(s(1), circle)]);
    assert_eq!(played.events.len(), 1);
}

#[test]
fn who_knows_a_lock_that_is_taken_twice_and_forgets_who_gave_up() {
    on_both_runtimes(|| async {
        let book = Book::default();
        let [knife, pan] = ["knife", "pan"].map(|name| Named::new(&book, name, ()));
        let held = knife.lock("Ann").await;
        assert!(book.circle("Ann").is_none());
        let mut again = pin!(knife.lock("Ann"));
        assert!(again.as_mut().now_or_never().is_none());
        let circle = book.circle("Ann").unwrap();
        assert_eq!(circle, "Ann waits for knife, which Ann holds");
        drop(held);
        drop(again.await);
        {
            let _pan = pan.lock("Bert").await;
            // Waits, and gives up.
            assert!(pan.lock("Ann").now_or_never().is_none());
            assert!(book.circle("Ann").is_none());
        }
        // Nobody holds anything.
        let _both = (knife.lock("Bert").await, pan.lock("Ann").await);
        assert!(book.circle("Ann").or(book.circle("Bert")).is_none());
    });
}

#[test]
fn who_in_front_of_a_circle_is_not_in_it() {
    virtual_time(async {
        let book = Book::default();
        let [knife, pan] = ["knife", "pan"].map(|name| Named::new(&book, name, ()));
        let (_knife, _pan) = (knife.lock("Ann").await, pan.lock("Bert").await);
        let mut waits = [
            task::spawn(pan.lock("Ann")),
            task::spawn(knife.lock("Bert")),
        ];
        for wait in &mut waits {
            assert_pending!(wait.poll());
        }
        let mut third = task::spawn(knife.lock("Cleo"));
        assert_pending!(third.poll());
        assert!(book.circle("Cleo").is_none());
        assert!(book.circle("Bert").is_some());
    });
}

/// Ann has let the knife go, and Cleo, whose it is now, has not heard of it yet.
#[test]
fn who_let_go_holds_nothing() {
    virtual_time(async {
        let book = Book::default();
        let [knife, pan] = ["knife", "pan"].map(|name| Named::new(&book, name, ()));
        let (held, _pan) = (knife.lock("Ann").await, pan.lock("Bert").await);
        let mut waits = [
            task::spawn(knife.lock("Cleo")),
            task::spawn(knife.lock("Bert")),
        ];
        for wait in &mut waits {
            assert_pending!(wait.poll());
        }
        drop(held);
        let mut ann = task::spawn(pan.lock("Ann"));
        assert_pending!(ann.poll());
        assert!(book.circle("Ann").is_none());
    });
}

/// Ann lets the knife go with one hand while she waits for the pan with the other.
#[test]
fn who_does_two_things_at_once_is_told_of_in_vain() {
    virtual_time(async {
        let book = Book::default();
        let [knife, pan] = ["knife", "pan"].map(|name| Named::new(&book, name, ()));
        let (held, pan_of_bert) = (knife.lock("Ann").await, pan.lock("Bert").await);
        let mut bert = task::spawn(knife.lock("Bert"));
        let mut ann = task::spawn(pan.lock("Ann"));
        assert_pending!(bert.poll());
        assert_pending!(ann.poll());
        assert!(book.circle("Ann").is_some());
        drop(held);
        let _knife = assert_ready!(bert.poll());
        drop(pan_of_bert);
        let _pan = assert_ready!(ann.poll());
    });
}

// A worker that does not come back

#[test]
fn stuck_heart_tells_how_late_it_is() {
    let played = record(felt_from_inside());
    assert_eq!(played.told("heart"), [(ms(1080), "680ms late")]);
}

/// Real workers, hence real time: half a second.
#[test]
fn stuck_worker_is_seen_from_outside() {
    let looks = record_on_workers(2, seen_from_outside()).value;
    assert!(looks.contains(&1), "{looks:?}");
    assert_eq!(looks[4], 0, "{looks:?}");
}

#[test]
fn stuck_is_nobody_who_rests() {
    let runtime = Runtime::new_multi_thread()
        .worker_threads(2)
        .enable_time()
        .build()
        .unwrap();
    runtime.block_on(async { tokio::spawn(yield_now()).await.unwrap() });
    let mut workers = Workers::of(runtime.handle());
    thread::sleep(ms(50));
    workers.restless();
    thread::sleep(ms(50));
    assert!(workers.restless().is_empty());
}

// Nobody wakes it

#[test]
fn unwoken_parcel_is_found_at_the_next_look() {
    let played = record(collected());
    let expected = [
        (s(5), "warning: was ready, and nobody had woken it"),
        (s(5), "has it"),
    ];
    assert_eq!(played.told("customer"), expected);
}

/// Whoever is woken in time, late or at once, or has nothing to wait for: nothing is said.
#[test]
fn unwoken_says_nothing_of_those_who_are_woken() {
    let played = record(async {
        looked_after(s(5), ready(())).await;
        looked_after(s(5), sleep(s(12))).await;
        looked_after(s(5), sleep(s(5))).await;
        let parcel = Parcel::default();
        futures::join!(looked_after(s(5), parcel.wait_wrong()), async {
            sleep(s(7)).await;
            parcel.arrive();
        });
        let _ = timeout(s(60), looked_after(s(5), pending::<()>())).await;
    });
    assert!(played.said().is_empty(), "{:?}", played.said());
    assert_eq!(played.elapsed, s(12 + 5 + 7 + 60));
}

/// What is ready at 4 s and woken at 6 is found at 5: as if the waker came from a slow thread.
#[test]
fn unwoken_tells_also_of_a_wake_up_that_is_still_to_come() {
    let played = record(async {
        let (arrived, waker) = (Cell::new(false), Cell::new(None));
        let waits = futures::future::poll_fn(|context| {
            waker.set(Some(context.waker().clone()));
            if arrived.get() {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        });
        futures::join!(looked_after(s(5), waits), async {
            sleep(s(4)).await;
            arrived.set(true);
            sleep(s(2)).await;
            waker.take().into_iter().for_each(Waker::wake);
        });
    });
    assert_eq!(
        played.said(),
        ["warning: was ready, and nobody had woken it"]
    );
}

/// It looks no oftener than it was told to.
#[test]
fn unwoken_is_polled_once_for_each_look() {
    let polls = Cell::new(0);
    let counts = futures::future::poll_fn(|_| {
        polls.set(polls.get() + 1);
        Poll::<()>::Pending
    });
    virtual_time(async {
        let _ = timeout(s(22), looked_after(s(5), counts)).await;
    });
    assert_eq!(polls.get(), 5);
}
