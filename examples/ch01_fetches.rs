//! Three waits of one second become one.

use ch01_await::fetches;

fn main() {
    stage::acts(|stage| {
        stage.play_blocking("Blocking: one after the other", fetches::blocking);
        stage.play("Async, awaited in turn", fetches::in_turn());
        stage.play("Async, joined", fetches::joined());
    });
}
