//! Twenty frames a second in, five out.

use ch06_queues::back_pressure;

fn main() {
    stage::acts(|stage| {
        stage.play(
            "Wrong: an unbounded queue",
            back_pressure::unbounded_wrong(),
        );
        stage.play(
            "A queue of four: the camera waits",
            back_pressure::bounded(),
        );
        stage.play(
            "A queue of four: the camera throws away",
            back_pressure::shedding(),
        );
    });
}
