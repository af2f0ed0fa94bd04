//! Chapter 11: what it says about blocking, handing computing over, and mixed work, proved.

use std::{
    env,
    process::{Command, Output},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
        mpsc,
    },
    thread,
    time::Duration,
};

use ch11_parallelism::{
    farewell::{Farewell, To, is_waited_for, who_stands_in_line_is_waited_for},
    flight::{Flight, digit_sum, three_flights},
    full_pool::{POOL, a_file_behind},
    in_place::siblings,
    mixed::{
        LIMITS, Limits, Picture, a_limit_for_each, batch, critical_path, in_turn, one_limit_wrong,
    },
    thermometer::beside_a_report,
};
use rayon::ThreadPoolBuilder;
use stage::{ms, on_both_runtimes, record};
use tokio::{
    runtime::Builder,
    task::{block_in_place, spawn_blocking, yield_now},
    time::{Instant, sleep, timeout},
};

const PATIENCE: Duration = ms(100);

// A blocked loop

#[test]
fn thermometer_is_silent_and_then_tells_all_at_once() {
    let played = record(beside_a_report(6));
    let told = played.told("thermometer");
    assert_eq!(
        told.iter().map(|(at, _)| at.as_secs()).collect::<Vec<_>>(),
        [0, 3, 3, 3, 4]
    );
    assert_eq!(played.told("report"), [(ms(3_000), "printed")]);
    assert!(played.value);
    assert_eq!(played.lane("report").polls, 1, "it gave way");

    let played = record(beside_a_report(1));
    let told = played.told("thermometer");
    assert!(
        (0..)
            .zip(told)
            .all(|(second, (at, _))| at == ms(1_000 * second))
    );
    assert_eq!(played.told("report"), [(ms(1_500), "timed out")]);
}

#[test]
fn thermometer_rule_a_time_out_does_not_end_what_blocks() {
    on_both_runtimes(|| async {
        let begun = Instant::now();
        let blocks = async { thread::sleep(ms(60)) };
        assert_eq!(timeout(ms(10), blocks).await, Ok(()));
        assert!(begun.elapsed() >= ms(60));
        // It is found out where the future gives way.
        let gives_way = async {
            thread::sleep(ms(60));
            sleep(Duration::from_hours(1)).await;
        };
        assert!(timeout(ms(10), gives_way).await.is_err());
        assert!(begun.elapsed() >= ms(120));
    });
}

/// As many as there are workers block; a further task is not polled until one of them is done.
#[test]
fn thermometer_stands_still_if_as_many_block_as_there_are_workers() {
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap();
    let (begins, begun) = mpsc::channel();
    let block = || {
        let (end, ended) = mpsc::channel::<()>();
        let begins = begins.clone();
        runtime.spawn(async move {
            begins.send(()).unwrap();
            let _ = ended.recv();
        });
        begun.recv().unwrap();
        end
    };
    let polled = || {
        let (polls, polled) = mpsc::channel();
        runtime.spawn(async move { polls.send(()) });
        polled
    };
    let one = block();
    assert!(polled().recv_timeout(Duration::from_secs(5)).is_ok());
    let other = block();
    let late = polled();
    assert!(late.recv_timeout(PATIENCE).is_err());
    drop(one);
    assert!(late.recv_timeout(Duration::from_secs(5)).is_ok());
    drop(other);
}

// Handed over

#[test]
fn full_pool_rule_a_file_waits_behind_the_sums() {
    on_both_runtimes(|| async {
        let long = Duration::from_secs(5);
        assert!(a_file_behind(POOL - 1, long).await.unwrap());
        assert!(!a_file_behind(POOL, PATIENCE).await.unwrap());
    });
}

/// Nobody is left to end the sums, so they end.
#[test]
fn full_pool_that_is_given_up_keeps_no_thread() {
    let (ends, ended) = mpsc::channel();
    thread::spawn(move || {
        let mut builder = Builder::new_current_thread();
        let runtime = builder
            .max_blocking_threads(2)
            .enable_time()
            .build()
            .unwrap();
        let patience = Duration::from_secs(5);
        let given_up = async { timeout(ms(20), a_file_behind(2, patience)).await.is_err() };
        assert!(runtime.block_on(given_up));
        // Waits for all that has begun.
        drop(runtime);
        ends.send(()).unwrap();
    });
    assert!(ended.recv_timeout(Duration::from_secs(5)).is_ok());
}

