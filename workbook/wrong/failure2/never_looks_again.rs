//! Wrong: one key, and no look at the guest but the first.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet},
    future::pending,
    time::Duration,
};

use stage::Instrument;
use tokio::time::{sleep, timeout};
use tracing::{info, info_span};

/// Why there is no pizza.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Off {
    GuestLeft,
    NoAnswer,
}

/// The number of the pizza that will come.
async fn order(pizzeria: &Pizzeria, guest: &Guest) -> Result<u32, Off> {
    let key = pizzeria.new_key();
    let mut off = Off::NoAnswer;
    for pause in [0, 20, 20, 20, 20] {
        sleep(Duration::from_secs(pause)).await;
        if pause == 0 && guest.has_left() {
            off = Off::GuestLeft;
            break;
        }
        let order = pizzeria.order(key);
        if let Ok(number) = timeout(Duration::from_secs(10), order).await {
            return Ok(number);
        }
        info!("no answer");
    }
    pizzeria.call_off(key).await;
    Err(off)
}

// From here on as in the solution:
// /// Names one order.
