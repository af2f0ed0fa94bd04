//! The same layers in two orders, twice.

use ch10_failure::layers::{
    limited, retry_outside, shedding, shedding_inside_wrong, timeout_outside,
};

fn main() {
    stage::acts(|stage| {
        let _ = stage.play("Time-out around the retry", timeout_outside());
        let _ = stage.play("Retry around the time-out", retry_outside());
        stage.play("A limit inside a time-out", limited());
        stage.play("Shedding around the limit", shedding());
        stage.play("Shedding inside the limit", shedding_inside_wrong());
    });
}
