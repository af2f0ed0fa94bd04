//! Ann sends Bob money in the moment when Bob sends some to Ann. Each transfer locks its own account
//! first, looks into the other bank's books for a second, and then waits for the other's account,
//! for ever.
//!
//! Goal: no circle, in whatever direction and to whomever the money goes, and not a cent is lost.
//! Both accounts stay locked while the books are looked at.
//!
//! Lesson: `chapters/ch05_locks/README.md`, "Two transfers wait for each other"

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
        // TODO: two transfers must never wait for each other.
        let mut payer = self.accounts[from].lock().await;
        look_into_the_books().await;
        let mut payee = self.accounts[to].lock().await;
        *payer = payer.checked_sub(amount).ok_or(NotEnough)?;
        *payee += amount;
        Ok(())
    }
}

async fn look_into_the_books() {
    sleep(Duration::from_secs(1)).await;
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
    use futures::future::join_all;

    use super::*;

    /// Pays (from, to, amount) all at once; the answer is what is on the accounts then.
    async fn pay_all(bank: &Bank, payments: &[(usize, usize, u32)]) -> (usize, Vec<u32>) {
        let payments = payments
            .iter()
            .map(|&(from, to, amount)| pay(bank, from, to, amount));
        let paid = timeout(Duration::from_secs(3_600), join_all(payments)).await;
        let paid = paid.expect("they wait for each other for ever");
        let mut money = Vec::new();
        for account in &bank.accounts {
            money.push(*account.lock().await);
        }
        (paid.iter().filter(|result| result.is_ok()).count(), money)
    }

    #[test]
    fn there_and_back_at_the_same_time() {
        for (payments, money) in [
            ([(0, 1, 30), (1, 0, 10)], [80, 120]),
            ([(1, 0, 30), (0, 1, 10)], [120, 80]),
        ] {
            let played = stage::record(async {
                let bank = Bank::new(&[100, 100]);
                pay_all(&bank, &payments).await
            });
            assert_eq!(played.value, (2, money.to_vec()));
            assert_eq!(played.elapsed, Duration::from_secs(2));
        }
    }

    #[test]
    fn all_the_way_round() {
        let played = stage::record(async {
            let bank = Bank::new(&[50, 50, 50, 50]);
            let round = [(0, 1, 1), (1, 2, 2), (2, 3, 3), (3, 0, 4)];
            pay_all(&bank, &round).await
        });
        assert_eq!(played.value, (4, vec![53, 49, 49, 49]));
    }

    #[test]
    fn to_oneself() {
        let played = stage::record(async {
            let bank = Bank::new(&[50, 7]);
            pay_all(&bank, &[(0, 0, 20), (1, 1, 8)]).await
        });
        assert_eq!(played.value, (1, vec![50, 7]), "7 are not enough to pay 8");
    }

    #[test]
    fn who_has_not_enough_pays_nothing() {
        let played = stage::record(async {
            let bank = Bank::new(&[5, 100]);
            pay_all(&bank, &[(0, 1, 6), (1, 0, 101)]).await
        });
        assert_eq!(played.value, (0, vec![5, 100]));
    }

    #[test]
    fn strangers_do_not_wait_for_each_other() {
        let played = stage::record(async {
            let bank = Bank::new(&[10, 10, 10, 10]);
            pay_all(&bank, &[(0, 1, 5), (3, 2, 5)]).await
        });
        assert_eq!(played.value, (2, vec![5, 15, 15, 5]));
        assert_eq!(played.elapsed, Duration::from_secs(1));
    }

    #[test]
    fn the_accounts_stay_locked_while_the_books_are_looked_at() {
        for account in [0, 1] {
            let free_at = stage::virtual_time(async {
                let bank = Bank::new(&[10, 10]);
                let begun = tokio::time::Instant::now();
                let somebody = async {
                    sleep(Duration::from_millis(1)).await;
                    drop(bank.accounts[account].lock().await);
                    begun.elapsed()
                };
                tokio::join!(bank.transfer(1, 0, 5), somebody).1
            });
            assert_eq!(
                free_at,
                Duration::from_secs(1),
                "account {account} could be changed half-way"
            );
        }
    }
}
