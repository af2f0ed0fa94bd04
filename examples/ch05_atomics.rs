//! Three seats for five buyers.

use ch05_locks::atomics;

fn main() {
    stage::acts(|stage| {
        stage.play("Look, pay, take (wrong)", atomics::five_buyers_wrong());
        stage.play("Look and take in one", atomics::five_buyers_atomically());
    });
}