/// The pool begins as many as it may; rayon as many as it has threads.
#[test]
fn full_pool_begins_a_hundred_and_rayon_as_many_as_it_has_threads() {
    fn under_way(all: usize, begin: impl Fn(Box<dyn FnOnce() + Send>)) -> usize {
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (end, ended) = mpsc::channel::<()>();
        let ended = Arc::new(Mutex::new(ended));
        for _ in 0..all {
            let (now, most, ended) = (now.clone(), most.clone(), ended.clone());
            begin(Box::new(move || {
                most.fetch_max(now.fetch_add(1, Relaxed) + 1, Relaxed);
                let _ = ended.lock().unwrap().recv();
                now.fetch_sub(1, Relaxed);
            }));
        }
        thread::sleep(ms(200));
        drop(end);
        while Arc::strong_count(&now) > 1 {
            thread::yield_now();
        }
        most.load(Relaxed)
    }
    let runtime = Builder::new_current_thread().build().unwrap();
    let pool = |job: Box<dyn FnOnce() + Send>| drop(runtime.spawn_blocking(job));
    assert_eq!(under_way(100, pool), 100);
    let rayon = |job: Box<dyn FnOnce() + Send>| rayon::spawn(job);
    assert!(under_way(100, rayon) <= rayon::current_num_threads());
}

#[test]
fn in_place_only_other_tasks_have_a_turn() {
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    assert_eq!(runtime.block_on(siblings(PATIENCE)).unwrap(), (false, true));
    let refused = stage::virtual_time(siblings(PATIENCE))
        .unwrap_err()
        .into_panic();
    let words = refused.downcast::<String>().unwrap();
    assert!(words.contains("multi-threaded runtime"), "{words}");
}

/// One worker and one thread of the pool are taken by two that compute in place: all others wait.
#[test]
fn in_place_takes_its_threads_out_of_the_pool() {
    let mut builder = Builder::new_multi_thread();
    let runtime = builder
        .worker_threads(1)
        .max_blocking_threads(1)
        .build()
        .unwrap();
    let (begins, begun) = mpsc::channel();
    let ends = [(); 2].map(|()| {
        let (end, ended) = mpsc::channel::<()>();
        let begins = begins.clone();
        runtime.spawn(async move {
            block_in_place(|| {
                begins.send(()).unwrap();
                let _ = ended.recv();
            });
        });
        begun.recv().unwrap();
        end
    });
    let (polls, polled) = mpsc::channel();
    runtime.spawn(async move { polls.send(()) });
    assert!(polled.recv_timeout(PATIENCE).is_err());
    drop(ends);
    assert!(polled.recv_timeout(Duration::from_secs(5)).is_ok());
    // Where there is no runtime, it just computes.
    assert_eq!(block_in_place(|| 7), 7);
}

#[test]
fn flight_rule_results_and_panics_come_home() {
    on_both_runtimes(|| async {
        let (awaited, waited_for, words) = three_flights().await;
        assert_eq!((awaited, waited_for), (1_366, 26));
        assert_eq!(words, "nothing can be divided by 0");
    });
}

#[test]
fn flight_that_nobody_waits_for_does_not_begin() {
    let begun = Arc::new(AtomicBool::new(false));
    // All threads are busy; a flight is put in line, and given up.
    let (end, ended) = mpsc::channel::<()>();
    let ended = Arc::new(Mutex::new(ended));
    let busy: Vec<_> = (0..rayon::current_num_threads())
        .map(|_| {
            let ended = Arc::clone(&ended);
            Flight::begin(move || drop(ended.lock().map(|ended| ended.recv())))
        })
        .collect();
    let marks = Arc::clone(&begun);
    drop(Flight::begin(move || marks.store(true, Relaxed)));
    drop(end);
    busy.into_iter().for_each(Flight::wait);
    // Whatever was in line before it has been through.
    Flight::begin(|| ()).wait();
    while Arc::strong_count(&begun) > 1 {
        thread::yield_now();
    }
    assert!(!begun.load(Relaxed));
}

