//! A worker is stopped after 3.4 seconds: aborted, told, told between two steps.

use ch07_cancellation::worker;

fn main() {
    stage::acts(|stage| {
        let _ = stage.play("Wrong: aborted", worker::aborted_wrong());
        let _ = stage.play("Told to stop", worker::told());
        let _ = stage.play(
            "Told to stop, looks up after each step",
            worker::told_between_steps(),
        );
    });
}
