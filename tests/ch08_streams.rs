//! What the chapter on streams claims.

use std::{
    collections::BTreeSet,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::SeqCst},
    },
    task::Poll,
    time::Duration,
};

use ch08_streams::{
    album::{self, Page},
    bags, batches,
    census::{self, CHUNK, RECORDS},
    countdown::{Countdown, DeafCountdown, watched},
    endless,
    fibonacci::{self, by_hand, by_macro, by_unfold},
    mill::{self, on_task},
    prices, rain, search, silence, stations, ticks, tills,
    windows::{self, Count, WIDTH, sliding, tumbling},
};
use futures::{FutureExt, Stream, StreamExt, TryStreamExt, future::ready, stream};
use stage::{Outcome, Recording, ms};
use tokio::{
    sync::{broadcast, mpsc},
    time::{
        Instant,
        MissedTickBehavior::{self, Burst, Delay, Skip},
        advance, interval, sleep, timeout,
    },
};
use tokio_stream::{
    StreamMap,
    wrappers::{BroadcastStream, ReceiverStream, errors::BroadcastStreamRecvError::Lagged},
};
use tokio_test::{assert_pending, assert_ready_eq, task};

/// When each item was told on the lane, in milliseconds.
fn millis<T>(recording: &Recording<T>, lane: &str) -> Vec<u128> {
    let told = recording.told(lane);
    told.iter().map(|(at, _)| at.as_millis()).collect()
}

// album

#[test]
fn album_list_shows_nothing_before_the_end() {
    let recording = stage::record(album::show_list());
    assert_eq!(millis(&recording, "viewer"), [3000, 3000, 3000]);
    assert_eq!(recording.elapsed, ms(3000));
}

#[test]
fn album_iterator_must_guess_the_number() {
    let recording = stage::record(album::show_guessed_wrong(5));
    assert_eq!(
        recording.when("no such page"),
        [ms(4000), ms(5000)],
        "guessed too many"
    );
    let recording = stage::record(album::show_guessed_wrong(2));
    assert_eq!(recording.when("page 3"), [], "guessed too few");
}

#[test]
fn album_stream_shows_each_page_when_it_is_there() {
    let recording = stage::record(album::show_pages());
    assert_eq!(millis(&recording, "viewer"), [1000, 2000, 3000]);
    assert_eq!(recording.elapsed, ms(3000));
    assert!(recording.lanes.iter().all(|lane| lane.label != "fetch 4"));
}

#[test]
fn album_stream_fetches_no_more_than_is_asked_for() {
    let recording = stage::record(album::pages().take(2).collect::<Vec<Page>>());
    let (first, second) = (Some(2), Some(3));
    assert_eq!(
        recording.value,
        [(1, first), (2, second)].map(|(number, next)| Page { number, next })
    );
    assert_eq!(recording.lanes.len(), 2, "the third was never fetched");
    assert_eq!(recording.elapsed, ms(2000));
}

// countdown

#[test]
fn countdown_answers_pending_once_for_each_number() {
    let recording = stage::record(async { watched(Countdown::from(3)).await });
    assert_eq!(recording.value, [3, 2, 1]);
    let told: Vec<_> = recording.told("countdown");
    let expected = [
        (ms(0), "Pending"),
        (ms(1000), "Ready(Some(3))"),
        (ms(1000), "Pending"),
        (ms(2000), "Ready(Some(2))"),
        (ms(2000), "Pending"),
        (ms(3000), "Ready(Some(1))"),
        (ms(3000), "Ready(None)"),
    ];
    assert_eq!(told, expected);
    assert_eq!(recording.lane("countdown").polls, 7);
}

#[test]
fn countdown_that_is_deaf_sleeps_until_somebody_else_wakes_its_task() {
    let recording = stage::record(async {
        let countdown = DeafCountdown::from(3);
        timeout(ms(3500), watched(countdown)).await.is_err()
    });
    assert!(recording.value, "it has not ended");
    let expected = [
        (ms(0), "Pending"),
        (ms(3500), "Ready(Some(3))"),
        (ms(3500), "Pending"),
    ];
    assert_eq!(recording.told("countdown"), expected);
}

#[test]
fn countdown_wakes_its_task_when_it_is_due() {
    stage::virtual_time(async {
        let mut countdown = task::spawn(Countdown::from(1));
        assert_pending!(countdown.poll_next());
        advance(ms(999)).await;
        assert!(!countdown.is_woken());
        assert_pending!(countdown.poll_next(), "polled too early, it waits on");
        advance(ms(1)).await;
        assert!(countdown.is_woken());
        assert_ready_eq!(countdown.poll_next(), Some(1));
        assert_ready_eq!(countdown.poll_next(), None);
        assert_ready_eq!(countdown.poll_next(), None);

        let mut deaf = task::spawn(DeafCountdown::from(1));
        assert_pending!(deaf.poll_next());
        advance(ms(5000)).await;
        assert!(!deaf.is_woken());
        assert_ready_eq!(deaf.poll_next(), Some(1));
    });
}

// fibonacci

