//! A courier borrows a key from the porter, delivers a parcel behind a locked door, and brings the key
//! back. If nobody is at home, the courier goes on to the next house, key in the pocket. Soon the porter
//! has no keys left.
//!
//! Goal: whatever `deliver` returns, the porter has taken the key back by then. If the delivery fails,
//! its trouble is the one to be told; trouble with giving back the key is told if there was no other.
//!
//! Lesson: `chapters/ch09_resources/README.md`, "The goodbye on the last line"

use std::{cell::RefCell, time::Duration};

use tokio::time::sleep;
use tracing::info;

/// Returns the name on the receipt.
async fn deliver(porter: &Porter, house: &House) -> Result<&'static str, Trouble> {
    // TODO: bring the key back in every case.
    let key = porter.lend().await?;
    house.open(&key).await?;
    let name = house.sign(&key).await?;
    porter.take_back(key).await?;
    Ok(name)
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Trouble {
    NoKey,
    Jammed,
    NobodyAtHome,
    PorterAsleep,
}

struct Key;

struct Porter {
    keys: RefCell<u32>,
    trouble: Option<Trouble>,
}

impl Porter {
    async fn lend(&self) -> Result<Key, Trouble> {
        sleep(Duration::from_secs(1)).await;
        let mut keys = self.keys.borrow_mut();
        *keys = keys.checked_sub(1).ok_or(Trouble::NoKey)?;
        Ok(Key)
    }

    /// A sleeping porter is trouble, but the key is on its hook.
    async fn take_back(&self, _: Key) -> Result<(), Trouble> {
        sleep(Duration::from_secs(1)).await;
        *self.keys.borrow_mut() += 1;
        self.trouble.map_or(Ok(()), Err)
    }
}

struct House {
    trouble: Option<Trouble>,
}

impl House {
    async fn open(&self, _: &Key) -> Result<(), Trouble> {
        sleep(Duration::from_secs(1)).await;
        match self.trouble {
            Some(Trouble::Jammed) => Err(Trouble::Jammed),
            _ => Ok(()),
        }
    }

    async fn sign(&self, _: &Key) -> Result<&'static str, Trouble> {
        sleep(Duration::from_secs(1)).await;
        self.trouble.map_or(Ok("Smith"), Err)
    }
}

fn main() {
    stage::play("A courier", async {
        let porter = Porter {
            keys: RefCell::new(1),
            trouble: None,
        };
        for trouble in [None, Some(Trouble::NobodyAtHome), None] {
            info!("{:?}", deliver(&porter, &House { trouble }).await);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::Trouble::{Jammed, NoKey, NobodyAtHome, PorterAsleep};
    use super::*;

    /// What is told, how many keys the porter has then, and after how many seconds.
    fn delivery(
        keys: u32,
        house: Option<Trouble>,
        porter: Option<Trouble>,
    ) -> (Result<&'static str, Trouble>, u32, u64) {
        let porter = Porter {
            keys: RefCell::new(keys),
            trouble: porter,
        };
        let played = stage::record(async { deliver(&porter, &House { trouble: house }).await });
        let keys = *porter.keys.borrow();
        (played.value, keys, played.elapsed.as_secs())
    }

    #[test]
    fn the_key_is_back_after_every_delivery() {
        for (house, told, seconds) in [
            (None, Ok("Smith"), 4),
            (Some(Jammed), Err(Jammed), 3),
            (Some(NobodyAtHome), Err(NobodyAtHome), 4),
        ] {
            assert_eq!(
                delivery(1, house, None),
                (told, 1, seconds),
                "what was told, the porter's keys, and seconds, with a house of {house:?}"
            );
        }
    }

    #[test]
    fn without_a_key_there_is_nothing_to_bring_back() {
        assert_eq!(
            delivery(0, None, None),
            (Err(NoKey), 0, 1),
            "what was told, the porter's keys, and seconds, with no key to lend"
        );
    }

    #[test]
    fn the_trouble_of_the_delivery_is_told_first() {
        for (house, told, seconds) in [
            (None, PorterAsleep, 4),
            (Some(Jammed), Jammed, 3),
            (Some(NobodyAtHome), NobodyAtHome, 4),
        ] {
            assert_eq!(
                delivery(1, house, Some(PorterAsleep)),
                (Err(told), 1, seconds),
                "what was told, the porter's keys, and seconds, with a porter asleep and a house of {house:?}"
            );
        }
    }
}
