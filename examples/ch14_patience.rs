//! A thousand answers at once, each with an hour of patience: what a heap and a wheel keep of it.

use ch14_executor::{heap::Heap, patience::left_behind, wheel::Wheel};
use tracing::info;

fn main() {
    stage::acts(|stage| {
        stage.play_blocking("A thousand questions", || {
            info!(
                "timers left in a heap: {}",
                left_behind(1_000, Heap::default())
            );
            info!(
                "timers left in a wheel: {}",
                left_behind(1_000, Wheel::default())
            );
        });
    });
}