#[test]
fn fibonacci_is_the_same_in_three_ways() {
    /// Each number, and when it came.
    async fn all(numbers: impl Stream<Item = u64>) -> Vec<(u64, Duration)> {
        let start = Instant::now();
        numbers
            .map(|number| (number, start.elapsed()))
            .collect()
            .await
    }
    stage::virtual_time(async {
        let told = all(by_hand()).await;
        let (numbers, times): (Vec<_>, Vec<_>) = told.iter().copied().unzip();
        assert_eq!(numbers[..8], [0, 1, 1, 2, 3, 5, 8, 13]);
        assert_eq!(numbers.len(), 92);
        // Two numbers more would fit; the sum is computed two ahead.
        let ahead = |from: usize| numbers[from - 2].checked_add(numbers[from - 1]);
        let (a, b) = (ahead(92).unwrap(), numbers[91] + ahead(92).unwrap());
        assert_eq!(a.checked_add(b), None);
        let expected: Vec<_> = (1..=92).map(|number| fibonacci::PAUSE * number).collect();
        assert_eq!(times, expected);
        assert_eq!(all(by_unfold()).await, told);
        assert_eq!(all(by_macro()).await, told);
    });
}

#[test]
fn fibonacci_by_hand_lets_its_pause_pass_while_its_reader_works() {
    async fn read(numbers: impl Stream<Item = u64>) -> Duration {
        let start = Instant::now();
        let work = async |_| sleep(fibonacci::PAUSE).await;
        numbers.take(20).for_each(work).await;
        start.elapsed()
    }
    stage::virtual_time(async {
        assert_eq!(read(by_hand()).await, fibonacci::PAUSE * 21);
        assert_eq!(read(by_unfold()).await, fibonacci::PAUSE * 40);
        assert_eq!(read(by_macro()).await, fibonacci::PAUSE * 40);
    });
}

#[test]
fn fibonacci_by_hand_and_by_macro_may_be_asked_after_the_end_by_unfold_not() {
    async fn again(numbers: impl Stream<Item = u64>) -> Option<u64> {
        let mut numbers = pin!(numbers);
        while numbers.next().await.is_some() {}
        numbers.next().await
    }
    stage::virtual_time(async {
        assert_eq!(again(by_hand()).await, None);
        assert_eq!(again(by_macro()).await, None);
        assert_eq!(again(by_unfold().fuse()).await, None);
        assert!(
            AssertUnwindSafe(again(by_unfold()))
                .catch_unwind()
                .await
                .is_err()
        );
    });
}

#[test]
fn fibonacci_does_nothing_before_it_is_asked() {
    stage::virtual_time(async {
        for numbers in [by_unfold().boxed(), by_macro().boxed()] {
            let mut numbers = numbers;
            sleep(ms(1000)).await;
            let start = Instant::now();
            assert_eq!(numbers.next().await, Some(0));
            assert_eq!(start.elapsed(), fibonacci::PAUSE, "the pause began late");
        }
        let mut numbers = by_hand();
        sleep(ms(1000)).await;
        let start = Instant::now();
        assert_eq!(numbers.next().await, Some(0));
        assert_eq!(
            start.elapsed(),
            ms(0),
            "here the timer is made with the struct"
        );
    });
}

// rain

#[test]
fn rain_map_saves_nothing_and_then_everything() {
    let recording = stage::record(rain::saved_wrong());
    assert_eq!(recording.value, 7, "futures were counted");
    assert!(recording.said().iter().all(|line| !line.contains("saved")));

    let recording = stage::record(rain::saved());
    assert_eq!(recording.value, 7);
    let saved = recording.said();
    assert_eq!(
        saved.iter().filter(|line| line.contains("saved")).count(),
        7
    );
    assert_eq!(recording.elapsed, 7 * (Duration::from_mins(10) + ms(1000)));
}

#[test]
fn rain_totals_grow_until_there_is_enough() {
    let recording = stage::record(rain::totals(30).collect::<Vec<_>>());
    assert_eq!(recording.value, [4, 13, 13]);
    assert_eq!(recording.elapsed, Duration::from_mins(50));
}

#[test]
fn rain_chain_is_lazy() {
    let recording = stage::record(async {
        let totals = rain::totals(30);
        sleep(Duration::from_hours(5)).await;
        drop(totals);
    });
    assert_eq!(recording.events, [], "nobody asked the gauge");
}

#[test]
fn rain_is_collected_into_a_list_a_set_and_a_text() {
    let (list, set, text) = stage::virtual_time(rain::collections());
    assert_eq!(list, [4, 9, 0, 21, 4, 2]);
    assert_eq!(set, BTreeSet::from([0, 2, 4, 9, 21]));
    assert_eq!(text, "4 9 0 21 4 2 ");
}

#[test]
fn rain_try_collect_stops_at_the_first_error() {
    let recording = stage::record(rain::complete());
    assert_eq!(recording.value, Err("a leaf lies in the gauge"));
    assert_eq!(recording.elapsed, Duration::from_mins(20));
}

#[test]
fn rain_take_while_takes_the_item_that_ends_it_along() {
    stage::virtual_time(async {
        let mut numbers = stream::iter(1..=5);
        let small = numbers.by_ref().take_while(|&number| ready(number < 3));
        assert_eq!(small.collect::<Vec<_>>().await, [1, 2]);
        assert_eq!(numbers.collect::<Vec<_>>().await, [4, 5], "3 is gone");
    });
}

// mill

#[test]
fn mill_chain_works_on_one_sack_at_a_time() {
    let recording = stage::record(mill::chain());
    assert_eq!(recording.elapsed, 4 * ms(1000 + 2000 + 1000));
    let brought = recording.when("brought");
    assert_eq!(brought, [ms(1000), ms(5000), ms(9000), ms(13000)]);
}

