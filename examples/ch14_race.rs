//! Join, select and giving way, on our own executor.

use ch14_executor::{on_stage::ours, race};

fn main() {
    stage::acts(|stage| {
        stage.show_wakes();
        stage.play_on("Both", ours, race::both());
        stage.play_on("The first", ours, race::first());
        stage.play_on("Without giving way", ours, race::words(false));
        stage.play_on("Giving way", ours, race::words(true));
    });
}
