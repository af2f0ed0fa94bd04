//! Readers together, a writer alone.

use ch05_locks::library;

fn main() {
    stage::acts(|stage| {
        stage.play("A reading room", library::reading_room());
        let stuck = stage.play("Reading twice (wrong)", library::reading_twice_wrong());
        assert!(stuck.is_err(), "a writer stands between");
    });
}