#[test]
fn mill_with_queues_keeps_the_pace_of_its_slowest_step() {
    let recording = stage::record(mill::with_queues());
    assert_eq!(recording.elapsed, ms(1000 + 4 * 2000 + 1000));
    let packed = recording.when("packed");
    assert_eq!(packed, [ms(4000), ms(6000), ms(8000), ms(10000)]);
}

#[test]
fn mill_on_task_keeps_no_more_than_its_room_ahead() {
    stage::virtual_time(async {
        let made = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&made);
        let source = stream::iter(1..=100).inspect(move |_| {
            counter.fetch_add(1, SeqCst);
        });
        let mut items = Box::pin(on_task(source, 3));
        sleep(ms(10)).await;
        assert_eq!(made.load(SeqCst), 0, "it has not been asked yet");
        assert_eq!(items.next().await, Some(1));
        sleep(ms(10)).await;
        // One given out, three in the queue, one in the hand of the task.
        assert_eq!(made.load(SeqCst), 5);
        let rest: Vec<_> = items.collect().await;
        assert_eq!(rest, (2..=100).collect::<Vec<_>>());
    });
}

#[test]
fn mill_on_task_stops_with_its_stream_and_hands_panics_on() {
    let recording = stage::record(async {
        let source = stream::iter(1..).then(async |number| {
            sleep(ms(100)).await;
            tracing::info!("{number}");
            number
        });
        let items = Box::pin(on_task(source, 1)).take(2);
        assert_eq!(items.collect::<Vec<_>>().await, [1, 2]);
        sleep(ms(1000)).await;
    });
    assert_eq!(
        recording.events.len(),
        2,
        "the source goes on: {:?}",
        recording.said()
    );

    let panics = catch_unwind(|| {
        stage::virtual_time(async {
            let source = stream::iter(1..=3).inspect(|&number| assert!(number < 3));
            on_task(source, 1).collect::<Vec<_>>().await
        })
    });
    assert!(panics.is_err(), "a panic is not the end of the stream");

    let without_room = on_task(stream::iter([1]), 0);
    let panics = catch_unwind(AssertUnwindSafe(|| {
        stage::virtual_time(without_room.count())
    }));
    assert!(panics.is_err(), "not before it is polled");
}

// census

#[test]
fn census_is_the_same_however_it_is_read() {
    let total = u64::from(RECORDS / 100) * (0..100).sum::<u64>();
    assert_eq!(stage::virtual_time(census::chunked(RECORDS)), total);
    assert_eq!(stage::virtual_time(census::collected_wrong(RECORDS)), total);
    assert_eq!(CHUNK, 1000);
}

// bags

#[test]
fn bags_are_closed_when_full_or_at_once_or_in_time() {
    let recording = stage::record(bags::full());
    assert_eq!(
        recording.value,
        [vec![1, 2, 3, 4], vec![5, 6, 7, 8], vec![9]]
    );
    // Letter 5 came at 0.1 s.
    assert_eq!(millis(&recording, "bags"), [100, 1500, 2500]);

    let recording = stage::record(bags::ready());
    assert_eq!(
        recording.value,
        [vec![1, 2, 3, 4], vec![5], vec![6], vec![7, 8], vec![9]]
    );
    assert_eq!(millis(&recording, "bags"), [100, 100, 500, 1500, 2500]);

    let recording = stage::record(bags::patient());
    assert_eq!(
        recording.value,
        [vec![1, 2, 3, 4], vec![5, 6], vec![7, 8], vec![9]]
    );
    assert_eq!(millis(&recording, "bags"), [100, 600, 2000, 2500]);
}

#[test]
fn bags_closed_at_once_hold_no_more_than_the_budget() {
    stage::on_both_runtimes(|| async {
        let (sender, letters) = mpsc::channel(1000);
        for letter in 0..1000 {
            sender.try_send(letter).unwrap();
        }
        drop(sender);
        let bags = ReceiverStream::new(letters).ready_chunks(1000);
        let sizes: Vec<_> = bags.map(|bag| bag.len()).collect().await;
        assert_eq!(sizes, [128, 128, 128, 128, 128, 128, 128, 104]);
    });
}

#[test]
fn bags_closed_in_time_count_from_when_a_letter_is_taken() {
    stage::virtual_time(async {
        let (sender, letters) = mpsc::channel(4);
        let letters = ReceiverStream::new(letters);
        let bags = tokio_stream::StreamExt::chunks_timeout(letters, 4, ms(500));
        let mut bags = Box::pin(bags);
        sender.send(1).await.unwrap();
        sleep(ms(2000)).await;
        let start = Instant::now();
        assert_eq!(bags.next().await, Some(vec![1]));
        assert_eq!(start.elapsed(), ms(500), "it has lain there for longer");
    });
}

// ticks

/// When the ticks after a first one were taken, by somebody who was busy for so long.
async fn taken_after(behavior: MissedTickBehavior, period: Duration, busy: Duration) -> [u128; 4] {
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(behavior);
    let start = ticks.tick().await;
    sleep(busy).await;
    let mut taken = [0; 4];
    for at in &mut taken {
        ticks.tick().await;
        *at = start.elapsed().as_millis();
    }
    taken
}

