//! Seats and money: a booking takes a seat on the flight there, one on the flight back, and money
//! from the wallet. Locks are waited for at most two seconds. It looks careful. But a customer who
//! hangs up, or a flight that is locked for too long, leaves bookings behind that are half made.
//!
//! Goal: a booking happens completely or not at all, at whatever moment it is given up, and nobody
//! ever sees half of one. Bookings in opposite directions do not wait for each other for ever, or
//! until the time-out, and nobody looks again and again. The two seconds are for all locks together;
//! the approval may come before them, between or after, and its time may count or not.
//!
//! Lessons: `chapters/ch05_locks/README.md`, "A bank" and "Two transfers wait for each other"

use std::time::Duration;

use stage::Instrument;
use tokio::{
    sync::Mutex,
    time::{sleep, timeout},
};
use tracing::{info, info_span};

const PATIENCE: Duration = Duration::from_secs(2);

struct Airline {
    /// The free seats of each flight.
    flights: Vec<Mutex<u32>>,
    wallet: Mutex<u32>,
}

#[derive(Debug, PartialEq)]
enum Refused {
    Full,
    NoMoney,
    TimeOut,
}

impl Airline {
    /// Books two different flights for 100 each.
    async fn book(&self, there: usize, back: usize) -> Result<(), Refused> {
        let waiting = async {
            let first = self.flights[there.min(back)].lock().await;
            let second = self.flights[there.max(back)].lock().await;
            let wallet = self.wallet.lock().await;
            approval().await;
            (first, second, wallet)
        };
        let (mut first, mut second, mut wallet) = timeout(PATIENCE, waiting)
            .await
            .map_err(|_| Refused::TimeOut)?;

        // From here on nothing waits: all checks, then all changes.
        let seats_first = first.checked_sub(1).ok_or(Refused::Full)?;
        let seats_second = second.checked_sub(1).ok_or(Refused::Full)?;
        let money = wallet.checked_sub(200).ok_or(Refused::NoMoney)?;
        (*first, *second, *wallet) = (seats_first, seats_second, money);
        Ok(())
    }
}

async fn approval() {
    sleep(Duration::from_millis(500)).await;
}

