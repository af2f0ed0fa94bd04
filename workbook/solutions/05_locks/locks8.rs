//! Seats and money: a booking takes a seat on the flight there, one on the flight back, and money
//! from the wallet. Locks are waited for at most two seconds. It looks careful. But a customer who
//! hangs up, or a flight that is locked for too long, leaves bookings behind that are half made.
//!
//! Goal: a booking happens completely or not at all, at whatever moment it is given up. Bookings in
//! opposite directions do not wait for each other for ever, or until the time-out.
//!
//! Lesson: `chapters/ch05_locks/README.md`, "A bank"

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

    fn airline(flights: &[u32], wallet: u32) -> Airline {
        Airline {
            flights: flights.iter().map(|&seats| Mutex::new(seats)).collect(),
            wallet: Mutex::new(wallet),
        }
    }

    async fn state(airline: &Airline) -> (Vec<u32>, u32) {
        let mut flights = Vec::new();
        for flight in &airline.flights {
            let seats = timeout(Duration::ZERO, flight.lock()).await;
            flights.push(*seats.expect("somebody still holds a flight"));
        }
        let wallet = timeout(Duration::ZERO, airline.wallet.lock()).await;
        (flights, *wallet.expect("somebody still holds the wallet"))
    }

    #[test]
    fn a_booking_takes_two_seats_and_the_money() {
        let played = stage::record(async {
            let airline = airline(&[3, 3, 3], 1_000);
            let booked = [airline.book(0, 1).await, airline.book(2, 0).await];
            (booked, state(&airline).await)
        });
        let (booked, state) = played.value;
        assert_eq!(booked, [Ok(()), Ok(())]);
        assert_eq!(state, (vec![1, 2, 2], 600));
        assert_eq!(played.elapsed, Duration::from_secs(1));
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
                    assert_eq!(
                        airline.book(there, back).await.as_ref(),
                        Err(&refused),
                        "{flights:?} seats, {wallet} euros"
                    );
                    assert_eq!(state(&airline).await, (flights.to_vec(), wallet));
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
                assert_eq!(airline.book(there, back).await, Err(Refused::TimeOut));
                assert_eq!(begun.elapsed(), PATIENCE);
                drop(held);
                assert_eq!(state(&airline).await, (vec![3, 3], 1_000));
            });
        }
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
                            sleep(Duration::from_millis(locked_for)).await;
                        }
                    };
                    let customer = timeout(Duration::from_millis(patience), airline.book(0, 1));
                    let ((), booked) = tokio::join!(others, customer);
                    let expected = match booked {
                        Ok(Ok(())) => (vec![2, 2], 800),
                        _ => (vec![3, 3], 1_000),
                    };
                    assert_eq!(
                        state(&airline).await,
                        expected,
                        "hung up after {patience} ms: {booked:?}"
                    );
                });
            }
        }
    }

    #[test]
    fn there_and_back_and_back_and_there() {
        let played = stage::record(async {
            let airline = airline(&[3, 3], 1_000);
            let slow = async {
                let _held = airline.flights[0].lock().await;
                sleep(Duration::from_millis(100)).await;
            };
            let (_, one, other, third) = tokio::join!(
                slow,
                airline.book(0, 1),
                airline.book(1, 0),
                airline.book(0, 1),
            );
            assert_eq!([one, other, third], [Ok(()), Ok(()), Ok(())]);
            state(&airline).await
        });
        assert_eq!(played.value, (vec![0, 0], 400));
        assert_eq!(
            played.elapsed,
            Duration::from_millis(100 + 3 * 500),
            "one after the other, without a time-out in between"
        );
    }
}