#[test]
fn ticks_up_to_five_milliseconds_late_are_on_time() {
    stage::virtual_time(async {
        for behavior in [Burst, Delay, Skip] {
            let taken = taken_after(behavior, ms(10), ms(15)).await;
            assert_eq!(taken, [15, 20, 30, 40], "{behavior:?}");
            let taken = taken_after(behavior, ms(1), ms(4)).await;
            assert_eq!(taken, [4, 4, 4, 4], "{behavior:?} makes up for them all");
            let taken = taken_after(behavior, ms(5), ms(10)).await;
            assert_eq!(taken, [10, 10, 15, 20], "{behavior:?} makes up for one");
        }
        assert_eq!(
            taken_after(Delay, ms(10), ms(16)).await,
            [16, 26, 36, 46],
            "a millisecond later it is late"
        );
    });
}

#[test]
fn ticks_catch_up_in_three_ways() {
    for (behavior, expected) in [
        (Burst, [0, 2500, 2500, 3000, 4000, 5000]),
        (Delay, [0, 2500, 3500, 4500, 5500, 6500]),
        (Skip, [0, 2500, 3000, 4000, 5000, 6000]),
    ] {
        let taken = stage::virtual_time(ticks::ticks(behavior));
        assert_eq!(taken, expected.map(ms), "{behavior:?}");
    }
}

// search

#[test]
fn search_throttled_drops_nothing_and_falls_behind() {
    let every = stage::record(search::each_wrong());
    assert_eq!(every.value.len(), 7);
    let throttled = stage::record(search::throttled());
    assert_eq!(throttled.value, every.value);
    assert_eq!(
        millis(&throttled, "search"),
        [100, 400, 700, 1000, 1300, 1600, 1900]
    );
}

#[test]
fn search_debounced_waits_for_a_pause() {
    let recording = stage::record(search::debounced());
    let told = recording.told("search");
    assert_eq!(told, [(ms(800), "async"), (ms(1500), "async rust")]);
}

#[test]
fn search_debounce_does_not_ask_a_stream_that_has_ended() {
    let once = stream::unfold(true, async |more| more.then_some(("only", false)));
    let words = search::debounce(once, ms(300)).collect::<Vec<_>>();
    assert_eq!(stage::virtual_time(words), ["only"]);
}

#[test]
fn search_debounce_waits_for_a_pause_or_the_end() {
    stage::virtual_time(async {
        let hasty = stream::iter(1..=9).then(async |word| {
            sleep(ms(100)).await;
            word
        });
        let start = Instant::now();
        let words = search::debounce(hasty, ms(300)).collect::<Vec<_>>();
        assert_eq!(words.await, [9]);
        assert_eq!(start.elapsed(), ms(900));
    });
}

#[test]
fn search_debounce_looks_only_while_it_is_asked() {
    stage::virtual_time(async {
        let (sender, receiver) = mpsc::channel(4);
        let mut words = Box::pin(search::debounce(ReceiverStream::new(receiver), ms(300)));
        sender.send("early").await.unwrap();
        assert!(timeout(ms(100), words.next()).await.is_err());
        sleep(ms(900)).await;
        sender.send("late").await.unwrap();
        assert_eq!(words.next().await, Some("late"));
    });
}

#[test]
fn search_debounce_loses_what_it_holds_back_when_dropped() {
    stage::virtual_time(async {
        let (sender, receiver) = mpsc::channel(4);
        let mut words = Box::pin(search::debounce(ReceiverStream::new(receiver), ms(300)));
        sender.send("kept").await.unwrap();
        assert!(timeout(ms(100), words.next()).await.is_err());
        assert_eq!(timeout(ms(300), words.next()).await, Ok(Some("kept")));
        sender.send("lost").await.unwrap();
        assert!(timeout(ms(100), words.next()).await.is_err());
        drop(words);
        assert!(sender.send("nobody").await.is_err());
    });
}

// silence

#[test]
fn silence_is_told_once_and_the_stream_goes_on() {
    let recording = stage::record(silence::per_item());
    assert_eq!(
        recording.value,
        [Some(120), Some(140), None, Some(150), Some(130), Some(110)]
    );
    assert_eq!(recording.when("nothing heard"), [ms(3500)]);
    assert_eq!(recording.elapsed, ms(7000));
}

#[test]
fn silence_is_counted_while_nobody_asks() {
    stage::virtual_time(async {
        let timed =
            || tokio_stream::StreamExt::timeout(silence::heights(), ms(1500)).map(Result::ok);
        let mut late = Box::pin(timed());
        sleep(ms(2000)).await;
        let start = Instant::now();
        assert_eq!(late.next().await, Some(None));
        assert_eq!(start.elapsed(), ms(0), "the buoy had no time to answer");

        let busy = timed().then(async |heard| {
            sleep(ms(2000)).await;
            heard
        });
        let heard: Vec<_> = busy.collect().await;
        let silence_between_any_two = [
            Some(120),
            None,
            Some(140),
            None,
            Some(150),
            None,
            Some(130),
            None,
            Some(110),
        ];
        assert_eq!(heard, silence_between_any_two);
    });
}

#[test]
fn silence_is_not_told_of_what_a_channel_has_kept() {
    stage::virtual_time(async {
        let (sender, heights) = mpsc::channel(5);
        let buoy = silence::heights().for_each(async |height| sender.send(height).await.unwrap());
        let timed = tokio_stream::StreamExt::timeout(ReceiverStream::new(heights), ms(3500));
        let reader = timed.take(5).for_each(async |heard| {
            assert!(heard.is_ok());
            sleep(ms(5000)).await;
        });
        tokio::join!(buoy, reader);
    });
}

