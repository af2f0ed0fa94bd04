//! Proofs of chapter 14: what `async fn` becomes, why it stays, and how large it is.

use std::{
    pin::pin,
    task::{Context, Poll, Waker},
};

use ch14_executor::{
    executor_1::block_on,
    growth::{
        PAGE, across, in_a_block, on_the_heap, sizes, through, through_a_box, through_a_pin,
        until_the_end_wrong,
    },
    letter::{boxed, letter, moved_wrong, pinned, stays},
    machine::{Bread, Rest, bread, step_by_step},
};
use stage::{on_both_runtimes, record_blocking};

/// The value, and the number of polls it took.
fn polled<F: Future>(future: F) -> (F::Output, u32) {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    let mut polls = 0;
    loop {
        polls += 1;
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return (value, polls);
        }
    }
}

#[test]
fn machine_by_hand_does_what_the_compilers_does() {
    on_both_runtimes(|| async {
        for flour in [0, 1, 7, 400] {
            let by_hand = polled(Bread::Start { flour });
            assert_eq!(polled(bread(flour)), by_hand);
            assert_eq!(by_hand.1, 4);
            assert_eq!(bread(flour).await, Bread::Start { flour }.await);
        }
    });
    assert_eq!(block_on(bread(400)), 540);
}

#[test]
fn machine_stands_where_it_waits() {
    let told = record_blocking(|| step_by_step(Bread::Start { flour: 400 }));
    assert_eq!(told.value, 540);
    let stands = told.said();
    let expected = ["Start", "Rests", "Rests", "Bakes", "Done"];
    assert_eq!(stands.len(), expected.len());
    for (line, state) in stands.iter().zip(expected) {
        assert!(line.contains(state), "{stands:?}");
    }
}

#[test]
#[should_panic(expected = "polled after it was ready")]
fn machine_by_hand_panics_after_its_end() {
    let mut bread = pin!(Bread::Done);
    let _ = bread.as_mut().poll(&mut Context::from_waker(Waker::noop()));
}

#[test]
#[should_panic(expected = "resumed after completion")]
fn machine_of_the_compiler_panics_after_its_end() {
    let mut bread = pin!(bread(1));
    loop {
        let _ = bread.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    }
}

#[test]
fn machine_of_the_compiler_is_larger() {
    let (compiled, by_hand) = ch14_executor::machine::sizes();
    assert_eq!((compiled, by_hand), (20, 12));
    // The argument, its copy, the sum, what it waits for, and the tag.
    assert_eq!(compiled, 5 * size_of::<u32>());
}

#[test]
fn letter_of_a_task_stays_where_it_is() {
    on_both_runtimes(|| async {
        // The story itself is a task, and may change its worker at each wait.
        let text = *b"Dear Ada, I wait";
        let (noted, dear) = ((&raw const text).addr(), &text[..4]);
        for _ in 0..100 {
            Rest(1).await;
            assert_eq!(noted, (&raw const text).addr());
        }
        assert_eq!(dear, b"Dear");
        assert!(letter().await);
        assert!(Box::pin(letter()).await);
    });
}

#[test]
fn letter_that_is_moved_has_a_wrong_note() {
    assert!(stays());
    assert!(!moved_wrong());
}

#[test]
fn letter_in_a_box_or_pinned_may_be_handed_on() {
    assert!(boxed());
    assert!(pinned());
}

#[test]
fn letter_may_be_moved_before_its_first_poll() {
    let letter = letter();
    let mut elsewhere = vec![letter];
    assert!(block_on(elsewhere.remove(0)));
}

#[test]
#[expect(clippy::large_futures, reason = "that is what they are here for")]
fn growth_is_what_lives_across_a_wait() {
    on_both_runtimes(|| async {
        assert!(size_of_val(&across()) >= PAGE);
        assert!(size_of_val(&in_a_block()) < 64);
        assert!(size_of_val(&on_the_heap()) < 64);
        // What is awaited, as well.
        let outer = async { across().await };
        assert!(size_of_val(&outer) >= PAGE);
        let outer = async { Box::pin(across()).await };
        assert!(size_of_val(&outer) < 64);
        // They do the same.
        let pages = [
            Box::pin(across()).await,
            Box::pin(until_the_end_wrong()).await,
            in_a_block().await,
            on_the_heap().await,
        ];
        assert_eq!(pages, [PAGE; 4]);
    });
}

#[test]
fn growth_of_a_block_that_is_borrowed_lasts_to_its_end() {
    assert!(size_of_val(&until_the_end_wrong()) >= PAGE);
    assert!(size_of_val(&in_a_block()) < 64);
}

#[test]
fn growth_by_an_argument_that_is_awaited_is_double() {
    let one = size_of_val(&across());
    assert!(size_of_val(&through(across())) >= 2 * one);
    assert!(size_of_val(&through(through(through(across())))) >= 8 * one);
    assert!(size_of_val(&through_a_pin(pin!(across()))) < 64);
    assert!(size_of_val(&through(Box::pin(across()))) < 64);
    let counted_once = size_of_val(&through_a_box(across()));
    assert!((one..one + 64).contains(&counted_once));
    assert_eq!(sizes()[0], ("across", one));
    assert_eq!(block_on(through_a_pin(pin!(across()))), PAGE);
}
