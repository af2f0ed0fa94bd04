//! A starting gun, and a runner who comes late.

use ch05_locks::event;

fn main() {
    stage::acts(|stage| {
        let stuck = stage.play("Notify (wrong)", event::race_wrong());
        assert!(stuck.is_err(), "runner 3 has not heard it");
        let done = stage.play("Watch", event::race());
        assert!(done.is_ok(), "runner 3 sees that it has happened");
    });
}