#[test]
fn silence_for_the_whole_keeps_what_was_heard_if_the_stream_ends() {
    let wrong = stage::record(silence::for_the_whole_wrong());
    assert!(wrong.value.is_empty());
    assert_eq!(wrong.life("watch"), (ms(0), ms(5500), Outcome::Cancelled));
    let right = stage::record(silence::for_the_whole());
    assert_eq!(right.value, [120, 140, 150]);
    assert_eq!(right.life("watch"), (ms(0), ms(5500), Outcome::Finished));
}

// windows

fn passed(from: u64, count: u32) -> Count {
    Count::Passed {
        from: Duration::from_secs(from),
        count,
    }
}

#[test]
fn windows_closed_at_once_miss_two_and_closed_late_none() {
    let at_once = stage::record(windows::count(ms(0)));
    assert_eq!(
        at_once.value,
        [
            passed(0, 2),
            Count::TooLate(ms(4500)),
            passed(5, 2),
            Count::TooLate(ms(9000)),
            passed(10, 2)
        ]
    );
    assert_eq!(at_once.when("2 from 0 s"), [ms(6000)]);
    let late = stage::record(windows::count(WIDTH));
    assert_eq!(late.value, [passed(0, 3), passed(5, 3), passed(10, 2)]);
    assert_eq!(late.when("3 from 0 s"), [ms(11000)]);
}

#[test]
fn windows_slide_over_the_last_five_seconds() {
    let counts = stage::virtual_time(windows::last_five_seconds());
    assert_eq!(counts, [1, 2, 2, 3, 3, 2, 2, 3]);
    let none = stage::virtual_time(sliding(stream::empty(), WIDTH).count());
    assert_eq!(none, 0);
    let much_too_late = stream::iter([ms(60_000), ms(1)]);
    let counts: Vec<_> = stage::virtual_time(sliding(much_too_late, WIDTH).collect());
    assert_eq!(counts, [1, 1]);
    let for_ever = stream::iter([Duration::MAX, ms(0)]);
    let counts: Vec<_> = stage::virtual_time(sliding(for_ever, WIDTH).collect());
    assert_eq!(counts, [1, 1]);
}

#[test]
fn windows_are_closed_by_messages_and_not_by_the_clock() {
    stage::virtual_time(async {
        let (sender, happened) = mpsc::channel(4);
        let counts = tumbling(ReceiverStream::new(happened), WIDTH, ms(0));
        let mut counts = Box::pin(counts);
        sender.send(ms(1000)).await.unwrap();
        let day = Duration::from_hours(24);
        assert!(timeout(day, counts.next()).await.is_err());
        sender.send(ms(5000)).await.unwrap();
        assert_eq!(counts.next().await, Some(passed(0, 1)));
    });
}

#[test]
fn windows_of_an_hour_are_closed_by_a_clock_that_is_fast() {
    let happened = stream::iter([1, 3600, 2, 3594, 3595].map(Duration::from_secs));
    let counts: Vec<_> = stage::virtual_time(tumbling(happened, WIDTH, WIDTH).collect());
    let late = |seconds| Count::TooLate(Duration::from_secs(seconds));
    let expected = [
        passed(0, 1),
        late(2),
        late(3594),
        passed(3595, 1),
        passed(3600, 1),
    ];
    assert_eq!(counts, expected);
}

#[test]
fn windows_without_events_are_left_out() {
    let happened = stream::iter([ms(0), ms(4999), ms(5000), ms(20_000)]);
    let counts: Vec<_> = stage::virtual_time(tumbling(happened, WIDTH, ms(0)).collect());
    assert_eq!(counts, [passed(0, 2), passed(5, 1), passed(20, 1)]);
}

// stations

#[test]
fn stations_in_one_stream() {
    let chained = stage::record(stations::chained_wrong());
    assert_eq!(chained.value, ["N1", "N2", "N3", "N4", "S1", "S2"]);
    assert_eq!(chained.elapsed, ms(4 * 1000 + 2 * 1500));

    let merged = stage::record(stations::merged());
    assert_eq!(merged.value, ["N1", "S1", "N2", "S2", "N3", "N4"]);
    assert_eq!(merged.elapsed, ms(4000));

    let zipped = stage::record(stations::zipped());
    assert_eq!(zipped.value, ["N1+S1", "N2+S2"]);
    assert_eq!(zipped.elapsed, ms(3000));

    let named = stage::record(stations::by_name());
    assert_eq!(named.value, ["N1", "S1", "S2"]);
    assert_eq!(named.when("north removed"), [ms(1500)]);
}

#[test]
fn stations_zip_ends_with_the_shorter_and_keeps_its_partner() {
    stage::virtual_time(async {
        let (mut long, mut short) = (stream::iter(1..=9), stream::iter(1..=2));
        let pairs = long.by_ref().zip(short.by_ref()).count().await;
        assert_eq!(pairs, 2);
        assert_eq!(
            long.next().await,
            Some(4),
            "3 was taken, and has no partner"
        );
    });
}

#[test]
fn stations_of_any_number_in_one_stream() {
    stage::virtual_time(async {
        let all = (1..=3_u32).map(|number| stream::repeat(number).take(2));
        let mut items: Vec<_> = stream::select_all(all).collect().await;
        items.sort_unstable();
        assert_eq!(items, [1, 1, 2, 2, 3, 3]);

        let mut map = StreamMap::new();
        map.insert("a", stream::iter([1]));
        map.insert("b", stream::iter([2]));
        let replaced = map.insert("b", stream::iter([3]));
        assert!(replaced.is_some(), "one stream a name");
        let items: BTreeSet<_> = map.collect().await;
        assert_eq!(items, BTreeSet::from([("a", 1), ("b", 3)]));
    });
}

