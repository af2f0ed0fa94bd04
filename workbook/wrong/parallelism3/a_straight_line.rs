//! Wrong: goes on as from one to two: each thread brings as much as the second.

use std::time::Duration;

use tracing::info;

fn threads_for(one: Duration, two: Duration, wanted: Duration) -> Option<u32> {
    if one <= wanted {
        return Some(1);
    }
    let each = one.checked_sub(two)?.as_nanos();
    let gone = (one - wanted).as_nanos();
    u32::try_from(1 + gone.div_ceil(each.max(1))).ok()
}

fn main() {
    stage::play("Threads for rent", async {
        for wanted in [14, 8, 5, 3, 2] {
            let [one, two, wanted] = [14, 8, wanted].map(Duration::from_secs);
            match threads_for(one, two, wanted) {
                Some(threads) => info!("for {wanted:?}: {threads} threads"),
                None => info!("for {wanted:?}: no number of threads is enough"),
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(one: u64, two: u64, wanted: u64, threads: Option<u32>) {
        let [on_one, on_two, at_most] = [one, two, wanted].map(Duration::from_millis);
        let found = threads_for(on_one, on_two, at_most);
        assert!(
            found == threads,
            "{one} ms on one thread, {two} ms on two: for {wanted} ms it is {threads:?}, not {found:?}"
        );
    }

    #[test]
    fn the_film_of_the_lesson() {
        for (wanted, threads) in [(14, 1), (8, 2), (6, 3), (5, 4), (4, 6), (3, 12)] {
            is(14_000, 8_000, wanted * 1_000, Some(threads));
        }
    }

    #[test]
    fn threads_are_whole() {
        is(14_000, 8_000, 13_999, Some(2));
        is(14_000, 8_000, 5_001, Some(4));
        is(14_000, 8_000, 4_999, Some(5));
        is(14_000, 8_000, 2_001, Some(12_000));
    }

    #[test]
    fn what_cannot_be_divided_stays() {
        is(14_000, 8_000, 2_000, None);
        is(14_000, 8_000, 1, None);
        is(10_000, 9_000, 8_000, None);
        is(10_000, 9_000, 8_500, Some(4));
    }

    #[test]
    fn all_can_be_divided() {
        is(8_000, 4_000, 1_000, Some(8));
        is(8_000, 4_000, 3, Some(2_667));
        is(8_000, 4_000, 0, None);
    }

    #[test]
    fn a_second_thread_that_brings_nothing() {
        is(8_000, 8_000, 7_000, None);
        is(8_000, 9_000, 7_000, None);
        is(8_000, 8_000, 8_000, Some(1));
        is(8_000, 9_000, 8_500, Some(1));
    }

    /// To the nanosecond, over many films that have an exact answer.
    #[test]
    fn it_is_exact() {
        for undivided in [1, 7, 1_000, 333_333_333] {
            for piece in [1_u64, 3, 999, 77_777_777] {
                for threads in [2_u32, 3, 5, 12, 100] {
                    let nanos = |it: u64| Duration::from_nanos(it);
                    let divided = 2 * piece * u64::from(threads);
                    let one = nanos(undivided + divided);
                    let two = nanos(undivided + divided / 2);
                    let wanted = undivided + 2 * piece;
                    let found = threads_for(one, two, nanos(wanted));
                    assert!(
                        found == Some(threads),
                        "{one:?}, {two:?}: for {:?} it is {threads} threads, not {found:?}",
                        nanos(wanted)
                    );
                    let found = threads_for(one, two, nanos(wanted - 1));
                    assert!(
                        found.is_none_or(|it| it > threads),
                        "{one:?}, {two:?}: for a nanosecond less it is more than {threads}, not {found:?}"
                    );
                }
            }
        }
    }
}
