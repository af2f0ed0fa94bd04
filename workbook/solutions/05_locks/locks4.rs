//! Ann sends Bob money in the moment when Bob sends some to Ann. Each transfer locks its own account
//! first, looks into the other bank's books for a second, and then waits for the other's account,
//! for ever.
//!
//! Goal: no circle, whoever pays whom and on however many threads, and not a cent is lost. Both
//! accounts stay locked while the books are looked at. A transfer begins when its accounts are free:
//! nobody looks again and again. To oneself it moves nothing; it may be refused or not.
//!
//! Lessons: `chapters/ch05_locks/README.md`, "Two transfers wait for each other" and "A bank"

use std::time::Duration;

use stage::Instrument;
use tokio::{
    sync::Mutex,
    time::{sleep, timeout},
};
use tracing::{info, info_span};

struct Bank {
    accounts: Vec<Mutex<u32>>,
}

#[derive(Debug, PartialEq)]
struct NotEnough;

impl Bank {
    fn new(accounts: &[u32]) -> Self {
        Self {
            accounts: accounts.iter().map(|&money| Mutex::new(money)).collect(),
        }
    }

    async fn transfer(&self, from: usize, to: usize, amount: u32) -> Result<(), NotEnough> {
        if from == to {
            return Ok(());
        }
        // Everybody locks the smaller number first.
        let mut first = self.accounts[from.min(to)].lock().await;
        let mut second = self.accounts[from.max(to)].lock().await;
        look_into_the_books(amount).await;
        let (payer, payee) = if from < to {
            (&mut first, &mut second)
        } else {
            (&mut second, &mut first)
        };
        **payer = payer.checked_sub(amount).ok_or(NotEnough)?;
        **payee += amount;
        Ok(())
    }
}

/// For nothing there is nothing to look at.
async fn look_into_the_books(amount: u32) {
    if amount > 0 {
        sleep(Duration::from_secs(1)).await;
    }
}

async fn pay(bank: &Bank, from: usize, to: usize, amount: u32) -> Result<(), NotEnough> {
    async {
        let done = bank.transfer(from, to, amount).await;
        info!("{done:?}");
        done
    }
    .instrument(info_span!("transfer", from, to))
    .await
}

