//! Chapter 12: what it says about observing, proved. Those about testing stand in `ch12_testing.rs`.

use std::{
    error::Error,
    future::{pending, ready},
    io::{self, ErrorKind},
    sync::atomic::{AtomicU32, Ordering::Relaxed},
    time::Duration,
};

use ch12_observing::{
    alive::Alive,
    json::Json,
    late::with_a_list,
    load::{Report, at_once, closed_loop, open_loop},
    orders::{crossing_spawn, lost_at_spawn_wrong, without_spans_wrong},
    page::{answers, by_the_clock_wrong, monitored, rendered_once, with_spans},
    server::Server,
    times::Times,
    timings::Timings,
};
use futures::future::join;
use serde_json::json;
use stage::{Instrument, block_for, heard_by, ms, on_both_runtimes, record, virtual_time};
use tokio::{
    spawn,
    sync::Semaphore,
    task::yield_now,
    time::{sleep, timeout},
};
use tokio_metrics::TaskMonitor;
use tracing::{Dispatch, Span, error, field::Empty, info_span, instrument::WithSubscriber};
use tracing_subscriber::{Registry, layer::SubscriberExt, registry};

/// A future among whose polls nobody but this subscriber hears.
fn listening<F: Future>(
    to: impl tracing_subscriber::Layer<Registry> + Send + Sync,
    story: F,
) -> impl Future<Output = F::Output> {
    story.with_subscriber(Dispatch::new(registry().with(to)))
}

// How long did it take

#[test]
fn page_by_the_clock_blames_the_warehouse() {
    let longest = answers().max().unwrap();
    assert!(longest < ms(60));
    let pages = record(by_the_clock_wrong());
    let mut said: Vec<_> = pages
        .events
        .iter()
        .map(|event| event.text.clone())
        .collect();
    said.sort_by_key(String::len);
    let expected = [42, 92, 142, 192, 242, 292].map(|ms| format!("the warehouse took {ms} ms"));
    assert_eq!(said, expected);
    assert_eq!(pages.elapsed, ms(342));
}

#[test]
fn page_with_spans_shows_who_keeps_the_thread() {
    let timings = Timings::default();
    let pages = heard_by(timings.clone(), || record(with_spans()));
    let of = |name| timings.of(name).unwrap();
    assert_eq!((of("all").count(), of("all").total()), (1, ms(342)));
    assert_eq!(
        (
            of("render").count(),
            of("render").total(),
            of("render").busy()
        ),
        (6, ms(300), ms(300))
    );
    assert_eq!(
        (of("stock").count(), of("stock").total(), of("stock").busy()),
        (6, ms(1002), ms(0))
    );
    assert_eq!(
        (of("page").longest(), of("page").busy()),
        (ms(342), ms(300))
    );
    // The stage has seen the same.
    let lanes = || pages.lanes.iter().filter(|lane| lane.label == "page");
    assert_eq!(
        lanes().map(stage::Lane::running).sum::<Duration>(),
        of("page").busy()
    );
    assert_eq!(
        lanes().map(|lane| lane.ended.unwrap()).max(),
        Some(of("page").longest())
    );
}

#[test]
fn page_rendered_once_takes_92_milliseconds() {
    let timings = Timings::default();
    let pages = heard_by(timings.clone(), || record(rendered_once()));
    assert_eq!(pages.elapsed, ms(92));
    assert_eq!(timings.of("render").unwrap().count(), 1);
    assert_eq!(timings.of("page").unwrap().longest(), ms(92));
}

#[test]
fn timings_of_a_span_are_busy_and_idle() {
    on_both_runtimes(|| async {
        let timings = Timings::default();
        let story = async {
            info_span!("computes").in_scope(|| block_for(ms(20)));
            let waits = sleep(ms(20));
            waits.instrument(info_span!("waits")).await;
            let half = async {
                block_for(ms(10));
                sleep(ms(20)).await;
            };
            // In two tasks, and perhaps on two threads.
            spawn(half.instrument(info_span!("half"))).await.unwrap();
        };
        listening(timings.clone(), story).await;
        let [computes, waits, half] =
            ["computes", "waits", "half"].map(|name| timings.of(name).unwrap());
        assert!(computes.busy() >= ms(20) && computes.total() < computes.busy() + ms(10));
        assert!(waits.busy() < ms(10) && waits.total() >= ms(20));
        assert!(half.busy() >= ms(10) && half.total() >= half.busy() + ms(19));
    });
}

