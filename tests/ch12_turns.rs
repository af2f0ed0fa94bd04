//! Chapter 12: the hatch under every order of turns that is drawn.

use async_workbook::ch12_observing::{bell_3::Bell, hatch::Hatch};
use futures::{FutureExt, future::LocalBoxFuture};
use proptest::{
    prelude::*,
    test_runner::{RngAlgorithm, TestError, TestRng, TestRunner},
};
use tokio_test::task;

/// Whoever is awake may be next; `choices` says who is. Who sleeps at the end?
fn asleep(people: Vec<LocalBoxFuture<()>>, choices: &[usize]) -> Vec<usize> {
    let mut choices = choices.iter();
    let mut people: Vec<_> = people
        .into_iter()
        .map(|who| (task::spawn(who), true))
        .collect();
    let mut there: Vec<usize> = (0..people.len()).collect();
    loop {
        let is_awake = |who: &&usize| people[**who].1 || people[**who].0.is_woken();
        let awake: Vec<usize> = there.iter().filter(is_awake).copied().collect();
        if awake.is_empty() {
            return there;
        }
        let next = awake[choices.next().unwrap_or(&0) % awake.len()];
        let (person, is_new) = &mut people[next];
        *is_new = false;
        if person.poll().is_ready() {
            there.retain(|&who| who != next);
        }
    }
}

/// Room for one plate, two cooks with a plate each, and two guests.
fn two_and_two(hatch: &Hatch<Bell>) -> Vec<LocalBoxFuture<'_, ()>> {
    let cooks = (1..=2).map(|plate| hatch.put(plate).boxed_local());
    let guests = (1..=2).map(|_| hatch.take().map(drop).boxed_local());
    cooks.chain(guests).collect()
}

fn choices() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(0_usize..4, 0..20)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    // ANCHOR: nobody
    #[test]
    fn hatch_lets_nobody_sleep(choices in choices()) {
        let hatch = Hatch::new(1);
        prop_assert!(asleep(two_and_two(&hatch), &choices).is_empty());
    }
    // ANCHOR_END: nobody
}

/// What is found is made small: first both guests, then the cooks in their order.
#[test]
fn hatch_with_one_bell_lets_three_sleep_on_one_thread() {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[0; 32]);
    let config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let mut runner = TestRunner::new_with_rng(config, rng);
    let found = runner.run(&choices(), |choices| {
        let hatch = Hatch::with_one_bell_wrong(1);
        prop_assert!(asleep(two_and_two(&hatch), &choices).is_empty());
        Ok(())
    });
    let Err(TestError::Fail(_, mut smallest)) = found else {
        panic!("nothing was found: {found:?}");
    };
    // Zeros at the end say what is so without them.
    smallest.truncate(
        smallest
            .iter()
            .rposition(|&choice| choice != 0)
            .map_or(0, |at| at + 1),
    );
    assert_eq!(smallest, [2, 2]);
    let hatch = Hatch::with_one_bell_wrong(1);
    assert_eq!(asleep(two_and_two(&hatch), &[2, 2]), [1, 3]);
    assert!(hatch.is_empty());
}