#[test]
fn stations_fair_first_and_starving() {
    assert_eq!(stage::virtual_time(stations::fair()), ".!.!.!....");
    assert_eq!(stage::virtual_time(stations::alarms_first()), "!!!.......");
    assert_eq!(
        stage::virtual_time(stations::starving_wrong()),
        ".........."
    );
}

// batches

#[test]
fn batches_begun_anew_lose_parcels_at_every_tick() {
    let recording = stage::record(batches::anew_wrong());
    assert_eq!(recording.value, [[9]]);
    let recording = stage::record(batches::kept());
    assert_eq!(recording.value, [[1, 2, 3], [4, 5, 6], [7, 8, 9]]);
    assert_eq!(recording.when("tick"), [ms(150), ms(300), ms(450), ms(600)]);
}

// tills

#[test]
fn tills_must_be_fused_to_be_asked_again() {
    let panic = catch_unwind(|| stage::record(tills::asked_again_wrong())).unwrap_err();
    let words = panic.downcast_ref::<&str>().copied().unwrap_or_default();
    assert!(words.contains("Unfold must not be polled"), "{words}");
    assert_eq!(
        stage::virtual_time(tills::fused()),
        ["Ann", "Ben", "Cem", "Dora"]
    );
}

// prices

#[test]
fn prices_gap_is_not_the_end() {
    assert_eq!(
        stage::virtual_time(prices::until_the_first_gap_wrong()),
        [101, 102]
    );
    let (noted, missed) = stage::virtual_time(prices::over_the_gap());
    assert_eq!(noted, [101, 102, 104, 107, 108, 109, 110]);
    assert_eq!(missed, 3);
    assert_eq!(noted.len() as u64 + missed, 10);
}

#[test]
fn prices_watched_begin_with_the_present_and_end_with_the_last() {
    let noted = stage::virtual_time(prices::latest());
    assert_eq!(noted, [100, 103, 106, 110]);
}

// endless

#[test]
fn endless_stream_keeps_the_thread_unless_it_takes_from_the_budget() {
    let greedy = stage::record(endless::greedy_wrong());
    assert_eq!(greedy.value, 168);
    assert_eq!(greedy.when("beat"), []);
    assert_eq!(greedy.lane("search").polls, 1);
    let polite = stage::record(endless::polite());
    assert_eq!(polite.value, 168);
    assert_eq!(polite.when("beat").len(), 3);
    assert_eq!(polite.elapsed, ms(1000));
}

#[test]
fn endless_stream_passes_every_time_out() {
    let recording = stage::record(async {
        let late = endless::greedy_wrong();
        timeout(ms(100), late).await
    });
    assert_eq!(recording.value, Ok(168), "ten times too late, and no error");
    assert_eq!(recording.elapsed, ms(1000));
}

#[test]
fn endless_stream_of_tokio_stream_gives_way() {
    stage::virtual_time(async {
        let turns = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&turns);
        let neighbour = tokio::spawn(async move {
            loop {
                counter.fetch_add(1, SeqCst);
                tokio::task::yield_now().await;
            }
        });
        assert_eq!(stream::iter(0..1000).count().await, 1000);
        assert_eq!(turns.load(SeqCst), 0);
        assert_eq!(tokio_stream::iter(0..1000).count().await, 1000);
        assert!(turns.load(SeqCst) > 5, "{turns:?}");
        neighbour.abort();
    });
}

#[test]
fn endless_stream_beside_a_timer_or_a_channel_does_not_give_way() {
    stage::virtual_time(async {
        // Each item takes a millisecond, in which nobody else has a turn.
        let numbers = || stream::iter(0..1000).inspect(|_| stage::block_for(ms(1)));
        assert_eq!(numbers().take_until(sleep(ms(10))).count().await, 1000);

        let (sender, receiver) = mpsc::channel(1);
        tokio::spawn(async move { sender.send(-1).await });
        let both = stream::select(numbers(), ReceiverStream::new(receiver));
        let heard: Vec<_> = both.collect().await;
        assert_eq!(heard.last(), Some(&-1), "after all the others");
    });
}

#[test]
fn endless_stream_gives_way_where_its_reader_waits() {
    stage::virtual_time(async {
        let turns = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&turns);
        tokio::spawn(async move {
            loop {
                sleep(ms(1)).await;
                counter.fetch_add(1, SeqCst);
            }
        });
        let wait = async |_| sleep(ms(10)).await;
        stream::iter(0..10).for_each(wait).await;
        assert!(turns.load(SeqCst) > 90, "{turns:?}");
    });
}

/// On real time: whoever waits in the slot is kept for 50 ms, and the one behind it is not.
#[test]
fn endless_stream_keeps_the_lifo_slot_of_its_worker() {
    for (behind_it, kept) in [(false, true), (true, false)] {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .build()
            .unwrap();
        let had_a_turn = runtime.block_on(async move {
            let reader = tokio::spawn(async move {
                let turn = Arc::new(AtomicU32::new(0));
                let counter = Arc::clone(&turn);
                tokio::spawn(async move { counter.fetch_add(1, SeqCst) });
                if behind_it {
                    tokio::spawn(ready(()));
                }
                let limit = if kept { ms(50) } else { ms(5000) };
                let end = std::time::Instant::now() + limit;
                stream::repeat(())
                    .take_while(|()| {
                        ready(turn.load(SeqCst) == 0 && std::time::Instant::now() < end)
                    })
                    .count()
                    .await;
                turn.load(SeqCst) == 1
            });
            reader.await.unwrap()
        });
        assert_eq!(had_a_turn, !kept);
    }
}

