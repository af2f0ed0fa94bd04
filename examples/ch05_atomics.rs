//! Three seats for five buyers.

use async_workbook::{ch05_locks::atomics, stage};

fn main() {
    stage::acts(|stage| {
        stage.play("Look, pay, take (wrong)", atomics::five_buyers_wrong());
        stage.play("Look and take in one", atomics::five_buyers_atomically());
    });
}