#[test]
fn timings_last_until_the_last_handle_is_dropped() {
    let timings = Timings::default();
    heard_by(timings.clone(), || {
        record(async {
            let outer = info_span!("outer");
            outer.in_scope(|| block_for(ms(1)));
            let inner = outer.in_scope(|| info_span!("inner"));
            drop(outer);
            sleep(ms(9)).await;
            assert!(timings.of("outer").is_none());
            drop(inner);
            // Entered twice at a time it is busy once.
            let twice = info_span!("twice");
            twice.in_scope(|| twice.in_scope(|| block_for(ms(5))));
        })
    });
    let outer = timings.of("outer").unwrap();
    assert_eq!((outer.total(), outer.busy()), (ms(10), ms(1)));
    assert_eq!(timings.of("twice").unwrap().busy(), ms(5));
}

#[test]
fn times_of_a_thousand_are_known_to_three_digits() {
    let mut times = Times::default();
    for took in 1..=1000 {
        times.record(ms(took), ms(took / 2));
    }
    let near = |percent, expected: f64| {
        let percentile = 1000.0 * times.percentile(percent).as_secs_f64();
        assert!(
            (percentile / expected - 1.0).abs() < 0.001,
            "{percentile} {expected}"
        );
    };
    near(50.0, 500.0);
    near(99.0, 990.0);
    near(100.0, 1000.0);
    assert_eq!(times.longest(), ms(1000));
    assert_eq!(
        times.to_string(),
        " 1000  500.5    1.0  500.2  990.2 1000.0250000.0250500.0"
    );
}

// Logs worth reading

fn logged(story: impl Future) -> Vec<serde_json::Value> {
    let json = Json::default();
    heard_by(json.clone(), || record(story));
    let line = |line: &str| serde_json::from_str(line).unwrap();
    json.text().lines().map(line).collect()
}

#[test]
fn orders_without_spans_do_not_say_whose() {
    let told = record(without_spans_wrong());
    assert!(told.events.iter().all(|event| event.lane.is_none()));
    assert_eq!(told.said().last().unwrap(), "error: not paid");
}

#[test]
fn orders_lose_their_span_at_a_spawn() {
    let told = record(lost_at_spawn_wrong());
    let with = |text: &str| {
        told.events
            .iter()
            .filter(|event| event.text == text)
            .all(|event| event.lane.is_some())
    };
    assert!(with("arrived") && with("reserved"));
    assert!(!with("paid") && !with("warning: no answer, asked once more"));
}

#[test]
fn orders_are_known_on_every_line_of_the_log() {
    let lines = logged(crossing_spawn());
    assert_eq!(lines.len(), 10);
    for line in &lines {
        assert!(line["spans"][0]["order"]["since"].is_f64(), "{line}");
    }
    let of_2: Vec<_> = lines
        .iter()
        .filter(|line| line["spans"][0]["order"]["id"] == 2)
        .collect();
    let messages: Vec<_> = of_2
        .iter()
        .map(|line| line["fields"]["message"].as_str().unwrap())
        .collect();
    assert_eq!(
        messages,
        [
            "arrived",
            "reserved",
            "no answer, asked once more",
            "not paid: the bank does not answer: connection reset",
        ]
    );
    let expected = json!({
        "at": 0.75,
        "fields": { "message": messages[3] },
        "level": "ERROR",
        "spans": [{ "order": { "id": 2, "since": 0.1 } }, { "pay": {} }],
        "target": "ch12_observing::traced",
    });
    assert_eq!(*of_2[3], expected);
}

