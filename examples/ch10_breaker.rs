//! Ten visitors of a shop whose weather service hangs for six seconds.

use ch10_failure::breaker::{everybody_asks_wrong, with_a_breaker};

fn main() {
    stage::acts(|stage| {
        stage.play("Everybody asks", everybody_asks_wrong());
        stage.play("With a circuit breaker", with_a_breaker());
    });
}
