//! A method that holds a lock calls one that wants it.

use ch05_locks::reentrant;

fn main() {
    stage::acts(|stage| {
        let stuck = stage.play("Locked twice (wrong)", reentrant::interest_wrong());
        assert!(stuck.is_err(), "it waits for itself");
        let done = stage.play("Locked once", reentrant::interest());
        assert!(done.is_ok(), "it waits for nobody");
    });
}