// Rules in bold, on one thread and on two workers

#[test]
fn rule_a_stream_may_wait_for_its_end() {
    stage::on_both_runtimes(|| async {
        let (sender, receiver) = mpsc::channel(1);
        let asking = tokio::spawn(ReceiverStream::new(receiver).collect::<Vec<_>>());
        sender.send(1).await.unwrap();
        sleep(ms(20)).await;
        assert!(
            !asking.is_finished(),
            "whether there is more is not known yet"
        );
        drop(sender);
        assert_eq!(asking.await.unwrap(), [1]);
    });
}

#[test]
fn rule_pending_only_with_a_waker() {
    stage::on_both_runtimes(|| async {
        for (wakes, expected) in [(false, 1), (true, 2)] {
            let polls = Arc::new(AtomicU32::new(0));
            let counter = Arc::clone(&polls);
            let stream = stream::poll_fn(move |context| {
                if counter.fetch_add(1, SeqCst) > 0 {
                    return Poll::Ready(Some(()));
                }
                if wakes {
                    let waker = context.waker().clone();
                    tokio::spawn(async move {
                        sleep(ms(5)).await;
                        waker.wake();
                    });
                }
                Poll::Pending
            });
            let mut asking = tokio::spawn(async move { pin!(stream).next().await });
            let patience = if wakes { ms(5000) } else { ms(50) };
            assert_eq!(timeout(patience, &mut asking).await.is_ok(), wakes);
            assert_eq!(polls.load(SeqCst), expected);
            asking.abort();
        }
    });
}

#[test]
fn rule_map_awaits_nothing() {
    stage::on_both_runtimes(|| async {
        let ran = AtomicU32::new(0);
        let count = async |_| ran.fetch_add(1, SeqCst);
        let chain = stream::iter(1..=3).then(&count);
        assert_eq!(ran.load(SeqCst), 0, "nobody has asked");
        drop(chain);
        assert_eq!(stream::iter(1..=3).map(&count).count().await, 3);
        assert_eq!(ran.load(SeqCst), 0, "map does not await");
        assert_eq!(stream::iter(1..=3).then(&count).count().await, 3);
        assert_eq!(ran.load(SeqCst), 3);
    });
}

#[test]
fn rule_a_chain_works_on_one_item_at_a_time() {
    stage::on_both_runtimes(|| async {
        let at_once = |room| async move {
            let (now, most) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
            let begin = {
                let (now, most) = (Arc::clone(&now), Arc::clone(&most));
                move |number| {
                    most.fetch_max(now.fetch_add(1, SeqCst) + 1, SeqCst);
                    async move {
                        sleep(ms(2)).await;
                        number
                    }
                }
            };
            let source = stream::iter(1..=5).then(begin);
            let end = |_| {
                let now = &now;
                async move {
                    sleep(ms(2)).await;
                    now.fetch_sub(1, SeqCst);
                }
            };
            match room {
                None => source.for_each(end).await,
                Some(room) => on_task(source, room).for_each(end).await,
            }
            most.load(SeqCst)
        };
        assert_eq!(at_once(None).await, 1);
        // One in hand here, one in the queue, one in hand there.
        let most = at_once(Some(1)).await;
        assert!((2..=3).contains(&most), "{most} at once");
    });
}

#[test]
fn rule_chunks_wait_until_full_ready_chunks_for_one() {
    stage::on_both_runtimes(|| async {
        let (sender, receiver) = mpsc::channel(4);
        let mut chunks = ReceiverStream::new(receiver).chunks(3);
        sender.send(1).await.unwrap();
        sender.send(2).await.unwrap();
        assert!(timeout(ms(20), chunks.next()).await.is_err(), "not full");
        sender.send(3).await.unwrap();
        assert_eq!(chunks.next().await, Some(vec![1, 2, 3]));
        sender.send(4).await.unwrap();
        drop(sender);
        assert_eq!(chunks.next().await, Some(vec![4]), "the end closes it, too");

        let (sender, receiver) = mpsc::channel(4);
        let mut chunks = ReceiverStream::new(receiver).ready_chunks(3);
        sender.send(1).await.unwrap();
        sender.send(2).await.unwrap();
        assert_eq!(chunks.next().await, Some(vec![1, 2]));
    });
}

/// The instant that `tick` returns is the one for which the tick was set, however late it is taken.
#[test]
fn rule_burst_delay_and_skip_keep_three_different_things() {
    stage::on_both_runtimes(|| async {
        let period = ms(5);
        for behavior in [Burst, Delay, Skip] {
            let mut ticks = interval(period);
            ticks.set_missed_tick_behavior(behavior);
            let first = ticks.tick().await;
            sleep(ms(18)).await;
            let mut set_for = vec![first];
            for _ in 0..5 {
                set_for.push(ticks.tick().await);
            }
            let gaps: Vec<_> = set_for.windows(2).map(|two| two[1] - two[0]).collect();
            let in_rhythm =
                |at: &Instant| (*at - first).as_nanos().is_multiple_of(period.as_nanos());
            match behavior {
                Burst => assert!(gaps.iter().all(|&gap| gap == period), "{gaps:?}"),
                // The first one after the pause was set before it.
                Delay => {
                    assert!(gaps[1..].iter().all(|&gap| gap >= period), "{gaps:?}");
                    assert!(gaps[1] >= ms(18), "{gaps:?}");
                }
                Skip => {
                    assert!(set_for.iter().all(in_rhythm), "{gaps:?}");
                    assert!(gaps.iter().any(|&gap| gap > period), "{gaps:?}");
                }
            }
        }
    });
}

