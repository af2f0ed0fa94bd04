//! One errand on two `block_on`s: one of them sleeps through its wake. (It keeps real time.)

use ch14_executor::lost_wake::{OF_CHAPTER_1_WRONG, OF_STEP_1, ends};
use tracing::info;

fn main() {
    stage::acts(|stage| {
        stage.play_blocking("Chapter 1's block_on", || {
            info!("ends: {}", ends(OF_CHAPTER_1_WRONG));
        });
        stage.play_blocking("Ours", || info!("ends: {}", ends(OF_STEP_1)));
    });
}