#[test]
fn orders_log_tells_the_causes_of_a_field_and_the_spans_of_a_parent() {
    let lines = logged(async {
        let error = Cause(io::Error::from(ErrorKind::ConnectionReset));
        let error: &(dyn Error + 'static) = &error;
        error!(error, "as a field");
        let order = info_span!("order", id = 7);
        let pay = info_span!(parent: &order, "pay", error, paid = Empty, card = Empty);
        pay.record("paid", false);
        let say = || error!(parent: &pay, owed = -1.5, days = -3, to = "us", "a parent");
        info_span!("here").in_scope(say);
    });
    assert_eq!(lines[0]["fields"]["error"], "cause: connection reset");
    assert_eq!(lines[0]["spans"], json!([]));
    let pay = json!({ "error": "cause: connection reset", "paid": false });
    assert_eq!(
        lines[1]["spans"],
        json!([{ "order": { "id": 7 } }, { "pay": pay }])
    );
    let fields = json!({ "days": -3, "message": "a parent", "owed": -1.5, "to": "us" });
    assert_eq!(lines[1]["fields"], fields);
}

#[derive(Debug, thiserror::Error)]
#[error("cause")]
struct Cause(#[source] io::Error);

#[test]
fn orders_span_is_left_behind_by_spawn() {
    on_both_runtimes(|| async {
        let dispatch = Dispatch::new(registry());
        let story = async {
            let here = Span::current();
            assert_eq!(here.metadata().unwrap().name(), "order");
            let name = || async { Span::current().metadata().map(tracing::Metadata::name) };
            let bare = spawn(name().with_current_subscriber());
            let given = spawn(name().in_current_span().with_current_subscriber());
            let own = info_span!("pay");
            assert_eq!(own.metadata().unwrap().name(), "pay");
            let own = spawn(name().instrument(own).with_current_subscriber());
            assert_eq!(bare.await.unwrap(), None);
            assert_eq!(given.await.unwrap(), Some("order"));
            assert_eq!(own.await.unwrap(), Some("pay"));
        };
        let story = async { story.instrument(info_span!("order")).await };
        story.with_subscriber(dispatch).await;
    });
}

/// Whoever is polled on this thread meanwhile is inside of the span that was not left.
#[test]
fn orders_guard_kept_across_an_await_puts_others_into_the_span() {
    virtual_time(
        async {
            let others = spawn(
                async { Span::current().metadata().map(tracing::Metadata::name) }
                    .with_current_subscriber(),
            );
            let order = info_span!("order");
            let _entered = order.enter();
            assert_eq!(others.await.unwrap(), Some("order"));
        }
        .with_subscriber(Dispatch::new(registry())),
    );
}

// Which tasks are alive

#[test]
fn late_orders_are_on_the_list_and_the_nameless_task_is_counted() {
    let alive = Alive::default();
    let told = heard_by(alive.clone(), || record(with_a_list(&alive)));
    let said = told.said();
    assert_eq!(said[3], "3 tasks are alive, 2 with a span");
    assert!(
        said[4].starts_with("order 5 > bake (late.rs:")
            && said[4].ends_with("waits for 1.000 s, polls: 1")
    );
    assert!(said[5].starts_with("order 3 > carrier (late.rs:"));
    assert_eq!((said.len(), told.elapsed), (6, ms(5000)));
    assert!(alive.list().is_empty(), "what was cancelled is not alive");
}

#[test]
fn alive_tells_running_from_waiting() {
    on_both_runtimes(|| async {
        let alive = Alive::default();
        let story = async {
            let list = alive.clone();
            let runs = async move {
                yield_now().await;
                list.list()
            };
            let runs = spawn(
                runs.instrument(info_span!("runs", id = 1))
                    .with_current_subscriber(),
            );
            let waits = spawn(
                pending::<()>()
                    .instrument(info_span!("waits"))
                    .with_current_subscriber(),
            );
            while alive.list().iter().any(|line| line.contains("polls: 0")) {
                yield_now().await;
            }
            let lines = runs.await.unwrap();
            let runs = lines
                .iter()
                .find(|line| line.starts_with("runs 1 ("))
                .unwrap();
            assert!(runs.contains("): runs for "), "{runs}");
            let lines = alive.list();
            assert!(
                lines[0].starts_with("waits (") && lines[0].contains("): waits for "),
                "{lines:?}"
            );
            assert_eq!((lines.len(), alive.roots()), (1, 1));
            waits.abort();
            assert!(waits.await.unwrap_err().is_cancelled());
            assert!(alive.list().is_empty());
        };
        listening(alive.clone(), story).await;
    });
}

#[test]
fn metrics_tell_ready_tasks_from_idle_ones() {
    let pages = TaskMonitor::new();
    virtual_time(monitored(&pages));
    let seen = pages.cumulative();
    assert_eq!((seen.instrumented_count, seen.total_poll_count), (6, 12));
    assert_eq!(seen.total_poll_duration, ms(300));
    // One is woken at 42 ms, the others at 92: until then the only thread is busy.
    assert_eq!(seen.total_idle_duration, ms(42 + 5 * 92));
    assert_eq!(seen.total_scheduled_duration, ms(50 * (1 + 2 + 3 + 4)));
}

// How the stage works

/// Tracing itself does not tell a future that ended from one that was dropped.
#[test]
fn stage_needs_its_own_instrument_to_tell_how_a_future_ended() {
    let told = record(async {
        let never = || pending::<()>();
        let tracing = tracing::Instrument::instrument(never(), info_span!("by tracing"));
        let stage = never().instrument(info_span!("by the stage"));
        let _ = timeout(ms(10), async { tokio::join!(tracing, stage) }).await;
    });
    assert_eq!(told.lane("by tracing").outcome, stage::Outcome::Finished);
    assert_eq!(told.lane("by the stage").outcome, stage::Outcome::Cancelled);
}

#[test]
fn stage_lets_a_guest_hear_one_story() {
    let timings = Timings::default();
    let story = || async { info_span!("here").in_scope(|| ()) };
    heard_by(timings.clone(), || {
        record(story());
        record(story());
    });
    record(story());
    heard_by(timings.clone(), || ());
    record(story());
    assert_eq!(timings.of("here").unwrap().count(), 1);
}

// A load test that does not lie

fn figures(report: &Report) -> (u64, u64, u128, u128, u128) {
    let p = |percent| report.times.percentile(percent).as_millis();
    (
        report.good,
        report.times.count(),
        p(50.0),
        p(99.0),
        report.times.longest().as_millis(),
    )
}

#[test]
fn load_of_a_hundred_at_once_succeeds_and_of_four_hundred_does_not() {
    let at_once = |calls| {
        let report = virtual_time(async {
            let server = Server::varies();
            at_once(calls, || server.ask()).await
        });
        figures(&report)
    };
    assert_eq!(at_once(100), (100, 100, 401, 879, 883));
    assert_eq!(at_once(400), (209, 400, 1921, 2000, 2000));
}

#[test]
fn load_in_a_closed_loop_hardly_sees_the_standstill() {
    let report = virtual_time(async {
        let server = Server::stalls();
        closed_loop(Duration::from_secs(10), || server.ask()).await
    });
    assert_eq!(figures(&report), (900, 900, 10, 10, 1010));
}

#[test]
fn load_in_an_open_loop_sees_what_callers_see() {
    let report = virtual_time(async {
        let server = Server::stalls();
        open_loop(50, 500, || server.ask()).await
    });
    assert_eq!(figures(&report), (500, 500, 10, 960, 1010));
}

#[test]
fn load_near_the_limit_makes_the_slowest_much_slower() {
    let minute = |per_second| {
        let report = virtual_time(async {
            let server = Server::varies();
            open_loop(per_second, 60 * per_second, || server.ask()).await
        });
        figures(&report)
    };
    assert_eq!(minute(20), (1200, 1200, 8, 46, 79));
    assert_eq!(minute(80), (4800, 4800, 22, 214, 278));
    assert_eq!(minute(110), (5924, 6600, 1974, 2000, 2000));
}

/// The rule of the section: while a service stands still, one loop asks once, and the other as before.
#[test]
fn load_that_waits_for_answers_asks_less_while_they_are_late() {
    on_both_runtimes(|| async {
        let (asked, gate) = (AtomicU32::new(0), Semaphore::new(0));
        let ask = async || {
            asked.fetch_add(1, Relaxed);
            gate.acquire().await
        };
        let opens = async {
            sleep(ms(50)).await;
            assert_eq!(asked.load(Relaxed), 1);
            gate.add_permits(1);
        };
        let (closed, ()) = join(closed_loop(ms(10), ask), opens).await;
        assert_eq!((closed.good, closed.times.count()), (1, 1));
        let (asked, gate) = (AtomicU32::new(0), Semaphore::new(0));
        let ask = async || {
            asked.fetch_add(1, Relaxed);
            gate.acquire().await
        };
        let opens = async {
            while asked.load(Relaxed) < 5 {
                sleep(ms(1)).await;
            }
            gate.add_permits(1);
        };
        let (open, ()) = join(open_loop(100, 5, ask), opens).await;
        assert_eq!((open.good, open.times.count()), (5, 5));
        // The first has waited until the fifth was due.
        assert!(open.times.longest() >= ms(40), "{open:?}");
    });
}

#[test]
fn load_counts_failures_apart_and_their_times_too() {
    let report = virtual_time(at_once(10, || ready(Err::<(), _>(()))));
    assert_eq!((report.good, report.times.count()), (0, 10));
}

/// A call that keeps the thread makes the next one late, and that is part of its time.
#[test]
fn load_is_measured_from_when_a_call_is_due() {
    let told = record(open_loop(100, 3, || async {
        block_for(ms(50));
        Ok::<_, ()>(())
    }));
    // Due at 0, 10 and 20 ms, over at 50, 100 and 150.
    assert_eq!(told.value.times.total(), ms(50 + 90 + 130));
}
