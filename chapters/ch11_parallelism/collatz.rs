//! Something to compute that needs a core and nothing else: how long are Collatz sequences?

/// The number of steps from each of `1..=numbers` to 1, summed up. From an even number a step goes to
/// its half, from an odd one to three times as much and one more.
#[must_use]
pub fn steps_from_all(numbers: u64) -> u64 {
    (1..=numbers).map(steps_from).sum()
}

/// The number of steps from `start` to 1.
///
/// # Panics
///
/// If `start` is 0, from which no step leads to 1; or, in a build that checks for overflow, if the
/// sequence leaves what a `u64` holds (none below ten billion does).
#[must_use]
pub fn steps_from(start: u64) -> u64 {
    assert!(start > 0, "0 never comes to 1");
    let mut at = start;
    let mut steps = 0;
    while at != 1 {
        at = if at.is_multiple_of(2) {
            at / 2
        } else {
            3 * at + 1
        };
        steps += 1;
    }
    steps
}