#[test]
fn flight_refuses_to_be_waited_for_on_a_runtimes_thread() {
    let refused =
        stage::virtual_time(async { tokio::spawn(async { Flight::begin(|| 1).wait() }).await });
    assert!(refused.unwrap_err().is_panic());
}

/// Who waits keeps the only thread that could do what it waits for.
#[test]
fn flight_waited_for_by_the_only_thread_of_rayon_does_not_land() {
    let pool = ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let (lands, landed) = mpsc::channel();
    pool.spawn(move || {
        let _ = lands.send(Flight::begin(|| 1).wait());
    });
    assert!(landed.recv_timeout(PATIENCE).is_err());
}

#[test]
fn flight_sums_digits() {
    let sums = [0, 1, 4, 10, 15].map(digit_sum);
    assert_eq!(sums, [1, 2, 7, 7, 26]);
}

#[test]
fn farewell_waits_for_what_has_begun_in_the_pool_or_in_place() {
    for to in [To::Pool, To::InPlace] {
        assert!(is_waited_for(to, PATIENCE, Farewell::Drop), "{to:?}");
        assert!(!is_waited_for(to, PATIENCE, Farewell::Background), "{to:?}");
        let short = Farewell::Timeout(ms(10));
        assert!(!is_waited_for(to, PATIENCE, short), "{to:?}");
    }
    assert!(who_stands_in_line_is_waited_for(ms(20)));
    assert!(!is_waited_for(To::Rayon, PATIENCE, Farewell::Drop));
}

/// In line it can still be called off.
#[test]
fn farewell_can_be_said_before_it_begins() {
    let runtime = Builder::new_current_thread()
        .max_blocking_threads(1)
        .build()
        .unwrap();
    let (begins, begun) = mpsc::channel();
    let marked = Arc::new(AtomicBool::new(false));
    let marks = Arc::clone(&marked);
    runtime.block_on(async {
        spawn_blocking(move || {
            begins.send(()).unwrap();
            thread::sleep(ms(20));
        });
        spawn_blocking(move || marks.store(true, Relaxed)).abort();
    });
    begun.recv().unwrap();
    drop(runtime);
    assert!(!marked.load(Relaxed));
}

/// This very program once more, with one of the tests below that are left out otherwise.
fn program(test: &str) -> Output {
    let mut program = Command::new(env::current_exe().unwrap());
    program.args([test, "--exact", "--ignored", "--nocapture"]);
    program.output().unwrap()
}

#[test]
fn farewell_of_a_program_ends_what_rayon_computes() {
    let output = program("a_program_that_ends_while_rayon_computes");
    assert!(output.status.success());
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        said.contains("begun") && !said.contains("computed"),
        "{said}"
    );
}

#[test]
#[ignore = "a program of its own"]
fn a_program_that_ends_while_rayon_computes() {
    let (begins, begun) = mpsc::channel();
    rayon::spawn(move || {
        begins.send(()).unwrap();
        thread::sleep(ms(500));
        println!("computed");
    });
    begun.recv().unwrap();
    println!("begun");
}

#[test]
fn flight_without_a_net_would_end_the_program() {
    let output = program("a_program_in_which_rayon_panics");
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("aborting"), "{said}");
}

#[test]
#[ignore = "a program of its own"]
fn a_program_in_which_rayon_panics() {
    rayon::spawn(|| panic!("nobody catches it"));
    thread::sleep(ms(500));
}

// Mixed work

async fn elsewhere(takes: Duration) {
    sleep(takes).await;
}

#[test]
fn mixed_work_comes_within_a_tenth_of_its_critical_path() {
    let batch = batch();
    let path = critical_path(&batch, LIMITS.stages);
    assert_eq!(path, ms(2_460));
    let took = record(a_limit_for_each(&batch, &elsewhere, LIMITS)).elapsed;
    assert_eq!(took, ms(2_560));
    assert_eq!(
        record(in_turn(&batch, &elsewhere)).elapsed,
        critical_path(&batch, [1; 3]).max(sum(&batch))
    );
    let two = record(one_limit_wrong(&batch, &elsewhere, 2));
    assert!(two.elapsed > 2 * path, "{:?}", two.elapsed);
}

