//! A payment takes a second, the customer waits for half of one.

use std::sync::Arc;

use ch07_cancellation::shield::{self, Ledger};

fn main() {
    stage::acts(|stage| {
        let ledger = || Arc::new(Ledger::default());
        stage.play(
            "Wrong: dropped with its waiter",
            shield::unshielded_wrong(ledger()),
        );
        stage.play(
            "Wrong: a task without an owner",
            shield::detached_wrong(ledger()),
        );
        stage.play("A task that the shop owns", shield::shielded(ledger()));
    });
}