#[test]
fn rule_throttle_delays_and_drops_nothing() {
    stage::on_both_runtimes(|| async {
        let throttled = tokio_stream::StreamExt::throttle(stream::iter(1..=5), ms(5));
        let start = std::time::Instant::now();
        assert_eq!(throttled.collect::<Vec<_>>().await, [1, 2, 3, 4, 5]);
        // Between the first item and the end there are five gaps.
        assert!(start.elapsed() >= ms(5 * 5));
    });
}

#[test]
fn rule_a_time_out_around_collect_loses_what_was_collected() {
    stage::on_both_runtimes(|| async {
        let endless = || stream::iter([1, 2]).chain(stream::pending());
        let collecting = endless().collect::<Vec<_>>();
        assert!(timeout(ms(10), collecting).await.is_err());
        let until = endless().take_until(sleep(ms(10)));
        assert_eq!(until.collect::<Vec<_>>().await, [1, 2]);
    });
}

#[test]
fn rule_windows_count_by_the_time_in_the_message() {
    stage::on_both_runtimes(|| async {
        let in_order: Vec<_> = (0..20).map(|number| ms(number * 1100)).collect();
        let mut shuffled = in_order.clone();
        shuffled.reverse();
        let counts = |happened: Vec<Duration>| {
            tumbling(stream::iter(happened), WIDTH, ms(60_000)).collect::<Vec<_>>()
        };
        assert_eq!(counts(in_order).await, counts(shuffled.clone()).await);
        let impatient = tumbling(stream::iter(shuffled), WIDTH, ms(0));
        let late = impatient.filter(|count| ready(matches!(count, Count::TooLate(_))));
        assert!(late.count().await > 0, "without patience it says so");
    });
}

#[test]
fn rule_select_takes_turns_and_a_strategy_may_starve() {
    stage::on_both_runtimes(|| async {
        assert_eq!(stations::fair().await, ".!.!.!....");
        assert_eq!(stations::alarms_first().await, "!!!.......");
        assert_eq!(stations::starving_wrong().await, "..........");
        let merged = tokio_stream::StreamExt::merge(stream::repeat('.'), stream::repeat('!'));
        assert_eq!(merged.take(4).collect::<String>().await, ".!.!");
    });
}

#[test]
fn rule_an_adaptor_keeps_what_it_has_gathered() {
    stage::on_both_runtimes(|| async {
        let (sender, receiver) = mpsc::channel(4);
        let mut numbers = ReceiverStream::new(receiver);
        sender.send(1).await.unwrap();
        let mut anew = numbers.by_ref().chunks(2);
        assert!(timeout(ms(10), anew.next()).await.is_err());
        drop(anew);
        sender.send(2).await.unwrap();
        sender.send(3).await.unwrap();
        let mut kept = numbers.chunks(2);
        assert_eq!(kept.next().await, Some(vec![2, 3]), "1 is lost");
        sender.send(4).await.unwrap();
        assert!(timeout(ms(10), kept.next()).await.is_err());
        sender.send(5).await.unwrap();
        assert_eq!(kept.next().await, Some(vec![4, 5]), "4 was kept");
    });
}

#[test]
fn rule_only_a_fused_stream_may_be_asked_again() {
    stage::on_both_runtimes(|| async {
        let once = || stream::unfold(true, async |more| more.then_some(((), false)));
        let mut fused = pin!(once().fuse());
        assert_eq!(fused.next().await, Some(()));
        assert_eq!(fused.next().await, None);
        assert_eq!(fused.next().await, None);
        let mut unfold = pin!(once());
        assert_eq!(unfold.next().await, Some(()));
        assert_eq!(unfold.next().await, None);
        let again = AssertUnwindSafe(unfold.next()).catch_unwind().await;
        assert!(again.is_err());
        // These two tell what they answer: they were empty.
        let mut futures = stream::FuturesUnordered::new();
        assert_eq!(futures.next().await, None);
        futures.push(ready(1));
        assert_eq!(futures.next().await, Some(1));
        let mut map = StreamMap::new();
        assert_eq!(map.next().await, None);
        map.insert("a", stream::iter([1]));
        assert_eq!(map.next().await, Some(("a", 1)));
    });
}

#[test]
fn rule_lagged_is_an_item_not_the_end() {
    stage::on_both_runtimes(|| async {
        let (speaker, prices) = broadcast::channel(2);
        for price in 1..=5 {
            speaker.send(price).unwrap();
        }
        drop(speaker);
        let heard: Vec<_> = BroadcastStream::new(prices).collect().await;
        assert_eq!(heard, [Err(Lagged(3)), Ok(4), Ok(5)]);
        let all: Result<Vec<_>, _> = stream::iter(heard).try_collect().await;
        assert!(all.is_err(), "whoever wants all or nothing has nothing");
    });
}