fn main() {
    stage::play("A customer hangs up", async {
        let airline = Airline {
            flights: vec![Mutex::new(3), Mutex::new(3)],
            wallet: Mutex::new(1_000),
        };
        let booking = airline.book(0, 1).instrument(info_span!("booking"));
        let hung_up = timeout(Duration::from_millis(300), booking).await.is_err();
        let there = *airline.flights[0].lock().await;
        let money = *airline.wallet.lock().await;
        info!("hung up: {hung_up}; {there} of 3 seats left, {money} of 1000 euros");
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);
    const MINUTE: Duration = Duration::from_mins(1);

    fn airline(flights: &[u32], wallet: u32) -> Airline {
        Airline {
            flights: flights.iter().map(|&seats| Mutex::new(seats)).collect(),
            wallet: Mutex::new(wallet),
        }
    }

    /// The free seats of each flight, and the money.
    fn state(airline: &Airline) -> (Vec<u32>, u32) {
        let free = |lock: &Mutex<u32>| match lock.try_lock() {
            Ok(value) => *value,
            Err(_) => panic!("the booking has ended, and a flight or the wallet is still locked"),
        };
        let flights = airline.flights.iter().map(free).collect();
        (flights, free(&airline.wallet))
    }

    #[test]
    fn a_booking_takes_two_seats_and_the_money() {
        let played = stage::record(async {
            let airline = airline(&[3, 3, 3], 1_000);
            let booked = [airline.book(0, 1).await, airline.book(2, 0).await];
            (booked, state(&airline))
        });
        let expected = ([Ok(()), Ok(())], (vec![1, 2, 2], 600));
        assert!(
            played.value == expected,
            "two bookings, 0 and 1, then 2 and 0\n  expected: {expected:?}\n  happened: {:?}",
            played.value
        );
        assert!(
            played.elapsed == 1_000 * MS,
            "each needs one approval of half a second; both took {:?}",
            played.elapsed
        );
    }

    #[test]
    fn a_refused_booking_takes_nothing() {
        for (flights, wallet, refused) in [
            ([3, 0], 1_000, Refused::Full),
            ([0, 3], 1_000, Refused::Full),
            ([3, 3], 199, Refused::NoMoney),
        ] {
            for (there, back) in [(0, 1), (1, 0)] {
                stage::virtual_time(async {
                    let airline = airline(&flights, wallet);
                    let booked = airline.book(there, back).await;
                    let left = state(&airline);
                    assert!(
                        booked.as_ref() == Err(&refused) && left == (flights.to_vec(), wallet),
                        "{flights:?} seats and {wallet} euros: the booking should be refused with \
                         {refused:?} and take nothing; it was {booked:?} and left {left:?}"
                    );
                });
            }
        }
    }

    #[test]
    fn a_lock_time_out_takes_nothing() {
        for (locked, there, back) in [(0, 0, 1), (0, 1, 0), (1, 0, 1), (1, 1, 0)] {
            stage::virtual_time(async {
                let airline = airline(&[3, 3], 1_000);
                let held = airline.flights[locked].lock().await;
                let begun = tokio::time::Instant::now();
                let booked = timeout(MINUTE, airline.book(there, back)).await;
                let took = begun.elapsed();
                assert!(
                    booked == Ok(Err(Refused::TimeOut))
                        && (2_000 * MS..=2_500 * MS).contains(&took),
                    "flight {locked} is locked for ever: a booking should be given up after two \
                     seconds; it was {booked:?} after {took:?}"
                );
                drop(held);
                let left = state(&airline);
                assert!(
                    left == (vec![3, 3], 1_000),
                    "given up, and this is left of 3 and 3 seats and 1000 euros: {left:?}"
                );
            });
        }
    }

    #[test]
    fn the_patience_is_for_all_locks_together() {
        stage::virtual_time(async {
            let airline = airline(&[3, 3], 1_000);
            let others = async |lock: &Mutex<u32>, time: Duration| {
                let _held = lock.lock().await;
                sleep(time).await;
            };
            let [one, other] = [&airline.flights[0], &airline.flights[1]];
            let begun = tokio::time::Instant::now();
            let (booked, ..) = tokio::join!(
                biased;
                async {
                    tokio::task::yield_now().await;
                    let booked = timeout(MINUTE, airline.book(0, 1)).await;
                    (booked, begun.elapsed())
                },
                others(one, 1_900 * MS),
                others(other, 3_800 * MS),
            );
            let (booked, took) = booked;
            assert!(
                booked == Ok(Err(Refused::TimeOut)) && took <= 2_500 * MS,
                "flight 0 was locked for 1.9 s, flight 1 for 3.8 s: after two seconds in all the \
                 booking should be given up; it was {booked:?} after {took:?}"
            );
        });
    }

    #[test]
    fn who_hangs_up_takes_nothing_whenever_it_is() {
        for patience in (0..=500).step_by(50) {
            for locked_for in [0, 120, 330] {
                stage::virtual_time(async {
                    let airline = airline(&[3, 3], 1_000);
                    let others = async {
                        for lock in [&airline.flights[1], &airline.wallet] {
                            let _held = lock.lock().await;
                            sleep(MS * locked_for).await;
                        }
                    };
                    let customer = timeout(MS * patience, airline.book(0, 1));
                    let ((), booked) = tokio::join!(others, customer);
                    let expected = match booked {
                        Ok(Ok(())) => (vec![2, 2], 800),
                        _ => (vec![3, 3], 1_000),
                    };
                    let left = state(&airline);
                    assert!(
                        left == expected,
                        "hung up after {patience} ms, booked: {booked:?}; of 3 and 3 seats and \
                         1000 euros {left:?} are left, not {expected:?}"
                    );
                });
            }
        }
    }

    #[test]
    fn nobody_sees_half_a_booking() {
        for busy in [0, 1] {
            stage::virtual_time(async {
                let airline = airline(&[3, 3], 1_000);
                let held = airline.flights[busy].lock().await;
                let booking = timeout(1_500 * MS, airline.book(0, 1));
                let somebody = async {
                    sleep(1_200 * MS).await;
                    let free = |lock: &Mutex<u32>| lock.try_lock().ok().map(|value| *value);
                    (free(&airline.flights[1 - busy]), free(&airline.wallet))
                };
                let (_, (seats, money)) = tokio::join!(booking, somebody);
                assert!(
                    seats.is_none_or(|seats| seats == 3)
                        && money.is_none_or(|money| money == 1_000),
                    "flight {busy} is locked, the booking waits, and meanwhile somebody sees \
                     {seats:?} seats of the other and {money:?} euros: half a booking"
                );
                drop(held);
            });
        }
    }

    #[test]
    fn one_seat_is_sold_once() {
        for (flights, wallet, refused) in [
            ([1, 9], 1_000, Refused::Full),
            ([9, 1], 1_000, Refused::Full),
            ([9, 9], 399, Refused::NoMoney),
        ] {
            stage::virtual_time(async {
                let airline = airline(&flights, wallet);
                let (one, other) = tokio::join!(airline.book(0, 1), airline.book(1, 0));
                let left = state(&airline);
                let once = (vec![flights[0] - 1, flights[1] - 1], wallet - 200);
                let booked = [&one, &other].map(Result::is_ok);
                let refusals = [&one, &other].map(|booked| booked.as_ref().err());
                assert!(
                    booked[0] != booked[1] && refusals.contains(&Some(&refused)) && left == once,
                    "two bookings at once, {flights:?} seats and {wallet} euros: one should \
                     succeed, the other be refused with {refused:?}; they were {one:?} and \
                     {other:?}, and {left:?} is left"
                );
            });
        }
    }

    #[test]
    fn there_and_back_and_back_and_there() {
        for busy in [0, 1] {
            let played = stage::record(async {
                let airline = airline(&[4, 4, 4], 1_000);
                let slow = async {
                    let _held = airline.flights[busy].lock().await;
                    sleep(137 * MS).await;
                };
                let book =
                    |there, back| airline.book(there, back).instrument(info_span!("booking"));
                let (_, booked, other, third) = tokio::join!(
                    biased;
                    slow,
                    book(0, 1),
                    book(1, 0),
                    book(1, 2),
                );
                ([booked, other, third], state(&airline))
            });
            let story = played.what_happened();
            let expected = ([Ok(()), Ok(()), Ok(())], (vec![2, 1, 3], 400));
            assert!(
                played.value == expected,
                "three bookings at once, 0-1, 1-0 and 1-2; flight {busy} is free after 137 ms\n  \
                 expected: {expected:?}\n  happened: {:?}\n{story}",
                played.value
            );
            // Three approvals one after the other, or three at once before or after the locks.
            let [at_once, in_turn] = [500 * MS, (137 + 3 * 500) * MS];
            assert!(
                (at_once..=in_turn).contains(&played.elapsed),
                "flight {busy} is free after 137 ms, and three bookings took {:?}:\n{story}",
                played.elapsed
            );
            let polls = played.lanes.iter().map(|lane| lane.polls).max().unwrap();
            assert!(
                polls < 30,
                "a booking was woken {polls} times: does it look again and again?\n{story}"
            );
        }
    }
}
