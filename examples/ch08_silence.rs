//! A buoy that is silent for a while.

use ch08_streams::silence;

fn main() {
    stage::acts(|stage| {
        stage.play("A time-out for each item", silence::per_item());
        stage.play(
            "Wrong: a time-out around collect",
            silence::for_the_whole_wrong(),
        );
        stage.play("take_until", silence::for_the_whole());
    });
}
