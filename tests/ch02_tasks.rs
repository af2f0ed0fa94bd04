//! Chapter 2: what it says about tasks, proved.

use std::{
    future::poll_fn,
    sync::{
        Arc, Barrier,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    task::Poll,
    thread,
    time::Duration,
};

use ch02_tasks::{
    borrowing,
    breakfast::{self, Mishap},
    event_loop, life, results, weather, workers,
    yielding::{self, Manners},
};
use futures::FutureExt;
use stage::{self, Outcome, Recording, block_for, record, virtual_time};
use tokio::{
    runtime,
    task::{JoinSet, LocalSet, consume_budget, spawn_local, yield_now},
    time::{sleep, timeout},
};

const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

const fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// When a lane began and ended.
fn span<T>(recording: &Recording<T>, label: &str) -> (Duration, Option<Duration>) {
    let lane = recording.lane(label);
    (lane.runs[0].from, lane.ended)
}

/// Everything that was said, in order, without the times.
fn said<T>(recording: &Recording<T>) -> Vec<String> {
    let label = |lane: usize| recording.lanes[lane].label.as_str();
    recording
        .events
        .iter()
        .map(|event| match event.lane {
            Some(lane) => format!("{}: {}", label(lane), event.text),
            None => event.text.clone(),
        })
        .collect()
}

// Breakfast

#[test]
fn breakfast_in_turn_takes_five_seconds() {
    let told = record(breakfast::in_turn());
    assert_eq!(told.elapsed, s(5));
    assert_eq!(told.value, ["coffee", "toast"]);
    assert_eq!(span(&told, "coffee"), (s(0), Some(s(3))));
    assert_eq!(span(&told, "toast"), (s(3), Some(s(5))));
}

#[test]
fn breakfast_spawned_takes_three_seconds() {
    let told = record(breakfast::spawned());
    assert_eq!(told.elapsed, s(3));
    assert_eq!(*told.value.as_ref().unwrap(), ["coffee", "toast"]);
    assert_eq!(span(&told, "coffee"), (s(0), Some(s(3))));
    assert_eq!(span(&told, "toast"), (s(0), Some(s(2))));
}

#[test]
fn breakfast_failing_leaves_the_toast_running() {
    let told = record(breakfast::morning(breakfast::without_beans_wrong()));
    assert!(matches!(told.value, Err(Mishap::NoBeans)));
    assert_eq!(told.lane("coffee").ended, Some(s(1)));
    assert_eq!(told.told("cook")[0], (s(1), "no beans, leaving the house"));
    let toast = told.lane("toast");
    assert_eq!(toast.ended, Some(s(2)));
    assert_eq!(toast.outcome, Outcome::Finished);
}

#[test]
fn breakfast_failing_stops_a_toast_that_is_owned() {
    let told = record(breakfast::morning(breakfast::without_beans()));
    assert!(matches!(told.value, Err(Mishap::NoBeans)));
    let toast = told.lane("toast");
    assert_eq!(toast.ended, Some(s(1)));
    assert_eq!(toast.outcome, Outcome::Cancelled);
}

#[test]
fn breakfast_dropped_halfway_stops_only_what_it_owns() {
    let half = async { timeout(s(1), breakfast::in_turn()).await };
    let told = record(half);
    assert_eq!(told.lane("coffee").outcome, Outcome::Cancelled);

    let half = async {
        let _ = timeout(s(1), breakfast::spawned()).await;
        sleep(s(9)).await;
    };
    let told = record(half);
    assert_eq!(told.lane("coffee").outcome, Outcome::Finished);
    assert_eq!(told.lane("coffee").ended, Some(s(3)));
}

#[test]
fn breakfast_ends_with_its_runtime() {
    let told = record(breakfast::without_beans_wrong());
    assert_eq!(told.elapsed, s(1));
    assert_eq!(told.lane("toast").outcome, Outcome::Cancelled);
}

// Workers

#[test]
fn workers_one_by_one_take_six_seconds() {
    let told = record(workers::one_by_one_wrong());
    assert_eq!(told.elapsed, s(6));
    assert_eq!(*told.value.as_ref().unwrap(), ["A", "B", "C"]);
    assert_eq!(span(&told, "worker B"), (s(2), Some(s(3))));
    assert_eq!(span(&told, "worker C"), (s(3), Some(s(6))));
}

#[test]
fn workers_begin_together_and_finish_b_a_c() {
    let told = record(workers::all_at_once());
    assert_eq!(told.elapsed, s(3));
    assert_eq!(span(&told, "worker A"), (s(0), Some(s(2))));
    assert_eq!(span(&told, "worker B"), (s(0), Some(s(1))));
    assert_eq!(span(&told, "worker C"), (s(0), Some(s(3))));
    assert_eq!(
        said(&told)[4..],
        ["worker B: done", "worker A: done", "worker C: done"]
    );
}

#[test]
fn workers_results_stand_in_the_order_asked_for() {
    let told = record(workers::all_at_once());
    assert_eq!(*told.value.as_ref().unwrap(), ["A", "B", "C"]);
}

#[test]
fn workers_begin_only_when_the_spawner_gives_way() {
    let told = record(workers::all_at_once());
    assert_eq!(
        said(&told)[..4],
        [
            "spawned",
            "worker A: started",
            "worker B: started",
            "worker C: started"
        ]
    );
}

// The life of a task

#[test]
fn life_is_created_running_suspended_finished() {
    let told = record(life::observed());
    assert_eq!(*told.value.as_ref().unwrap(), "tea");
    let kettle = told.lane("kettle");
    assert_eq!(kettle.created, s(0));
    let runs: Vec<_> = kettle.runs.iter().map(|run| (run.from, run.to)).collect();
    assert_eq!(runs, [(s(1), s(2)), (s(4), s(5))]);
    assert_eq!(kettle.polls, 2);
    assert_eq!(kettle.ended, Some(s(5)));
}

#[test]
fn life_is_finished_only_at_its_end_and_nobody_sees_it_running() {
    let told = record(life::observed());
    assert_eq!(
        told.told("observer"),
        [
            (s(0), "finished: no"),
            (s(1), "finished: no"),
            (s(3), "finished: no"),
            (s(5), "finished: yes"),
        ]
    );
}

#[test]
fn life_abort_asks_and_the_next_turn_obeys() {
    let told = record(life::aborted());
    assert_eq!(told.value, [false, true]);
    assert_eq!(told.elapsed, s(1));
    assert_eq!(told.lane("nap").outcome, Outcome::Cancelled);
}

#[test]
fn life_abort_after_the_end_changes_nothing() {
    let late = virtual_time(life::aborted_too_late());
    assert_eq!(late.unwrap(), "toast");
}

#[test]
fn life_abort_reaches_a_running_task_at_its_next_await() {
    let told = record(async {
        let ran_on = Arc::new(AtomicBool::new(false));
        let task = tokio::spawn({
            let ran_on = Arc::clone(&ran_on);
            async move {
                sleep(s(1)).await;
                block_for(s(2));
                ran_on.store(true, Ordering::Relaxed);
                sleep(s(9)).await;
            }
        });
        sleep(s(2)).await;
        task.abort();
        let cancelled = task.await.unwrap_err().is_cancelled();
        (cancelled, ran_on.load(Ordering::Relaxed))
    });
    assert_eq!(told.value, (true, true));
    assert_eq!(told.elapsed, s(3));
}

#[test]
fn life_has_one_identity() {
    let [handle, abort, inside] = virtual_time(life::identity()).unwrap();
    assert_eq!(handle, abort);
    assert_eq!(handle, inside);
}

// Results

#[test]
fn results_have_three_arms() {
    let told = record(results::watched());
    assert_eq!(
        told.value,
        ["delivered a letter", "crashed: flat tyre", "called back"]
    );
    assert_eq!(told.lane("courier 1").outcome, Outcome::Finished);
    assert_eq!(told.lane("courier 2").outcome, Outcome::Panicked);
    assert_eq!(told.lane("courier 3").outcome, Outcome::Cancelled);
    assert_eq!(
        told.told("office"),
        [
            (s(1), "delivered a letter"),
            (s(2), "crashed: flat tyre"),
            (s(4), "called back"),
        ]
    );
}

#[test]
fn results_nobody_asks_for_are_lost_even_a_panic() {
    let told = record(results::unwatched_wrong());
    assert_eq!(told.value, "all well");
    assert_eq!(told.lane("courier 2").outcome, Outcome::Panicked);
    assert_eq!(told.lane("courier 2").ended, Some(s(2)));
    assert_eq!(told.elapsed, s(3));
}

#[test]
fn results_of_panics_with_formatted_words() {
    let end = virtual_time(async {
        tokio::spawn(async {
            let tyres = 2;
            panic!("{tyres} flat tyres")
        })
        .await
    });
    assert_eq!(results::verdict(end), "crashed: 2 flat tyres");
}

// Weather

#[test]
fn weather_all_or_nothing_loses_three_answers() {
    let told = record(weather::bulletin(weather::all_or_nothing_wrong()));
    assert_eq!(told.value, []);
    assert_eq!(
        told.told("bulletin"),
        [(weather::LIMIT, "on air with 0 answers")]
    );
    let late = told.lane("city Quito");
    assert_eq!((late.ended, late.outcome), (Some(s(7)), Outcome::Finished));
}

#[test]
fn weather_keeps_what_came_in_time_and_cancels_the_rest() {
    let told = record(weather::what_came_in_time());
    assert_eq!(told.elapsed, s(5));
    assert_eq!(
        told.value,
        [("Oslo", "sunny"), ("Lima", "sunny"), ("Cairo", "sunny")]
    );
    let late = told.lane("city Quito");
    assert_eq!((late.ended, late.outcome), (Some(s(5)), Outcome::Cancelled));
}

#[test]
fn weather_limit_is_one_for_all_cities() {
    let told = record(weather::what_came_in_time());
    for (city, takes) in [("city Oslo", 1), ("city Lima", 2), ("city Cairo", 4)] {
        assert_eq!(span(&told, city), (s(0), Some(s(takes))));
    }
}

#[test]
fn weather_limit_per_answer_would_be_no_limit() {
    let told = record(async {
        let mut asked = JoinSet::new();
        for (city, seconds) in weather::CITIES {
            asked.spawn(weather::ask(city, seconds));
        }
        let mut answers = 0;
        while let Ok(Some(_)) = timeout(weather::LIMIT, asked.join_next()).await {
            answers += 1;
        }
        answers
    });
    assert_eq!((told.value, told.elapsed), (4, s(7)));
}

// The event loop

#[test]
fn event_loop_gives_everybody_a_turn_before_anybody_has_two() {
    let told = record(event_loop::turns());
    let mut said = said(&told);
    assert_eq!(
        said[..3],
        ["task A: turn 1", "task B: turn 1", "task C: turn 1"]
    );
    for (number, round) in said.chunks_mut(3).enumerate() {
        round.sort();
        let turn = number + 1;
        assert_eq!(
            round,
            ["A", "B", "C"].map(|name| format!("task {name}: turn {turn}"))
        );
    }
}

#[test]
fn event_loop_does_now_soon_later_at_three() {
    let told = record(event_loop::agenda());
    let times: Vec<_> = told
        .events
        .iter()
        .map(|event| (event.at, event.text.as_str()))
        .collect();
    assert_eq!(
        times,
        [
            (s(0), "now"),
            (s(0), "my first turn"),
            (s(2), "two seconds later"),
            (s(3), "it is three"),
        ]
    );
}

#[test]
fn event_loop_blocked_makes_the_alarm_late() {
    let told = record(event_loop::blocked_wrong());
    assert_eq!(told.told("alarm")[1], (s(3), "rings"));
    assert_eq!(told.lane("sums").polls, 1);
    assert_eq!(told.lane("sums").running(), s(3));
}

/// A task that is always ready, and an alarm that falls due meanwhile: the runtime looks at its
/// timers after 61 polls, even though it is never idle.
#[test]
fn event_loop_looks_at_its_timers_at_least_every_61_polls() {
    let turns = virtual_time(async {
        let turns = Arc::new(AtomicU32::new(0));
        let alarm = tokio::spawn({
            let turns = Arc::clone(&turns);
            async move {
                sleep(s(1)).await;
                turns.load(Ordering::Relaxed)
            }
        });
        let busy = tokio::spawn(async move {
            yield_now().await;
            block_for(s(2));
            for _ in 0..1000 {
                turns.fetch_add(1, Ordering::Relaxed);
                wake_at_once().await;
            }
        });
        let turns = alarm.await.unwrap();
        busy.await.unwrap();
        turns
    });
    // The last one was already in the queue when the alarm joined it.
    assert!((1..=62).contains(&turns), "the alarm waited {turns} polls");
}

/// Unlike `yield_now`, goes straight back into the queue of ready tasks.
async fn wake_at_once() {
    let mut woken = false;
    poll_fn(|context| {
        if woken {
            return Poll::Ready(());
        }
        woken = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// It ends, so they met, so two threads polled at the same moment.
#[test]
fn event_loop_on_two_workers_runs_in_parallel() {
    let both = Arc::new(Barrier::new(2));
    let [first, second] = stage::record_on_workers(2, event_loop::meet(both))
        .value
        .unwrap();
    assert_ne!(first, second);
}

/// On one thread each task meets only us, who come to the barrier twice.
#[test]
fn event_loop_on_one_thread_serves_one_task_at_a_time() {
    let both = Arc::new(Barrier::new(2));
    let alone = thread::spawn({
        let both = Arc::clone(&both);
        || {
            let runtime = runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(event_loop::meet(both)).unwrap()
        }
    });
    both.wait();
    both.wait();
    let [first, second] = alone.join().unwrap();
    assert_eq!(first, second);
}

// Borrowing

const RECIPE: &str = "flour water salt";

#[test]
fn borrowing_moved_into_the_task() {
    let told = record(borrowing::moved(RECIPE.into()));
    assert_eq!(*told.value.as_ref().unwrap(), 3);
    assert_eq!(told.elapsed, s(1));
}

#[test]
fn borrowing_shared_by_two_tasks() {
    let recipe: Arc<str> = RECIPE.into();
    let told = record(borrowing::shared(Arc::clone(&recipe)));
    assert_eq!(*told.value.as_ref().unwrap(), [3, 14]);
    assert_eq!(told.elapsed, s(1));
    assert_eq!(Arc::strong_count(&recipe), 1);
}

#[test]
fn borrowing_joined_within_the_scope() {
    let recipe = String::from(RECIPE);
    let told = record(borrowing::joined(&recipe));
    assert_eq!(told.value, [3, 14]);
    assert_eq!(told.elapsed, s(1));
}

#[test]
fn borrowing_without_send_on_a_local_set() {
    let recipe = std::rc::Rc::new(String::from(RECIPE));
    let counted = virtual_time(LocalSet::new().run_until(async move {
        spawn_local(async move { borrowing::words(&recipe).await }).await
    }));
    assert_eq!(counted.unwrap(), 3);
}

// Yielding

#[test]
fn yielding_not_at_all_makes_the_clock_late() {
    let told = record(yielding::beside_a_clock(Manners::None));
    assert_eq!(
        told.told("clock"),
        [(s(3), "strikes 1"), (s(3), "strikes 2")]
    );
    assert_eq!(told.lane("sums").polls, 1);
    assert_eq!(told.elapsed, s(3));
}

#[test]
fn yielding_costs_nothing_and_the_clock_is_on_time() {
    let told = record(yielding::beside_a_clock(Manners::Yield));
    assert_eq!(
        told.told("clock"),
        [(s(1), "strikes 1"), (s(2), "strikes 2")]
    );
    assert_eq!(told.lane("sums").polls, 7);
    assert_eq!(told.elapsed, s(3));
}

#[test]
fn yielding_by_naps_takes_as_much_longer() {
    let told = record(yielding::beside_a_clock(Manners::Nap(ms(100))));
    assert_eq!(
        told.told("clock"),
        [(ms(1100), "strikes 1"), (ms(2300), "strikes 2")]
    );
    assert_eq!(told.elapsed, ms(3600));
}

#[test]
fn yielding_gives_one_turn_a_nap_gives_all_and_an_empty_sleep_none() {
    let turns = |manners| virtual_time(yielding::turns_of_another(manners));
    assert_eq!(turns(Manners::None), 0);
    assert_eq!(turns(Manners::Yield), 1);
    assert_eq!(turns(Manners::Nap(ms(1))), 5);
    assert_eq!(turns(Manners::Nap(Duration::ZERO)), 0);
}

/// On the real clock a sleep ends at a whole millisecond, hence not where it began.
#[test]
fn yielding_by_an_empty_sleep_waits_on_the_real_clock() {
    let runtime = runtime::Builder::new_current_thread().enable_time().build();
    let waited = runtime.unwrap().block_on(async {
        // Ten times, for one of them may fall on the very millisecond.
        (0..10)
            .filter(|_| sleep(Duration::ZERO).now_or_never().is_none())
            .count()
    });
    assert!(waited >= 9, "{waited} of 10");
}

#[test]
fn yielding_budget_is_128_operations() {
    let told = record(yielding::letters(true));
    assert_eq!(*told.value.as_ref().unwrap(), 128);
    // 128 letters, 128 more, the last 44 and the end.
    assert_eq!(told.lane("reader").polls, 3);
}

#[test]
fn yielding_without_the_budget_the_reader_never_pauses() {
    let told = record(yielding::letters(false));
    assert_eq!(*told.value.as_ref().unwrap(), 300);
    assert_eq!(told.lane("reader").polls, 1);
}

/// The budget counts operations of Tokio. A loop that has none may spend from it by hand.
#[test]
fn yielding_budget_can_be_spent_by_hand() {
    async fn steps_before_another_task(spend: bool) -> u32 {
        let steps = Arc::new(AtomicU32::new(0));
        let mut tasks = JoinSet::new();
        tasks.spawn({
            let steps = Arc::clone(&steps);
            async move {
                for _ in 0..1000 {
                    steps.fetch_add(1, Ordering::Relaxed);
                    if spend {
                        consume_budget().await;
                    }
                }
                0
            }
        });
        tasks.spawn(async move { steps.load(Ordering::Relaxed) });
        tasks.join_all().await.into_iter().sum()
    }
    assert_eq!(virtual_time(steps_before_another_task(false)), 1000);
    // The step that finds the budget spent is already done.
    assert_eq!(virtual_time(steps_before_another_task(true)), 129);
}
