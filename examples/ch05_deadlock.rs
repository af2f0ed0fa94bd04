//! Two transfers in opposite directions wait for each other, until their locks have an order.

use ch05_locks::deadlock;

fn main() {
    stage::acts(|stage| {
        let stuck = stage.play(
            "Who pays is locked first (wrong)",
            deadlock::two_transfers_wrong(),
        );
        assert!(stuck.is_err(), "neither can go on");
        let done = stage.play("Account 1 is locked first", deadlock::two_transfers());
        assert!(done.is_ok(), "one goes after the other");
    });
}