fn sum(batch: &[Picture]) -> Duration {
    batch.iter().map(|it| it.fetch + it.shrink + it.store).sum()
}

#[test]
fn mixed_work_of_any_kind_comes_within_a_tenth() {
    for seed in 0..40 {
        let mut state: u64 = seed;
        // Knuth's generator: as random as this has to be.
        let mut between = |from: u64, to: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            ms(from + (state >> 33) % (to - from))
        };
        let batch: Vec<Picture> = (0..150)
            .map(|number| Picture {
                number,
                fetch: between(300, 900),
                shrink: between(100, 500),
                store: between(50, 250),
            })
            .collect();
        let path = critical_path(&batch, LIMITS.stages);
        let took = record(a_limit_for_each(&batch, &elsewhere, LIMITS)).elapsed;
        assert!(
            path <= took && took <= path.mul_f64(1.1),
            "{seed}: {took:?} of {path:?}"
        );
    }
}

/// Those that are slow to fetch in one half, those that are slow to shrink in the other.
#[test]
fn mixed_work_in_a_bad_order_takes_longer() {
    let (slow, fast) = (ms(1_500), ms(300));
    let picture = |number| Picture {
        number,
        fetch: if number < 75 { slow } else { fast },
        shrink: if number < 75 { ms(100) } else { ms(500) },
        store: ms(100),
    };
    let batch: Vec<Picture> = (0..150).map(picture).collect();
    let path = critical_path(&batch, LIMITS.stages);
    let took = record(a_limit_for_each(&batch, &elsewhere, LIMITS)).elapsed;
    assert!(took > path.mul_f64(4.0 / 3.0), "{took:?} of {path:?}");
    // Fewer inside than in all stages together: a stage starves.
    let inside = LIMITS.stages[1];
    let limits = Limits { inside, ..LIMITS };
    let starved = record(a_limit_for_each(&batch, &elsewhere, limits)).elapsed;
    assert!(starved > 2 * took, "{starved:?}");
}

#[test]
fn mixed_one_limit_for_all_either_starves_the_cores_or_overruns_them() {
    let most = |places| {
        let played = record(async move { one_limit_wrong(&batch(), &elsewhere, places).await });
        played.most_at_once("shrink")
    };
    assert_eq!((most(2), most(12)), (2, 11));
    let played = record(async { a_limit_for_each(&batch(), &elsewhere, LIMITS).await });
    assert_eq!(played.most_at_once("shrink"), 2);
}

#[test]
fn mixed_a_path_is_the_longest_of_its_own_and_the_stages() {
    let picture = |number| Picture {
        number,
        fetch: ms(100),
        shrink: ms(300),
        store: ms(50),
    };
    let one = [picture(1)];
    assert_eq!(critical_path(&one, [9, 9, 9]), ms(450));
    let six: Vec<Picture> = (0..6).map(picture).collect();
    // Six to shrink on two cores, after a first fetch and before a last store.
    assert_eq!(critical_path(&six, [9, 2, 9]), ms(100 + 900 + 50));
    assert_eq!(critical_path(&six, [1, 9, 9]), ms(600 + 350));
    assert_eq!(critical_path(&six, [9, 9, 1]), ms(400 + 300));
    assert_eq!(critical_path(&[], [1; 3]), ms(0));
}

#[test]
fn mixed_rule_a_place_is_given_back_before_the_next() {
    on_both_runtimes(|| async {
        let (now, most) = (&AtomicUsize::new(0), &AtomicUsize::new(0));
        let shrink = |_| async {
            most.fetch_max(now.fetch_add(1, Relaxed) + 1, Relaxed);
            // The rest is yielding: others come as far as they may.
            for _ in 0..100 {
                yield_now().await;
            }
            now.fetch_sub(1, Relaxed);
        };
        let brief = |number| Picture {
            number,
            fetch: ms(1),
            shrink: ms(1),
            store: ms(1),
        };
        let batch: Vec<Picture> = (0..40).map(brief).collect();
        let limits = Limits {
            inside: 40,
            stages: [40, 3, 1],
        };
        a_limit_for_each(&batch, &shrink, limits).await;
        assert_eq!((now.load(Relaxed), most.load(Relaxed)), (0, 3));
    });
}
