//! Advice is slow, and nobody can pay.

use ch10_failure::bulkhead::{a_limit_for_each, one_limit_wrong};

fn main() {
    stage::acts(|stage| {
        stage.play("Four places for all", one_limit_wrong());
        stage.play("Two places each", a_limit_for_each());
    });
}