fn main() {
    stage::play("Two transfers", async {
        let bank = Bank::new(&[100, 100]);
        let both = async { tokio::join!(pay(&bank, 0, 1, 30), pay(&bank, 1, 0, 10)) };
        if timeout(Duration::from_secs(4), both).await.is_err() {
            info!("they wait for each other for ever");
        }
    });
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{Arc, mpsc},
        thread,
        time::Instant,
    };

    use futures::{executor::block_on, future::join_all};
    use stage::Recording;

    use super::*;

    /// What became of some payments: how many succeeded, and what is on the accounts then.
    type Day = (usize, Vec<u32>);

    /// Makes the payments (from, to, amount) all at once.
    fn pay_all(accounts: &[u32], payments: &[(usize, usize, u32)]) -> Recording<Option<Day>> {
        stage::record(async {
            let bank = Bank::new(accounts);
            let paid = payments
                .iter()
                .map(|&(from, to, amount)| pay(&bank, from, to, amount));
            let paid = timeout(Duration::from_secs(60), join_all(paid))
                .await
                .ok()?;
            let mut money = Vec::new();
            for account in &bank.accounts {
                money.push(*account.lock().await);
            }
            let succeeded = paid.iter().filter(|result| result.is_ok()).count();
            Some((succeeded, money))
        })
    }

    /// Expects so many payments to succeed, these sums afterwards, and all of it in so many seconds.
    fn check(
        accounts: &[u32],
        payments: &[(usize, usize, u32)],
        expected: (usize, &[u32]),
        seconds: Option<u64>,
    ) {
        let played = pay_all(accounts, payments);
        let what = format!(
            "{accounts:?} pay (from, to, amount) {payments:?}\n{}",
            played.what_happened()
        );
        let Some((succeeded, money)) = &played.value else {
            panic!("transfers wait for each other for ever: {what}");
        };
        assert!(
            (*succeeded, &money[..]) == expected,
            "expected (succeeded, money): {expected:?}, got: {:?}: {what}",
            (succeeded, money)
        );
        assert!(
            seconds.is_none_or(|seconds| played.elapsed == Duration::from_secs(seconds)),
            "expected {seconds:?} s, took {:?}: {what}",
            played.elapsed
        );
    }

    #[test]
    fn there_and_back_at_the_same_time() {
        let there_and_back = [(0, 1, 30), (1, 0, 10)];
        check(&[100, 100], &there_and_back, (2, &[80, 120]), Some(2));
        let back_and_there = [(1, 0, 30), (0, 1, 10)];
        check(&[100, 100], &back_and_there, (2, &[120, 80]), Some(2));
    }

    #[test]
    fn all_the_way_round() {
        let round = [(0, 1, 1), (1, 2, 2), (2, 3, 3), (3, 0, 4)];
        check(&[50; 4], &round, (4, &[53, 49, 49, 49]), None);
    }

    /// Whatever three transfers between three people: one who waits may hold what another needs.
    #[test]
    fn any_three_between_three() {
        let pairs = [(0, 1), (1, 0), (0, 2), (2, 0), (1, 2), (2, 1)];
        for first in pairs {
            for second in pairs {
                for third in pairs {
                    let (mut money, mut payments) = ([100; 3], Vec::new());
                    for ((from, to), amount) in [(first, 1), (second, 10), (third, 30)] {
                        payments.push((from, to, amount));
                        money[from] -= amount;
                        money[to] += amount;
                    }
                    check(&[100; 3], &payments, (3, &money), None);
                }
            }
        }
    }

    #[test]
    fn to_oneself() {
        let played = pay_all(&[50, 7], &[(0, 0, 20), (1, 1, 8)]);
        let Some((_, money)) = played.value else {
            panic!("who transfers to themselves waits for themselves, for ever");
        };
        assert!(money == [50, 7], "[50, 7] became {money:?}");
    }

    #[test]
    fn who_has_not_enough_pays_nothing() {
        check(&[5, 100], &[(0, 1, 6), (1, 0, 101)], (0, &[5, 100]), None);
    }

    #[test]
    fn strangers_do_not_wait_for_each_other() {
        let payments = [(0, 1, 5), (3, 2, 5)];
        check(&[10; 4], &payments, (2, &[5, 15, 15, 5]), Some(1));
    }

    #[test]
    fn the_accounts_stay_locked_while_the_books_are_looked_at() {
        for (from, to, account) in [(0, 1, 0), (0, 1, 1), (1, 0, 0), (1, 0, 1)] {
            let free_after = stage::virtual_time(async {
                let bank = Bank::new(&[10, 10]);
                let begun = tokio::time::Instant::now();
                let somebody = async {
                    sleep(Duration::from_millis(1)).await;
                    drop(bank.accounts[account].lock().await);
                    begun.elapsed()
                };
                tokio::join!(bank.transfer(from, to, 5), somebody).1
            });
            assert!(
                free_after == Duration::from_secs(1),
                "in a transfer from {from} to {to} somebody else got at account {account} after \
                 {free_after:?}, not after a second: it could be changed half-way"
            );
        }
    }

    #[test]
    fn who_waits_is_woken_and_does_not_look_again_and_again() {
        for busy in [0, 1] {
            let played = stage::record(async {
                let bank = Bank::new(&[10, 10]);
                let somebody = async {
                    let _account = bank.accounts[busy].lock().await;
                    sleep(Duration::from_millis(4_321)).await;
                };
                let payment = timeout(Duration::from_secs(60), pay(&bank, 0, 1, 5));
                tokio::join!(biased; somebody, payment).1.is_ok()
            });
            let polls = played.lane("transfer 0 1").polls;
            let story = played.what_happened();
            assert!(played.value, "it has not ended after a minute:\n{story}");
            assert!(
                played.elapsed == Duration::from_millis(5_321),
                "account {busy} was free after 4.321 s, so the transfer should end after 5.321 s, \
                 and it ended after {:?}:\n{story}",
                played.elapsed
            );
            assert!(
                polls < 12,
                "the transfer waits for account {busy}, and was woken {polls} times: does it look \
                 again and again whether it is free?\n{story}"
            );
        }
    }

    /// They transfer nothing, which takes no time, for a while of real time: what goes wrong between
    /// threads does so now and then.
    #[test]
    fn on_four_threads_there_and_back() {
        let bank = Arc::new(Bank::new(&[0, 0]));
        let (sender, ended) = mpsc::channel();
        for (from, to) in [(0, 1), (1, 0), (0, 1), (1, 0)] {
            let (bank, sender) = (Arc::clone(&bank), sender.clone());
            thread::spawn(move || {
                let begun = Instant::now();
                while begun.elapsed() < Duration::from_millis(300) {
                    block_on(bank.transfer(from, to, 0)).unwrap();
                }
                sender.send(()).unwrap();
            });
        }
        drop(sender);
        for _ in 0..4 {
            assert!(
                ended.recv_timeout(Duration::from_secs(5)).is_ok(),
                "of four threads that pay each other one has panicked, or they wait for each other"
            );
        }
    }
}
